package clips

import (
	"fmt"
	"io"
	"strings"
)

// Encoder writes a whole result in one format. Encode reads r to its end and does not close it; when r or w fails,
// what w has got so far is no result. An Encoder keeps nothing between two results, so one may serve many at once.
type Encoder interface {
	ContentType() string
	Encode(w io.Writer, r Rows) error
}

// EncodeOptions are what a reader may ask of the form. They change no value, and the zero value is exact: CSV as COPY
// writes it, JSON equal in value to json_agg. Each format reads what concerns it and ignores the rest.
type EncodeOptions struct {
	Sep      byte   // between values of CSV; 0 is a comma. TSV is always separated by tabs
	Decimal  byte   // the decimal sign of numeric columns in CSV and TSV; 0 is a point
	NoHeader bool   // no row of column names in CSV and TSV
	BOM      bool   // CSV and TSV begin with a byte order mark, without which Excel takes UTF-8 for its own code page
	Safe     bool   // an apostrophe before text in CSV and TSV that a spreadsheet would take for a formula
	Shape    string // of JSON: "" is an array of objects, "table" is columns once and rows as arrays
}

// encoders are the formats made of text. A workbook is made elsewhere: its makings are no business of this package.
var encoders = map[string]func(EncodeOptions) Encoder{
	"csv":    newCSV,
	"tsv":    newTSV,
	"json":   newJSON,
	"ndjson": newNDJSON,
}

// NewEncoder finds the encoder of a format: "csv", "tsv", "json" or "ndjson". Another one is a KindParameter.
func NewEncoder(format string, o EncodeOptions) (Encoder, error) {
	make, ok := encoders[strings.ToLower(format)]
	if !ok {
		return nil, paramError("There is no format %s: use csv, tsv, json or ndjson.", shown(format))
	}
	return make(o), nil
}

// flushAt is how much an encoder gathers before it writes. A single value may be larger.
const flushAt = 64 << 10

// sink gathers bytes and writes them in large pieces. The first error stays.
type sink struct {
	w   io.Writer
	buf []byte
	err error
}

func newSink(w io.Writer) *sink { return &sink{w: w, buf: make([]byte, 0, flushAt+flushAt/4)} }

// full flushes when there is enough to write, and tells whether it is worth going on.
func (s *sink) full() bool {
	if len(s.buf) >= flushAt {
		s.flush()
	}
	return s.err == nil
}

func (s *sink) flush() {
	if s.err == nil && len(s.buf) > 0 {
		_, s.err = s.w.Write(s.buf)
	}
	if s.buf = s.buf[:0]; cap(s.buf) > 4*flushAt {
		s.buf = make([]byte, 0, flushAt+flushAt/4) // one huge value is no reason to keep its room
	}
}

// end writes the rest, unless the rows ended in an error: that is the one that counts.
func (s *sink) end(rows error) error {
	if rows != nil {
		return rows
	}
	s.flush()
	return s.err
}

// notText is a value that a format which is Unicode by definition cannot carry. Replacing its bytes would be silent.
func notText(column string, row int64, format string) *Error {
	return &Error{Kind: KindSQL, Notice: fmt.Sprintf("Column %s of row %d holds bytes that are not UTF-8, which %s cannot "+
		"carry: read it as CSV, or convert the column in the SQL with convert_from().", shown(column), row, format)}
}
