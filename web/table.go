package web

import (
	"bufio"
	"cmp"
	"html/template"
	"io"
	"strings"

	"clipsheet/clips"
)

// writeTable writes rows as an HTML table. Names and values are data: not one of their bytes reaches the page as
// markup. Formats give columns their headings and hide some; values are shown as they are, to the last digit.
func writeTable(w io.Writer, r clips.Rows, formats map[string]clips.ColumnFormat) error {
	t := beginTable(w, r.Header().Columns, formats)
	for r.Next() {
		t.row(r.Row())
	}
	if err := r.Err(); err != nil {
		return err
	}
	return t.end()
}

// tableWriter writes an HTML table row by row. Its first error stays, and flush and end return it.
type tableWriter struct {
	out     *bufio.Writer
	columns []clips.Column
	cells   []string // what a cell begins with; empty for a hidden column
}

func beginTable(w io.Writer, columns []clips.Column, formats map[string]clips.ColumnFormat) *tableWriter {
	t := &tableWriter{bufio.NewWriterSize(w, 32<<10), columns, make([]string, len(columns))}
	t.out.WriteString("<table><thead><tr>")
	for i, c := range columns {
		format := formats[c.Name]
		if format.Hidden {
			continue
		}
		class := cellClass(c.Type)
		t.cells[i] = "<td" + class + ">"
		t.out.WriteString("<th scope=col" + class + ">")
		escape(t.out, []byte(cmp.Or(format.Label, c.Name)))
		t.out.WriteString("</th>")
	}
	t.out.WriteString("</tr></thead>\n<tbody>\n")
	return t
}

func (t *tableWriter) row(values [][]byte) {
	t.out.WriteString("<tr>")
	for i, v := range values {
		writeCell(t.out, t.cells[i], t.columns[i].Type, v)
	}
	t.out.WriteString("</tr>\n")
}

// flush passes on the rows there are so far.
func (t *tableWriter) flush() error { return t.out.Flush() }

func (t *tableWriter) end() error {
	t.out.WriteString("</tbody></table>")
	return t.flush()
}

func writeCell(out *bufio.Writer, begin string, t clips.Type, v []byte) {
	switch {
	case begin == "":
	case v == nil:
		out.WriteString("<td class=none></td>")
	default:
		out.WriteString(begin)
		escape(out, shownAs(t, v))
		out.WriteString("</td>")
	}
}

// escape shows bytes that are no text as the sign for that.
func escape(w io.Writer, text []byte) {
	template.HTMLEscape(w, []byte(strings.ToValidUTF8(string(text), "\ufffd")))
}

func cellClass(t clips.Type) string {
	switch t {
	case clips.Int, clips.Numeric, clips.Float:
		return " class=number"
	case clips.Date, clips.Time, clips.Timestamp, clips.TimestampTZ, clips.Bool, clips.UUID:
		return " class=short" // kept on one line
	}
	return ""
}

// shownAs is a value for people.
func shownAs(t clips.Type, v []byte) []byte {
	if t == clips.Bool {
		if string(v) == "t" {
			return []byte("yes")
		}
		return []byte("no")
	}
	return v
}
