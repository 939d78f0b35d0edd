package clips

import (
	"fmt"
	"strings"
)

// Pick gives the named columns of r, in the order named. A name that r does not have, or has twice, is a
// KindParameter that lists the columns there are. Closing what it returns closes r.
func Pick(r Rows, names []string) (Rows, error) {
	h := r.Header()
	p := &picked{Rows: r, header: h, from: make([]int, len(names)), row: make([][]byte, len(names))}
	p.header.Columns = make([]Column, len(names))
	for i, name := range names {
		at, err := findColumn(h.Columns, name)
		if err != nil {
			return nil, err
		}
		p.from[i], p.header.Columns[i] = at, h.Columns[at]
	}
	return p, nil
}

func findColumn(columns []Column, name string) (int, error) {
	found := -1
	for i, c := range columns {
		if c.Name != name {
			continue
		}
		if found >= 0 {
			return 0, paramError("Two columns are called %s, so it cannot be said which is meant: give them different "+
				"names in the SQL.", shown(name))
		}
		found = i
	}
	if found < 0 {
		return 0, paramError("There is no column %s. The columns are: %s.", shown(name), columnNames(columns))
	}
	return found, nil
}

func columnNames(columns []Column) string {
	const most = 50
	var names []string
	for i, c := range columns {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(columns)-most))
			break
		}
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}

// picked is a projection of Rows.
type picked struct {
	Rows
	header Header
	from   []int // from[i] is the place of column i in the rows below
	row    [][]byte
}

func (p *picked) Header() Header { return p.header }

func (p *picked) Row() [][]byte {
	row := p.Rows.Row()
	for i, at := range p.from {
		p.row[i] = row[at]
	}
	return p.row
}
