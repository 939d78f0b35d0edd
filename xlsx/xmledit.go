package xlsx

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
)

// xmlReader reads a part token by token, and tells the bytes each stands in, so that what is not changed can be copied.
type xmlReader struct {
	part     []byte
	decoder  *xml.Decoder
	from, to int // of the last token
}

func newXMLReader(part []byte) *xmlReader {
	return &xmlReader{part: part, decoder: xml.NewDecoder(bytes.NewReader(part))}
}

// next is io.EOF at the end. An element without content is a start and an end, the latter of no bytes.
func (r *xmlReader) next() (xml.Token, error) {
	r.from = r.to
	token, err := r.decoder.RawToken()
	r.to = int(r.decoder.InputOffset())
	return token, err
}

func (r *xmlReader) bytes() []byte { return r.part[r.from:r.to] }

// each visits all tokens.
func (r *xmlReader) each(visit func(xml.Token) error) error {
	for {
		token, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = visit(token)
		}
		if err != nil {
			return err
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// edits are changes to a part, in its order.
type edits struct {
	part []byte
	out  []byte
	done int // bytes of part that are in out
}

// replace puts with in the place of part[from:to].
func (e *edits) replace(from, to int, with []byte) {
	e.out = append(append(e.out, e.part[e.done:from]...), with...)
	e.done = to
}

// result is the part with its changes; the part itself when there are none.
func (e *edits) result() []byte {
	if e.done == 0 {
		return e.part
	}
	return append(e.out, e.part[e.done:]...)
}

// setAttr sets an attribute of a start tag.
func setAttr(tag []byte, name, value string) []byte {
	text := []byte(` ` + name + `="` + string(appendAttr(nil, value)) + `"`)
	if at := findAttr(tag, name); at != nil {
		return slices.Concat(tag[:at[0]], text, tag[at[1]:])
	}
	end := bytes.LastIndexByte(tag, '>')
	if end > 0 && tag[end-1] == '/' {
		end--
	}
	return slices.Concat(bytes.TrimRight(tag[:end], " \t\r\n"), text, tag[end:])
}

func dropAttr(tag []byte, name string) []byte {
	if at := findAttr(tag, name); at != nil {
		return slices.Concat(tag[:at[0]], tag[at[1]:])
	}
	return tag
}

// attribute matches one attribute of a start tag that a parser has accepted.
var attribute = regexp.MustCompile(`\s+([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')`)

func findAttr(tag []byte, name string) []int {
	for _, at := range attribute.FindAllSubmatchIndex(tag, -1) {
		if string(tag[at[2]:at[3]]) == name {
			return at[:2]
		}
	}
	return nil
}

var stXstring = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads ST_Xstring: _x000A_ is a line break.
func unescape(s string) string {
	return stXstring.ReplaceAllStringFunc(s, func(code string) string {
		n, _ := strconv.ParseUint(code[2:6], 16, 16) // four hexadecimal digits
		return string(rune(n))
	})
}
