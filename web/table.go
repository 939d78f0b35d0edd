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
	out := bufio.NewWriterSize(w, 32<<10) // its first error stays, and Flush returns it
	columns := r.Header().Columns
	cells := make([]string, len(columns)) // what a cell begins with; empty for a hidden column
	out.WriteString("<table><thead><tr>")
	for i, c := range columns {
		format := formats[c.Name]
		if format.Hidden {
			continue
		}
		class := cellClass(c.Type)
		cells[i] = "<td" + class + ">"
		out.WriteString("<th scope=col" + class + ">")
		escape(out, []byte(cmp.Or(format.Label, c.Name)))
		out.WriteString("</th>")
	}
	out.WriteString("</tr></thead>\n<tbody>\n")
	for r.Next() {
		out.WriteString("<tr>")
		for i, v := range r.Row() {
			writeCell(out, cells[i], columns[i].Type, v)
		}
		out.WriteString("</tr>\n")
	}
	if err := r.Err(); err != nil {
		return err
	}
	out.WriteString("</tbody></table>")
	return out.Flush()
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
