package web

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// query is the query string of a request: every value of every key, in order.
type query map[string][]string

// parseQuery reads a query string as people type it. Unlike url.ParseQuery it takes a bare ; for itself, since
// ?_sep=; is what one writes, and a broken escape as the characters that stand there.
func parseQuery(raw string) query {
	q := query{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		key, value = unescape(key), unescape(value)
		q[key] = append(q[key], value)
	}
	return q
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// value is the one value of a key, and whether it was given. Two that differ leave no way to tell which was meant.
func (q query) value(key string) (string, bool, error) {
	values := q[key]
	for _, v := range values {
		if v != values[0] {
			return "", false, badRequest("%q is given twice, as %q and as %q: keep one of them.", key, values[0], v)
		}
	}
	if len(values) == 0 {
		return "", false, nil
	}
	return values[0], true, nil
}

// readerOptions are what a reader may ask of the form of a feed; they change no value of the result.
type readerOptions struct {
	clips.EncodeOptions
	columns       []string // nil is all
	offset, limit int64    // limit -1 is to the end
	fresh         bool
}

// optionReaders is every option there is. PRODUCT's list is longer: what is not here is refused by name below when
// ignoring it would quietly give other data, and ignored when it would not.
var optionReaders = map[string]func(o *readerOptions, value string) error{
	"_sep":     func(o *readerOptions, v string) (err error) { o.Sep, err = readSep(v); return },
	"_decimal": func(o *readerOptions, v string) (err error) { o.Decimal, err = readDecimal(v); return },
	"_header": func(o *readerOptions, v string) error {
		header, err := readSwitch("_header", v)
		o.NoHeader = !header
		return err
	},
	"_bom":     func(o *readerOptions, v string) (err error) { o.BOM, err = readSwitch("_bom", v); return },
	"_safe":    func(o *readerOptions, v string) (err error) { o.Safe, err = readSwitch("_safe", v); return },
	"_fresh":   func(o *readerOptions, v string) (err error) { o.fresh, err = readSwitch("_fresh", v); return },
	"_columns": func(o *readerOptions, v string) (err error) { o.columns, err = readColumns(v); return },
	"_offset":  func(o *readerOptions, v string) (err error) { o.offset, err = readCount("_offset", v); return },
	"_limit":   func(o *readerOptions, v string) (err error) { o.limit, err = readCount("_limit", v); return },
	"_shape":   func(o *readerOptions, v string) (err error) { o.Shape, err = readShape(v); return },
	"_at": func(*readerOptions, string) error {
		return badRequest("_at is not supported: this version serves the newest result only. Take it out of the address.")
	},
}

// readOptions reads the options of a request. An empty value counts as not given, as an empty field of a form does.
func readOptions(q query) (readerOptions, error) {
	o := readerOptions{limit: -1}
	for key, read := range optionReaders {
		value, given, err := q.value(key)
		if err != nil {
			return o, err
		}
		if !given || value == "" {
			continue
		}
		if err := read(&o, value); err != nil {
			return o, err
		}
	}
	return o, nil
}

func readSep(v string) (byte, error) {
	if sep, ok := clips.ParseSep(v); ok {
		return sep, nil
	}
	return 0, badRequest("_sep=%s is no separator: use tab, or one sign such as , or ; or |.", v)
}

func readDecimal(v string) (byte, error) {
	switch v {
	case ",", "comma":
		return ',', nil
	case ".", "point":
		return '.', nil
	}
	return 0, badRequest("_decimal=%s is no decimal sign: use comma or point.", v)
}

func readSwitch(name, v string) (bool, error) {
	switch v {
	case "1", "true", "yes", "on":
		return true, nil
	case "0", "false", "no", "off":
		return false, nil
	}
	return false, badRequest("%s=%s is neither on nor off: use 1 or 0.", name, v)
}

func readCount(name, v string) (int64, error) {
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, badRequest("%s=%s is no number of rows: use 0, 1, 2 and so on.", name, v)
	}
	return n, nil
}

func readShape(v string) (string, error) {
	switch v {
	case "table":
		return v, nil
	case "objects":
		return "", nil
	}
	return "", badRequest("_shape=%s is not known: use table, or leave it out for an array of objects.", v)
}

// readColumns reads names as one line of CSV, since a name may hold a comma.
func readColumns(v string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(v))
	names, err := r.Read()
	if err == nil && r.InputOffset() == int64(len(v)) {
		return names, nil
	}
	return nil, badRequest("_columns=%s is no list of columns: separate names with commas, and put a name that has a "+
		`comma or quote in it in quotes, as "net, EUR".`, v)
}

// forFormat leaves out what a format has no use for, so that it makes no second file of the same bytes.
func (o readerOptions) forFormat(f format) readerOptions {
	if f.name != "csv" {
		o.Sep = 0
	}
	if f.name != "csv" && f.name != "tsv" {
		o.EncodeOptions = clips.EncodeOptions{Shape: o.Shape}
	}
	if f.name != "json" {
		o.Shape = ""
	}
	return o
}

func badRequest(text string, a ...any) error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(text, a...)}
}
