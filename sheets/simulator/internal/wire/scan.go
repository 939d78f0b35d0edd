package wire

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// scanner reads JSON tokens. Its errors are Google's words for a payload that is not JSON.
type scanner struct {
	text  []byte
	at    int
	depth int
}

const deepest = 100 // how far values may be nested

func (s *scanner) unexpected() error {
	end := min(s.at+20, len(s.text))
	if s.at >= len(s.text) {
		return malformed("Unexpected end of string. Expected a value.\n\n^")
	}
	return malformed("Unexpected token.\n" + string(s.text[s.at:end]) + "\n^")
}

// peek is the next byte that is not white space; 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// end tells whether nothing but white space is left.
func (s *scanner) end() bool { return s.peek() == 0 && s.at == len(s.text) }

// take moves past one byte when it is the next.
func (s *scanner) take(c byte) bool {
	if s.peek() == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) word(word string) bool {
	if s.at+len(word) <= len(s.text) && string(s.text[s.at:s.at+len(word)]) == word {
		s.at += len(word)
		return true
	}
	return false
}

// str reads a string, the scanner being at its quote.
func (s *scanner) str() (string, error) {
	start := s.at
	plain := true
	for i := start + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			if plain {
				return string(s.text[start+1 : i]), nil
			}
			return s.escaped(start)
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			s.at = i
			return "", s.unexpected()
		case c >= utf8.RuneSelf:
			plain = false // so that what is not UTF-8 is replaced
		}
	}
	s.at = len(s.text)
	return "", s.unexpected()
}

func (s *scanner) escaped(start int) (string, error) {
	var text string
	if err := json.Unmarshal(s.text[start:s.at], &text); err != nil {
		s.at = start
		return "", s.unexpected()
	}
	return text, nil
}

// number reads a number as JSON spells it: no NaN, no leading plus or zeros.
func (s *scanner) number() (float64, error) {
	start := s.at
	digits := func() bool {
		from := s.at
		for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
			s.at++
		}
		return s.at > from
	}
	optional := func(set string) bool {
		if s.at < len(s.text) && (s.text[s.at] == set[0] || s.text[s.at] == set[len(set)-1]) {
			s.at++
			return true
		}
		return false
	}
	optional("-")
	ok := optional("0") || digits()
	if ok && optional(".") {
		ok = digits()
	}
	if ok && optional("eE") {
		optional("+-")
		ok = digits()
	}
	v, err := strconv.ParseFloat(string(s.text[start:s.at]), 64)
	if !ok || err != nil {
		s.at = start
		return 0, s.unexpected()
	}
	return v, nil
}

// any reads whatever value is next.
func (s *scanner) any() (any, error) {
	switch c := s.peek(); {
	case c == '"':
		return s.str()
	case c == '{':
		m := &Message{}
		err := s.object(func(name string) error {
			v, err := s.any()
			m.fields = append(m.fields, entry{name, v})
			return err
		})
		return m, err
	case c == '[':
		list := []any{}
		err := s.array(func(int) error {
			v, err := s.any()
			list = append(list, v)
			return err
		})
		return list, err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case s.word("true"):
		return true, nil
	case s.word("false"):
		return false, nil
	case s.word("null"):
		return nil, nil
	}
	return nil, s.unexpected()
}

// object reads an object, the scanner being at its brace; each is called at every value.
func (s *scanner) object(each func(name string) error) error {
	return s.nested('}', func(int) error {
		if s.peek() != '"' {
			return s.unexpected()
		}
		name, err := s.str()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return s.unexpected()
		}
		return each(name)
	})
}

// array reads an array, the scanner being at its bracket; each is called at every element.
func (s *scanner) array(each func(i int) error) error { return s.nested(']', each) }

func (s *scanner) nested(end byte, each func(i int) error) error {
	if s.depth++; s.depth > deepest {
		return malformed("Message too deep. Max recursion depth reached.")
	}
	defer func() { s.depth-- }()
	s.at++
	if s.take(end) {
		return nil
	}
	for i := 0; ; i++ {
		s.peek()
		if err := each(i); err != nil {
			return err
		}
		if s.take(end) {
			return nil
		}
		if !s.take(',') {
			return s.unexpected()
		}
	}
}
