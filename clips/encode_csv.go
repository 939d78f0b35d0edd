package clips

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// csvEncoder writes what COPY (query) TO STDOUT (FORMAT csv, HEADER) does, byte for byte: NULL is nothing, the empty
// string is "", and a value is quoted when it holds the separator, a quote, CR or LF. See CopyAttributeOutCSV in
// Postgres' copyto.c.
type csvEncoder struct {
	contentType string
	o           EncodeOptions
}

func newCSV(o EncodeOptions) Encoder {
	if o.Sep == 0 {
		o.Sep = ','
	}
	return &csvEncoder{"text/csv; charset=utf-8", o}
}

func newTSV(o EncodeOptions) Encoder {
	o.Sep = '\t'
	return &csvEncoder{"text/tab-separated-values; charset=utf-8", o}
}

func (e *csvEncoder) ContentType() string { return e.contentType }

const byteOrderMark = "\ufeff"

func (e *csvEncoder) Encode(w io.Writer, r Rows) error {
	columns := r.Header().Columns
	s, writer := newSink(w), newCSVWriter(e.o, columns)
	if e.o.BOM {
		s.buf = append(s.buf, byteOrderMark...)
	}
	if !e.o.NoHeader {
		s.buf = writer.header(s.buf, columns)
	}
	for s.full() && r.Next() {
		s.buf = writer.row(s.buf, r.Row())
	}
	return s.end(r.Err())
}

var separators = map[string]byte{"tab": '\t', "comma": ',', "semicolon": ';', "pipe": '|'}

// ParseSep reads a separator: its name, or the sign itself. What values themselves are made of is none.
func ParseSep(text string) (sep byte, ok bool) {
	if sep, ok := separators[text]; ok {
		return sep, true
	}
	if len(text) != 1 {
		return 0, false
	}
	c := text[0]
	letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
	return c, c == '\t' || ' ' <= c && c <= '~' && !letter && !strings.ContainsRune(`"\.+-`, rune(c))
}

// csvWriter knows how to write each column.
type csvWriter struct {
	sep    byte
	quoted [256]bool // bytes for which a value is put in quotes
	lone   bool      // there is one column, whose \. would be read as the end of the data
	safe   bool
	forms  []csvForm
}

// csvForm is what is known of the values of a column before they come.
type csvForm struct {
	plain   bool // never has a byte to quote for
	decimal byte // what a point becomes; 0 leaves it
	guarded bool // may look like a formula
}

func newCSVWriter(o EncodeOptions, columns []Column) *csvWriter {
	w := &csvWriter{sep: o.Sep, lone: len(columns) == 1, safe: o.Safe, forms: make([]csvForm, len(columns))}
	for _, c := range []byte{o.Sep, '"', '\r', '\n'} {
		w.quoted[c] = true
	}
	for i, c := range columns {
		f := csvForm{plain: neverQuoted(c.Type, o.Sep), guarded: o.Safe && mayBeFormula(c)}
		if o.Decimal != 0 && o.Decimal != '.' && c.Type.isNumber() {
			f.decimal = o.Decimal
			f.plain = f.plain && o.Decimal != o.Sep
		}
		w.forms[i] = f
	}
	return w
}

// neverQuoted tells whether no value of a type can hold what is put in quotes: such columns need no look.
func neverQuoted(t Type, sep byte) bool {
	switch t {
	case Bool, Int, Numeric, Float, Date, UUID:
		return sep == ',' || sep == ';' || sep == '\t' || sep == '|'
	}
	return false
}

func (t Type) isNumber() bool { return t == Int || t == Numeric || t == Float }

const money = 790 // prints $1.00 or -$1.00, and is no text people can put anything into

// mayBeFormula tells whether someone can put any text into a column's values. Names of enums and the like count.
func mayBeFormula(c Column) bool { return c.Type == Text || c.Type == Other && c.OID != money }

func (w *csvWriter) header(b []byte, columns []Column) []byte {
	for i, c := range columns {
		if i > 0 {
			b = append(b, w.sep)
		}
		name := []byte(c.Name)
		if w.safe && looksLikeFormula(name) {
			name = append([]byte{'\''}, name...)
		}
		b = w.value(b, name)
	}
	return append(b, '\n')
}

func (w *csvWriter) row(b []byte, row [][]byte) []byte {
	for i, v := range row {
		if i > 0 {
			b = append(b, w.sep)
		}
		f := &w.forms[i]
		switch {
		case v == nil:
		case f.plain && f.decimal == 0:
			b = append(b, v...)
		case f.decimal != 0:
			b = w.number(b, v, f.decimal)
		case f.guarded && looksLikeFormula(v):
			b = w.value(b, append([]byte{'\''}, v...))
		default:
			b = w.value(b, v)
		}
	}
	return append(b, '\n')
}

func (w *csvWriter) number(b, v []byte, decimal byte) []byte {
	at := bytes.IndexByte(v, '.')
	if at < 0 {
		return w.value(b, v)
	}
	return w.value(b, slices.Concat(v[:at], []byte{decimal}, v[at+1:]))
}

// value writes a value that is not NULL.
func (w *csvWriter) value(b, v []byte) []byte {
	if !w.needsQuotes(v) {
		return append(b, v...)
	}
	b = append(b, '"')
	for {
		at := bytes.IndexByte(v, '"')
		if at < 0 {
			return append(append(b, v...), '"')
		}
		b = append(append(b, v[:at+1]...), '"')
		v = v[at+1:]
	}
}

func (w *csvWriter) needsQuotes(v []byte) bool {
	for _, c := range v {
		if w.quoted[c] {
			return true
		}
	}
	return len(v) == 0 || w.lone && string(v) == `\.`
}

// formulaSigns start a formula in some spreadsheet, in their full-width forms too.
var formulaSigns = [][]byte{[]byte("="), []byte("+"), []byte("-"), []byte("@"),
	[]byte("＝"), []byte("＋"), []byte("－"), []byte("＠")}

// looksLikeFormula tells whether a spreadsheet could take a text for a formula: it begins with a sign of one, also
// after blanks, which some programs drop, or with a tab or line break, which some take for the border of a cell.
func looksLikeFormula(v []byte) bool {
	trimmed := bytes.TrimLeft(v, " \u00a0\u3000")
	if len(trimmed) == 0 {
		return false
	}
	if c := trimmed[0]; c == '\t' || c == '\r' || c == '\n' {
		return true
	}
	for _, sign := range formulaSigns {
		if bytes.HasPrefix(trimmed, sign) {
			return true
		}
	}
	return false
}
