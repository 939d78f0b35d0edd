package web

import (
	"bytes"
	"html/template"
	"sync"

	"clipsheet/clips"
)

// mostEarly is how many bytes of a table are shown before it is whole: what comes early is for the eye.
const mostEarly = 256 << 10

// tableSoFar is the table of a try, which is read while it is written.
type tableSoFar struct {
	mu    sync.Mutex
	html  bytes.Buffer
	shown int // bytes that part has given out
}

// write writes rows as they come, each at once: nobody finds the half of one.
func (t *tableSoFar) write(r clips.Rows) error {
	var row bytes.Buffer
	table := beginTable(&row, r.Header().Columns, nil)
	for r.Next() {
		table.row(r.Row())
		table.flush() // into memory, which cannot fail
		t.add(&row)
	}
	if err := r.Err(); err != nil {
		return err
	}
	table.end()
	t.add(&row)
	return nil
}

func (t *tableSoFar) add(row *bytes.Buffer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	row.WriteTo(&t.html)
}

// part is what was added since it was asked last: rows, the first time with the head of the table.
func (t *tableSoFar) part() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.html.Len() > mostEarly {
		return ""
	}
	part := string(t.html.Bytes()[t.shown:])
	t.shown = t.html.Len()
	return part
}

// whole is the table, of which nothing comes any more.
func (t *tableSoFar) whole() template.HTML {
	t.mu.Lock()
	defer t.mu.Unlock()
	return template.HTML(t.html.String()) // every value in it is escaped
}
