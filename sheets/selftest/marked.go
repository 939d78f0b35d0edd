package selftest

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// marked is a tab with a mark on itself, on its third row and on its third column.
type marked struct {
	tab
	ids   []int64
	key   string
	value string // names the tab, so that a copy can be told from it
}

func (t *trial) marked() marked {
	b := t.tab("marks")
	return marked{b, []int64{t.number(), t.number(), t.number()}, t.key(), fmt.Sprintf("%s %d", t.o.Spreadsheet, b.id)}
}

func (m marked) make(ctx context.Context, t *trial) error {
	mark := func(i int) mark { return mark{m.ids[i], m.key, m.value} }
	_, err := t.batch(ctx, m.add(6, 4),
		m.write(0, 0, []any{"a", "b", "c"}, []any{1, 2, 3}, []any{4, 5, "marked"}),
		mark(0).create(m.whole()), mark(1).create(m.line("ROWS", 2)), mark(2).create(m.line("COLUMNS", 2)))
	return err
}

// words says where the marks of the tab are among those that were found, each by its id.
func (m marked) words(all []found) string {
	var places []string
	for _, id := range m.ids {
		i := slices.IndexFunc(all, func(f found) bool { return f.id == id && f.sheet == m.id && f.value == m.value })
		if i < 0 {
			places = append(places, "none")
		} else {
			places = append(places, all[i].where)
		}
	}
	return strings.Join(places, ", ")
}
