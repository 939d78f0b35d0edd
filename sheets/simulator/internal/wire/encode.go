package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// JSON is a message as compact JSON.
func (m *Message) JSON() []byte { return appendMessage(nil, m) }

// Indented is a message as JSON for people, the way Google answers unless asked not to.
func (m *Message) Indented() []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, m.JSON(), "", "  "); err != nil {
		panic(err) // what appendMessage wrote is JSON
	}
	b.WriteByte('\n')
	return b.Bytes()
}

func appendMessage(b []byte, m *Message) []byte {
	b = append(b, '{')
	for i, f := range m.entries() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, f.name)
		b = append(b, ':')
		b = appendValue(b, f.value)
	}
	return append(b, '}')
}

func (m *Message) entries() []entry {
	if m == nil {
		return nil
	}
	return m.fields
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		return appendNumber(b, v)
	case string:
		return appendString(b, v)
	case *Message:
		return appendMessage(b, v)
	case []any:
		b = append(b, '[')
		for i, element := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, element)
		}
		return append(b, ']')
	}
	panic("wire: no value of a message")
}

// appendNumber writes a double so that reading it gives the same one.
func appendNumber(b []byte, v float64) []byte {
	if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(b, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c >= utf8.RuneSelf {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string has a JSON form
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// Quote is a text as a JSON string.
func Quote(text string) []byte { return appendString(nil, text) }
