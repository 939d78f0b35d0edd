package wire

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Mask says which fields of a message are meant. A nil Mask means all of them.
type Mask struct {
	fields map[string]*Mask // nil below a field that is meant whole
}

// ParseMask reads a field mask: names with commas between, a dot or slash or parentheses around those inside
// (sheets(properties.title,data/rowData)), * for all.
func ParseMask(text string) (*Mask, error) {
	p := &maskParser{text: strings.ReplaceAll(text, " ", "")}
	m, err := p.list(0)
	if err == nil && p.at < len(p.text) {
		err = fmt.Errorf("unexpected %q", p.text[p.at:])
	}
	if err != nil {
		return nil, fmt.Errorf("field mask %q: %w", text, err)
	}
	return m, nil
}

type maskParser struct {
	text string
	at   int
}

func (p *maskParser) list(depth int) (*Mask, error) {
	if depth > deepest {
		return nil, fmt.Errorf("too deep")
	}
	all := &Mask{fields: map[string]*Mask{}}
	whole := false
	for {
		name := p.name()
		if name == "" {
			return nil, fmt.Errorf("a name is missing at %q", p.text[p.at:])
		}
		below, err := p.below(depth)
		if err != nil {
			return nil, err
		}
		if name == "*" && below == nil {
			whole = true
		} else {
			all.add(name, below)
		}
		if !p.take(",") {
			break
		}
	}
	if whole {
		return nil, nil
	}
	return all, nil
}

// below reads what follows a name: a dot and the rest of the way, a list in parentheses, or nothing.
func (p *maskParser) below(depth int) (*Mask, error) {
	switch {
	case p.take("(") || p.take(".("):
		m, err := p.list(depth + 1)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return m, err
	case p.take(".") || p.take("/"):
		name := p.name()
		if name == "" {
			return nil, fmt.Errorf("a name is missing at %q", p.text[p.at:])
		}
		if depth > deepest {
			return nil, fmt.Errorf("too deep")
		}
		below, err := p.below(depth + 1)
		if err != nil || name == "*" && below == nil {
			return nil, err
		}
		m := &Mask{fields: map[string]*Mask{}}
		m.add(name, below)
		return m, nil
	}
	return nil, nil
}

func (p *maskParser) take(text string) bool {
	if strings.HasPrefix(p.text[p.at:], text) {
		p.at += len(text)
		return true
	}
	return false
}

func (p *maskParser) name() string {
	end := strings.IndexAny(p.text[p.at:], ",./()")
	if end < 0 {
		end = len(p.text) - p.at
	}
	name := p.text[p.at : p.at+end]
	p.at += end
	return name
}

// add makes a field meant, together with what was meant of it before.
func (m *Mask) add(name string, below *Mask) {
	before, known := m.fields[name]
	if !known {
		m.fields[name] = below
		return
	}
	if before == nil || below == nil {
		m.fields[name] = nil
		return
	}
	for inner, rest := range below.fields {
		before.add(inner, rest)
	}
}

// Below is the mask for what a field holds, and whether the field is meant at all.
func (m *Mask) Below(name string) (*Mask, bool) {
	if m == nil {
		return nil, true
	}
	below, ok := m.fields[name]
	if !ok {
		below, ok = m.fields["*"]
	}
	return below, ok
}

// Has tells whether a field, or something in it, is meant.
func (m *Mask) Has(way ...string) bool {
	for _, name := range way {
		below, ok := m.Below(name)
		if !ok {
			return false
		}
		m = below
	}
	return true
}

// Whole tells whether a field is meant with everything in it.
func (m *Mask) Whole(name string) bool {
	below, ok := m.Below(name)
	return ok && below == nil
}

// For reads the names of the mask as fields of a type, in either spelling. It gives the way to a field that is not
// there. Of a written mask (not a filter of an answer) lists are leaves.
func (m *Mask) For(t *Type, written bool) (_ *Mask, missing string) {
	if m == nil {
		return nil, ""
	}
	out := &Mask{fields: map[string]*Mask{}}
	for name, below := range m.fields {
		if name == "*" && !written {
			out.fields[name] = below
			continue
		}
		f := t.Field(name)
		if f == nil || below != nil && (f.Kind != Object || written && (f.Depth > 0 || f.Map)) {
			return nil, name
		}
		if below != nil && !f.Map {
			inner, missing := below.For(f.Of, written)
			if missing != "" {
				return nil, name + "." + missing
			}
			below = inner
		}
		out.add(f.Name, below)
	}
	return out, ""
}

// Project is the part of a message that is meant.
func (m *Mask) Project(msg *Message) *Message {
	if m == nil || msg == nil {
		return msg
	}
	for i, f := range msg.fields {
		below, ok := m.Below(f.name)
		if ok {
			if value, same := below.project(f.value); !same {
				return m.projectFrom(msg, i, value)
			}
			continue
		}
		return m.projectFrom(msg, i, nil)
	}
	return msg
}

// projectFrom is Project of a message whose fields before the i-th stay as they are; that one becomes value, or goes.
func (m *Mask) projectFrom(msg *Message, i int, value any) *Message {
	out := &Message{fields: append(make([]entry, 0, len(msg.fields)), msg.fields[:i]...)}
	if value != nil {
		out.fields = append(out.fields, entry{msg.fields[i].name, value})
	}
	for _, f := range msg.fields[i+1:] {
		if below, ok := m.Below(f.name); ok {
			value, _ := below.project(f.value)
			out.fields = append(out.fields, entry{f.name, value})
		}
	}
	return out
}

// project is the part of a value that is meant, and whether that is all of it.
func (m *Mask) project(v any) (_ any, same bool) {
	if m == nil {
		return v, true
	}
	switch v := v.(type) {
	case *Message:
		part := m.Project(v)
		return part, part == v
	case []any:
		var out []any
		for i, element := range v {
			part, same := m.project(element)
			if !same && out == nil {
				out = append(make([]any, 0, len(v)), v[:i]...)
			}
			if out != nil {
				out = append(out, part)
			}
		}
		if out != nil {
			return out, false
		}
	}
	return v, true
}

// Apply is dst with the fields that are meant as src has them. One that src lacks is cleared, which is what this API
// does with a field that is named but not sent.
func (m *Mask) Apply(dst, src *Message) *Message {
	if m == nil {
		return src
	}
	out := dst
	for _, name := range slices.Sorted(maps.Keys(m.fields)) {
		below := m.fields[name]
		if below == nil {
			out = out.With(name, src.Get(name))
			continue
		}
		inner := below.Apply(out.Message(name), src.Message(name))
		if inner.Len() == 0 {
			inner = nil
		}
		out = out.With(name, inner)
	}
	return out
}

// Only is the mask without all fields but some; it may be one that means nothing.
func (m *Mask) Only(names ...string) *Mask {
	out := &Mask{fields: map[string]*Mask{}}
	for _, name := range names {
		if below, ok := m.Below(name); ok {
			out.fields[name] = below
		}
	}
	return out
}

// Empty tells whether the mask means nothing.
func (m *Mask) Empty() bool { return m != nil && len(m.fields) == 0 }
