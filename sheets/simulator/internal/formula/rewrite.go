package formula

import (
	"strings"

	"clipsheet/sheets/simulator/internal/grid"
)

// Refs are the references of the formula, in the order of its text.
func (f *Formula) Refs() []grid.Ref {
	all := make([]grid.Ref, len(f.refs))
	for i, u := range f.refs {
		all[i] = u.ref
	}
	return all
}

// Map is the formula with its references changed; one for which change is false becomes #REF!.
func (f *Formula) Map(change func(grid.Ref) (grid.Ref, bool)) *Formula {
	return f.replace(f.refs, func(u use) string {
		ref, ok := change(u.ref)
		switch {
		case !ok:
			return "#REF!"
		case ref == u.ref:
			return f.Text[u.from:u.to]
		}
		return ref.A1()
	})
}

// Rename is the formula with a named range called otherwise.
func (f *Formula) Rename(from, to string) *Formula {
	return f.replace(f.names, func(u use) string {
		if strings.EqualFold(u.name, from) && !strings.HasPrefix(f.Text[u.to:], "(") {
			return to
		}
		return u.name
	})
}

// replace gives some parts of the text another wording. The formula itself comes back when nothing changes.
func (f *Formula) replace(uses []use, word func(use) string) *Formula {
	var b strings.Builder
	at := 0
	for _, u := range uses {
		b.WriteString(f.Text[at:u.from])
		b.WriteString(word(u))
		at = u.to
	}
	b.WriteString(f.Text[at:])
	if b.String() == f.Text {
		return f
	}
	return Read(b.String(), f.comma)
}

// Shifted is the formula as it is after being copied down and right: references move along, but for what is fixed
// with a $.
func (f *Formula) Shifted(down, right int) *Formula {
	if down == 0 && right == 0 {
		return f
	}
	return f.Map(func(r grid.Ref) (grid.Ref, bool) {
		okRows := shift(&r.Area.Rows, down, &r.Fixed.Top, &r.Fixed.Bottom)
		okCols := shift(&r.Area.Cols, right, &r.Fixed.Left, &r.Fixed.Right)
		return r, okRows && okCols
	})
}

// shift moves the bounds of a span that are not fixed, and exchanges them when one has passed the other.
func shift(s *grid.Span, n int, fixedStart, fixedEnd *bool) bool {
	if s.Start >= 0 && !*fixedStart {
		if s.Start += n; s.Start < 0 {
			return false
		}
	}
	if s.Bounded() && !*fixedEnd {
		if s.End += n; s.End < 1 {
			return false
		}
	}
	if s.Bounded() && s.Start >= s.End {
		s.Start, s.End = s.End-1, s.Start+1
		*fixedStart, *fixedEnd = *fixedEnd, *fixedStart
	}
	return true
}

// Localized is the formula as a locale with the other decimal sign spells it.
func (f *Formula) Localized(comma bool) *Formula {
	if comma == f.comma || f.wrong != nil {
		return &Formula{Text: f.Text, comma: comma, root: f.root, refs: f.refs, names: f.names, wrong: f.wrong}
	}
	tokens, err := lex(f.Text[1:], f.comma)
	if err != nil {
		return f
	}
	var b strings.Builder
	b.WriteByte('=')
	at, inTable := 0, []bool{}
	for _, t := range tokens {
		text := f.Text[1+t.from : 1+t.to]
		b.WriteString(f.Text[1+at : 1+t.from])
		at = t.to
		table := len(inTable) > 0 && inTable[len(inTable)-1]
		switch {
		case t.kind == tokNumber && comma:
			text = strings.Replace(text, ".", ",", 1)
		case t.kind == tokNumber:
			text = strings.Replace(text, ",", ".", 1)
		case t.kind == tokOp && (text == "{" || text == "("):
			inTable = append(inTable, text == "{")
		case t.kind == tokOp && (text == "}" || text == ")") && len(inTable) > 0:
			inTable = inTable[:len(inTable)-1]
		case t.kind == tokOp && text == "," && comma && table:
			text = `\`
		case t.kind == tokOp && text == "," && comma:
			text = ";"
		case t.kind == tokOp && text == `\` && !comma && table:
			text = ","
		case t.kind == tokOp && text == ";" && !comma && !table:
			text = ","
		}
		b.WriteString(text)
	}
	return Read(b.String(), comma)
}
