package clips

import "bytes"

// arrayText reads the text of a Postgres array (array_out) and writes it as JSON, element by element:
//
//	{1,2,NULL}  {{a,"b c"},{"NULL","say \"hi\""}}  [0:1]={7,8}
//
// The two vector types have neither braces nor NULL: 1 2 3.
type arrayText struct {
	text      []byte
	delimiter byte
	elem      Type
	w         *jsonWriter
	at        int
	scratch   []byte // of a quoted element
	bad       bool
}

const boxArray = 1020 // the one array of Postgres itself whose elements are not separated by commas

func delimiterOf(oid uint32) byte {
	if oid == boxArray {
		return ';'
	}
	return ','
}

// write is false when an element is no text. What is not the text of an array, which no server sends, is written as
// a string.
func (a *arrayText) write(b []byte) ([]byte, bool) {
	if len(a.text) > 0 && a.text[0] == '[' {
		a.at = bytes.IndexByte(a.text, '=') + 1 // bounds, which JSON has no place for
	}
	start := len(b)
	if a.at == len(a.text) || a.text[a.at] != '{' {
		return a.vector(b)
	}
	b, ok := a.list(b)
	if !ok || a.at != len(a.text) {
		return appendText(b[:start], a.text)
	}
	return b, !a.bad
}

func (a *arrayText) vector(b []byte) ([]byte, bool) {
	b = append(b, '[')
	for i, v := range bytes.Fields(a.text) {
		if i > 0 {
			b = append(b, ',')
		}
		b = a.element(b, v)
	}
	return append(b, ']'), !a.bad
}

// list reads from { to its }.
func (a *arrayText) list(b []byte) ([]byte, bool) {
	b = append(b, '[')
	a.at++
	if a.at < len(a.text) && a.text[a.at] == '}' {
		a.at++
		return append(b, ']'), true
	}
	for {
		var ok bool
		if b, ok = a.item(b); !ok || a.at == len(a.text) {
			return b, false
		}
		sign := a.text[a.at]
		a.at++
		switch sign {
		case a.delimiter:
			b = append(b, ',')
		case '}':
			return append(b, ']'), true
		default:
			return b, false
		}
	}
}

func (a *arrayText) item(b []byte) ([]byte, bool) {
	switch {
	case a.at == len(a.text):
		return b, false
	case a.text[a.at] == '{':
		return a.list(b)
	case a.text[a.at] == '"':
		v, ok := a.quoted()
		return a.element(b, v), ok
	}
	end := a.at
	for end < len(a.text) && a.text[end] != a.delimiter && a.text[end] != '}' {
		end++
	}
	v := a.text[a.at:end]
	a.at = end
	if string(v) == "NULL" {
		return append(b, "null"...), true
	}
	return a.element(b, v), true
}

// quoted reads an element in quotes, in which a backslash takes the next byte for itself.
func (a *arrayText) quoted() ([]byte, bool) {
	a.scratch = a.scratch[:0]
	for a.at++; a.at < len(a.text); a.at++ {
		switch c := a.text[a.at]; c {
		case '"':
			a.at++
			return a.scratch, true
		case '\\':
			if a.at++; a.at == len(a.text) {
				return nil, false
			}
			a.scratch = append(a.scratch, a.text[a.at])
		default:
			a.scratch = append(a.scratch, c)
		}
	}
	return nil, false
}

func (a *arrayText) element(b, v []byte) []byte {
	b, ok := a.w.scalar(b, a.elem, v)
	a.bad = a.bad || !ok
	return b
}
