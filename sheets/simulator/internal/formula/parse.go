package formula

import (
	"fmt"
	"strings"

	"clipsheet/sheets/simulator/internal/grid"
)

// Formula is a formula of a cell. It is never changed; Map and Rename give a new one.
type Formula struct {
	Text  string // with its equals sign
	comma bool   // the decimal sign is a comma
	root  node
	refs  []use // in the order of the text
	names []use
	wrong error // why it cannot be read
}

// use is a reference or a name, and where it is in the text.
type use struct {
	from, to int
	ref      grid.Ref
	name     string
}

type node interface{}

type (
	literal struct{ value Value }
	refNode struct{ ref grid.Ref }
	nameRef struct{ name string }
	unary   struct {
		op string
		x  node
	}
	binary struct {
		op   string
		x, y node
	}
	call struct {
		name string
		args []node
	}
	table struct{ rows [][]node }
)

// Read reads a formula, which starts with an equals sign. One that makes no sense is a formula too, whose value is
// #ERROR!, as in a sheet. comma tells that the locale's decimal sign is a comma, so that only a semicolon separates.
func Read(text string, comma bool) *Formula {
	f := &Formula{Text: text, comma: comma}
	body, ok := strings.CutPrefix(text, "=")
	if !ok {
		f.wrong = fmt.Errorf("no equals sign")
		return f
	}
	tokens, err := lex(body, comma)
	if err != nil {
		f.wrong = err
		return f
	}
	for _, t := range tokens {
		switch t.kind {
		case tokRef:
			f.refs = append(f.refs, use{from: t.from + 1, to: t.to + 1, ref: t.ref})
		case tokName:
			f.names = append(f.names, use{from: t.from + 1, to: t.to + 1, name: t.text})
		}
	}
	p := &parser{tokens: tokens, comma: comma}
	f.root, f.wrong = p.expression(0)
	if f.wrong == nil && p.peek().kind != tokEnd {
		f.wrong = fmt.Errorf("unexpected %q", p.peek().text)
	}
	return f
}

type parser struct {
	tokens []token
	at     int
	comma  bool
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) isOp(ops ...string) bool {
	t := p.peek()
	if t.kind != tokOp {
		return false
	}
	for _, op := range ops {
		if t.text == op {
			return true
		}
	}
	return false
}

func (p *parser) take(ops ...string) bool {
	if p.isOp(ops...) {
		p.at++
		return true
	}
	return false
}

// levels are the binary operators from the weakest to the strongest.
var levels = [][]string{{"=", "<>", "<", "<=", ">", ">="}, {"&"}, {"+", "-"}, {"*", "/"}, {"^"}}

const deepest = 200

func (p *parser) expression(level int) (node, error) {
	if level == len(levels) {
		return p.signed()
	}
	x, err := p.expression(level + 1)
	for err == nil && p.isOp(levels[level]...) {
		op := p.peek().text
		p.at++
		var y node
		y, err = p.expression(level + 1)
		x = binary{op, x, y}
	}
	return x, err
}

func (p *parser) signed() (node, error) {
	if p.depth++; p.depth > deepest {
		return nil, fmt.Errorf("nested too deep")
	}
	defer func() { p.depth-- }()
	if p.isOp("-", "+") {
		op := p.peek().text
		p.at++
		x, err := p.signed()
		return unary{op, x}, err
	}
	x, err := p.primary()
	for err == nil && p.take("%") {
		x = unary{"%", x}
	}
	return x, err
}

func (p *parser) primary() (node, error) {
	t := p.peek()
	p.at++
	switch t.kind {
	case tokNumber:
		return literal{Of(t.num)}, nil
	case tokText:
		return literal{TextOf(t.text)}, nil
	case tokError:
		return literal{faultNamed(t.text)}, nil
	case tokRef:
		return refNode{t.ref}, nil
	case tokName:
		return p.named(t.text)
	case tokOp:
		switch t.text {
		case "(":
			x, err := p.expression(0)
			if err == nil && !p.take(")") {
				err = fmt.Errorf("a parenthesis is not closed")
			}
			return x, err
		case "{":
			return p.table()
		}
	}
	p.at--
	return nil, fmt.Errorf("a value is missing")
}

func faultNamed(shown string) Value {
	for i, f := range faults {
		if f.shown == shown {
			return Fail(Fault(i), "Reference does not exist")
		}
	}
	return Fail(Parse, "")
}

func (p *parser) named(name string) (node, error) {
	if !p.take("(") {
		switch strings.ToUpper(name) {
		case "TRUE":
			return literal{BoolOf(true)}, nil
		case "FALSE":
			return literal{BoolOf(false)}, nil
		}
		return nameRef{name}, nil
	}
	c := call{name: strings.ToUpper(name)}
	if p.take(")") {
		return c, nil
	}
	for {
		if p.isOp(",", ";", ")") {
			c.args = append(c.args, literal{}) // left out, as in IF(A1;;2)
		} else {
			x, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			c.args = append(c.args, x)
		}
		if p.take(")") {
			return c, nil
		}
		if !p.take(";") && !(!p.comma && p.take(",")) {
			return nil, fmt.Errorf("a parenthesis is not closed")
		}
	}
}

// table reads {1,2;3,4}: semicolons between rows, commas between columns, or backslashes where a comma is the
// decimal sign.
func (p *parser) table() (node, error) {
	between := ","
	if p.comma {
		between = `\`
	}
	t := table{rows: [][]node{nil}}
	for {
		x, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		last := len(t.rows) - 1
		t.rows[last] = append(t.rows[last], x)
		switch {
		case p.take("}"):
			return t, nil
		case p.take(";"):
			t.rows = append(t.rows, nil)
		case !p.take(between) && !p.take(`\`):
			return nil, fmt.Errorf("a brace is not closed")
		}
	}
}
