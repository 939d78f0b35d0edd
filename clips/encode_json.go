package clips

import (
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// jsonEncoder writes rows as objects in column order, equal in value to json_agg's but in two points, by which no
// digit and no column is lost: an integer or numeric beyond 2^53 is a string of its digits, since most readers make
// doubles of numbers; and of columns that share a name the second is called name_2.
type jsonEncoder struct {
	contentType string
	lines       bool // NDJSON: an object a line, and no array around them
	table       bool // columns once, and rows as arrays
}

func newJSON(o EncodeOptions) Encoder {
	return &jsonEncoder{contentType: "application/json", table: o.Shape == "table"}
}

func newNDJSON(EncodeOptions) Encoder {
	return &jsonEncoder{contentType: "application/x-ndjson", lines: true}
}

func (e *jsonEncoder) ContentType() string { return e.contentType }

func (e *jsonEncoder) Encode(w io.Writer, r Rows) error {
	h := r.Header()
	for _, c := range h.Columns {
		if !utf8.ValidString(c.Name) {
			return &Error{Kind: KindSQL, Notice: "The name of column " + shown(c.Name) + " is not UTF-8, which JSON cannot " +
				"carry: give it another name in the SQL."}
		}
	}
	s, writer := newSink(w), newJSONWriter(h.Columns, e)
	s.buf = e.begin(s.buf, h.Columns)
	for s.full() && r.Next() {
		if writer.rows > 0 && !e.lines {
			s.buf = append(s.buf, ",\n"...)
		}
		s.buf = writer.row(s.buf, r.Row())
		if e.lines {
			s.buf = append(s.buf, '\n')
		}
		if writer.bad >= 0 {
			return notText(h.Columns[writer.bad].Name, writer.rows, "JSON")
		}
	}
	s.buf = e.finish(s.buf, h, writer.rows)
	return s.end(r.Err())
}

func (e *jsonEncoder) begin(b []byte, columns []Column) []byte {
	switch {
	case e.lines:
		return b
	case !e.table:
		return append(b, '[')
	}
	b = append(b, `{"columns":[`...)
	for i, c := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"name":`...), c.Name)
		b = appendString(append(b, `,"type":`...), c.Type.String())
		if c.Type == Array {
			b = appendString(append(b, `,"of":`...), c.Elem.String())
		}
		b = append(b, '}')
	}
	return append(b, `],"rows":[`...)
}

func (e *jsonEncoder) finish(b []byte, h Header, rows int64) []byte {
	switch {
	case e.lines:
		return b
	case !e.table:
		return append(b, "]\n"...)
	}
	b = append(b, `],"as_of":`...)
	if h.AsOf.IsZero() {
		b = append(b, "null"...)
	} else {
		b = appendString(b, h.AsOf.UTC().Format(time.RFC3339Nano))
	}
	b = append(b, `,"lag_seconds":`...)
	b = strconv.AppendFloat(b, h.Lag.Seconds(), 'f', -1, 64)
	b = appendString(append(b, `,"timezone":`...), h.TimeZone)
	b = append(b, `,"row_count":`...)
	return append(strconv.AppendInt(b, rows, 10), "}\n"...)
}

func appendString(b []byte, s string) []byte {
	b, _ = appendText(b, []byte(s))
	return b
}

// jsonWriter writes rows. It knows what to write before each value, and how.
type jsonWriter struct {
	before  [][]byte // {"name": or ,"name": or [ or ,
	empty   string   // a row without columns
	after   byte
	columns []Column
	lines   bool
	rows    int64
	bad     int // the column of the first value that is no text; -1 is none
}

func newJSONWriter(columns []Column, e *jsonEncoder) *jsonWriter {
	w := &jsonWriter{columns: columns, lines: e.lines, before: make([][]byte, len(columns)), empty: "{}", bad: -1}
	if e.table {
		w.empty = "[]"
	}
	w.after = w.empty[1]
	names := keysOf(columns)
	for i := range columns {
		w.before[i] = []byte{','}
		if i == 0 {
			w.before[i] = []byte{w.empty[0]}
		}
		if !e.table {
			w.before[i] = append(appendString(w.before[i], names[i]), ':')
		}
	}
	return w
}

// keysOf makes names differ, since readers keep one of two that are the same: the second "total" is "total_2".
func keysOf(columns []Column) []string {
	taken := map[string]bool{}
	for _, c := range columns {
		taken[c.Name] = true
	}
	keys, seen := make([]string, len(columns)), map[string]int{}
	for i, c := range columns {
		seen[c.Name]++
		key := c.Name
		for seen[c.Name] > 1 {
			key = c.Name + "_" + strconv.Itoa(seen[c.Name])
			if !taken[key] {
				break
			}
			seen[c.Name]++
		}
		taken[key] = true
		keys[i] = key
	}
	return keys
}

func (w *jsonWriter) row(b []byte, row [][]byte) []byte {
	w.rows++
	if len(row) == 0 {
		return append(b, w.empty...)
	}
	for i, v := range row {
		b = append(b, w.before[i]...)
		if v == nil {
			b = append(b, "null"...)
			continue
		}
		var ok bool
		if b, ok = w.value(b, &w.columns[i], v); !ok && w.bad < 0 {
			w.bad = i
		}
	}
	return append(b, w.after)
}

// value writes a value that is not NULL. It is false for one that is no text.
func (w *jsonWriter) value(b []byte, c *Column, v []byte) ([]byte, bool) {
	if c.Type == Array {
		a := arrayText{text: v, delimiter: delimiterOf(c.OID), elem: c.Elem, w: w}
		return a.write(b)
	}
	return w.scalar(b, c.Type, v)
}

func (w *jsonWriter) scalar(b []byte, t Type, v []byte) ([]byte, bool) {
	switch t {
	case Bool:
		if string(v) == "t" {
			return append(b, "true"...), true
		}
		return append(b, "false"...), true
	case Int, Numeric:
		if isExact(v) {
			return append(b, v...), true
		}
	case Float:
		if n := len(v); n > 0 && '0' <= v[n-1] && v[n-1] <= '9' { // not NaN or infinity
			return append(b, v...), true
		}
	case JSON:
		return w.raw(b, v)
	case Timestamp, TimestampTZ:
		if iso, ok := appendISO(b, v, t == TimestampTZ); ok {
			return iso, true
		}
	}
	return appendText(b, v)
}

// raw writes JSON as it is; on a line of NDJSON its line breaks, which are white space there, become blanks.
func (w *jsonWriter) raw(b, v []byte) ([]byte, bool) {
	start := len(b)
	b = append(b, v...)
	if w.lines {
		for i, c := range b[start:] {
			if c == '\n' || c == '\r' {
				b[start+i] = ' '
			}
		}
	}
	return b, utf8.Valid(v)
}

const exactMost = "9007199254740992" // 2^53: up to here a double holds every integer

// isExact tells whether an integer or numeric is a number within ±2^53, and not NaN or an infinity.
func isExact(v []byte) bool {
	digits := v
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	whole := 0
	for whole < len(digits) && '0' <= digits[whole] && digits[whole] <= '9' {
		whole++
	}
	if whole != len(exactMost) {
		return 0 < whole && whole < len(exactMost)
	}
	most := string(digits[:whole])
	return most < exactMost || most == exactMost && strings.Trim(string(digits[whole:]), ".0") == ""
}

// appendISO writes a timestamp the way json_agg does: 2026-11-24 09:05:00+01 becomes 2026-11-24T09:05:00+01:00. It is
// false for what is not in the ISO style (infinity; a server with another DateStyle).
func appendISO(b, v []byte, zoned bool) ([]byte, bool) {
	day := 0
	for day < len(v) && (v[day] == '-' || '0' <= v[day] && v[day] <= '9') {
		day++
	}
	if day < len("2026-11-24") || day == len(v) || v[day] != ' ' {
		return nil, false
	}
	b = append(append(append(b, '"'), v[:day]...), 'T')
	clock, era := v[day+1:], v[len(v):]
	if n := len(clock) - len(" BC"); n > 0 && string(clock[n:]) == " BC" {
		clock, era = clock[:n], clock[n:]
	}
	b = append(b, clock...)
	if n := len(clock) - len("+01"); zoned && n > 0 && (clock[n] == '+' || clock[n] == '-') {
		b = append(b, ":00"...)
	}
	return append(append(b, era...), '"'), true
}

// What a byte of text is to JSON.
const (
	asItIs = iota
	escaped
	high // part of a character beyond ASCII
)

var jsonBytes = func() (kinds [256]byte) {
	for c := range kinds {
		switch {
		case c < ' ' || c == '"' || c == '\\':
			kinds[c] = escaped
		case c >= utf8.RuneSelf:
			kinds[c] = high
		}
	}
	return kinds
}()

// appendText writes text as a JSON string. It is false when the text is not UTF-8.
func appendText(b, v []byte) ([]byte, bool) {
	b = append(b, '"')
	start, seen := 0, byte(0)
	for i, c := range v {
		kind := jsonBytes[c]
		seen |= kind
		if kind == escaped {
			b = appendEscape(append(b, v[start:i]...), c)
			start = i + 1
		}
	}
	b = append(append(b, v[start:]...), '"')
	return b, seen&high == 0 || utf8.Valid(v)
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
