package sources

import (
	"cmp"
	"fmt"

	"github.com/jackc/pgx/v5/pgproto3"

	"clipsheet/clips"
)

func (f *Follower) limits(q clips.Limits) clips.Limits {
	return clips.Limits{
		Rows:  cmp.Or(q.Rows, f.cfg.Limits.Rows),
		Bytes: cmp.Or(q.Bytes, f.cfg.Limits.Bytes),
		Cell:  cmp.Or(q.Cell, f.cfg.Limits.Cell),
	}
}

const (
	cellsPerRow = 2       // one row may take as much as two of the largest cells
	otherParts  = 1 << 20 // of a message: lengths, short columns, 1,600 column names
)

// messageLimit is the longest message that a result within the limits can need. A row is one message, and the longest
// of all. Zero is no limit of ours.
func messageLimit(l clips.Limits) int {
	switch {
	case l.Cell > 0 && l.Cell < 1<<29:
		return int(l.Cell)*cellsPerRow + otherParts
	case l.Bytes > 0 && l.Bytes < 1<<30:
		return int(l.Bytes) + otherParts
	}
	return 0
}

// count adds a row to the bill.
func (r *rows) count() error {
	r.rows++
	if r.limits.Rows > 0 && r.rows > r.limits.Rows {
		return tooLarge("more than %d rows", "limits.rows", r.limits.Rows)
	}
	for i, value := range r.row {
		if r.limits.Cell > 0 && int64(len(value)) > r.limits.Cell {
			return tooLarge("a value of "+size(int64(len(value)))+" in column "+quoted(r.header.Columns[i].Name)+
				"; one value may have %s", "limits.cell", size(r.limits.Cell))
		}
		r.bytes += int64(len(value))
	}
	if r.limits.Bytes > 0 && r.bytes > r.limits.Bytes {
		return tooLarge("more than %s", "limits.bytes", size(r.limits.Bytes))
	}
	return nil
}

// rowTooLarge is a row that was refused by its length. Which column is to blame is known when there is but one.
func (f *Follower) rowTooLarge(r *rows, e *pgproto3.ExceededMaxBodyLenErr) error {
	where := ""
	if len(r.header.Columns) == 1 {
		where = " in column " + quoted(r.header.Columns[0].Name)
	}
	got := size(int64(e.ActualBodyLen))
	if r.limits.Cell > 0 && r.limits.Cell < 1<<29 {
		return tooLarge("a row of "+got+where+"; one value may have %s and a row twice that", "limits.cell", size(r.limits.Cell))
	}
	return tooLarge("a row of "+got+where+"; all rows together may have %s", "limits.bytes", size(r.limits.Bytes))
}

func tooLarge(what, key string, limit any) error {
	return trouble{clips.KindTooLarge, "The result is too large: it has " + fmt.Sprintf(what, limit),
		"narrow the query, or raise " + key}.err(nil)
}

// size writes bytes as the config does: exact where that is short, never rounded down to the limit itself.
func size(n int64) string {
	for _, u := range []struct {
		unit string
		of   int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n >= u.of && n%u.of == 0 {
			return fmt.Sprintf("%d%s", n/u.of, u.unit)
		}
		if n >= 10*u.of {
			return fmt.Sprintf("%.1f%s", float64(n)/float64(u.of), u.unit)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

// quoted shows a column's name, which may hold anything, within bounds.
func quoted(name string) string { return fmt.Sprintf("%.63q", name) }
