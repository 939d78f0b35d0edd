package wire

import (
	"math"
	"slices"
	"strconv"
)

// Parse reads a request body as a message of a type, as strictly as Google does: unknown names, wrong types, values
// that are not of an enum and nulls in lists are refused, together and each with its place. root is the place of the
// body itself, "data" for a method that takes a ValueRange; a body that is empty is an empty message.
func Parse(body []byte, t *Type, root string) (*Message, error) {
	p := &parser{scanner: scanner{text: body}}
	if root != "" {
		p.path = path{{name: root}}
	}
	if p.end() {
		return &Message{}, nil
	}
	if p.peek() != '{' {
		return nil, malformed("Root element must be a message.")
	}
	m, err := p.message(t)
	if err == nil && !p.end() {
		err = p.unexpected()
	}
	if err != nil {
		return nil, err
	}
	if len(p.violations) > 0 {
		return nil, &BadRequest{Violations: p.violations}
	}
	return m, nil
}

type parser struct {
	scanner
	path       path
	violations []Violation
}

// tooMany is how many violations are told at most.
const tooMany = 50

func (p *parser) violate(v Violation) {
	if len(p.violations) < tooMany {
		p.violations = append(p.violations, v)
	}
}

func (p *parser) message(t *Type) (*Message, error) {
	m := &Message{}
	err := p.object(func(name string) error {
		f := t.Field(name)
		if f == nil {
			p.violate(unknownName(p.path, name))
			_, err := p.any()
			return err
		}
		p.path = append(p.path, step{name: f.Name})
		v, err := p.field(f)
		p.path = p.path[:len(p.path)-1]
		if v != nil {
			m.Set(f.Name, v)
		}
		return err
	})
	if group, second := t.second(m); second != "" {
		p.violate(alreadySet(p.path, group, second))
	}
	return m, err
}

// field reads the value of a field. null is as good as not sent.
func (p *parser) field(f *Field) (any, error) {
	if p.peek() == 'n' && p.word("null") {
		return nil, nil
	}
	if f.Map {
		return p.keyed(f)
	}
	return p.nestedLists(f, f.Depth)
}

func (p *parser) keyed(f *Field) (any, error) {
	if p.peek() != '{' {
		return p.wrong(f)
	}
	m := &Message{}
	err := p.object(func(key string) error {
		v, err := p.value(f)
		m.fields = append(m.fields, entry{key, v})
		return err
	})
	return m, err
}

func (p *parser) nestedLists(f *Field, depth int) (any, error) {
	if depth == 0 {
		return p.value(f)
	}
	if p.peek() != '[' {
		// One message where a list of them belongs is read as a list of one.
		if f.Kind == Object && depth == 1 && p.peek() == '{' {
			v, err := p.value(f)
			return []any{v}, err
		}
		return p.wrongList(f)
	}
	var list []any
	err := p.array(func(i int) error {
		p.path = append(p.path, step{index: i})
		defer func() { p.path = p.path[:len(p.path)-1] }()
		if f.Kind != Any && p.peek() == 'n' {
			_, err := p.wrong(f)
			return err
		}
		v, err := p.nestedLists(f, depth-1)
		list = append(list, v)
		return err
	})
	if list == nil {
		list = []any{}
	}
	return list, err
}

// value reads one value of a field's kind. Numbers and booleans may come as strings.
func (p *parser) value(f *Field) (any, error) {
	c := p.peek()
	switch f.Kind {
	case Any:
		return p.any()
	case Object:
		if c == '{' {
			return p.message(f.Of)
		}
	case Bool:
		start := p.at
		v, err := p.any()
		if b, ok := v.(bool); ok || err != nil {
			return b, err
		}
		if text, ok := v.(string); ok && (text == "true" || text == "false") {
			return text == "true", nil
		}
		p.at = start
	case Int32, Double:
		if v, ok, err := p.numeric(f.Kind); ok || err != nil {
			return v, err
		}
	case Enum:
		if v, ok, err := p.enum(f); ok || err != nil {
			return v, err
		}
	default:
		if c == '"' {
			return p.str()
		}
	}
	return p.wrong(f)
}

func (p *parser) numeric(kind Kind) (v float64, ok bool, err error) {
	start := p.at
	switch c := p.peek(); {
	case c == '"':
		var text string
		if text, err = p.str(); err == nil {
			var wrong error
			v, wrong = strconv.ParseFloat(text, 64)
			ok = wrong == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
		}
	case c == '-' || c >= '0' && c <= '9':
		v, err = p.number()
		ok = err == nil
	}
	if kind == Int32 && (v != math.Trunc(v) || v < math.MinInt32 || v > math.MaxInt32) {
		ok = false
	}
	if !ok && err == nil {
		p.at = start
	}
	return v, ok, err
}

// enum reads a value of an enum, by name or by number.
func (p *parser) enum(f *Field) (string, bool, error) {
	start := p.at
	switch c := p.peek(); {
	case c == '"':
		text, err := p.str()
		if err != nil || slices.Contains(f.Enum, text) {
			return text, err == nil, err
		}
	case c >= '0' && c <= '9':
		n, err := p.number()
		if i := int(n); err == nil && n == math.Trunc(n) && i < len(f.Enum) {
			return f.Enum[i], true, nil
		}
		if err != nil {
			return "", false, err
		}
	}
	p.at = start
	return "", false, nil
}

// wrong reads a value that is not of the field's type and says so.
func (p *parser) wrong(f *Field) (any, error) {
	p.peek()
	start := p.at
	if _, err := p.any(); err != nil {
		return nil, err
	}
	p.violate(invalidValue(p.path, f.typeName(), string(p.text[start:p.at])))
	return nil, nil
}

func (p *parser) wrongList(f *Field) (any, error) {
	if f.Kind != Any {
		return p.wrong(f)
	}
	start := p.at
	if _, err := p.any(); err != nil {
		return nil, err
	}
	p.violate(invalidValue(p.path, "type.googleapis.com/google.protobuf.ListValue", string(p.text[start:p.at])))
	return nil, nil
}

// ParseAny reads a JSON object whose type is not known.
func ParseAny(body []byte) (*Message, error) {
	s := &scanner{text: body}
	if s.end() {
		return &Message{}, nil
	}
	if s.peek() != '{' {
		return nil, malformed("Root element must be a message.")
	}
	v, err := s.any()
	if err == nil && !s.end() {
		err = s.unexpected()
	}
	if err != nil {
		return nil, err
	}
	return v.(*Message), nil
}
