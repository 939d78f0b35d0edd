package bench

import (
	_ "embed" // tables are SQL, so they live in files of SQL
	"slices"
	"strings"
)

//go:embed table.sql
var mixedSQL string

//go:embed text.sql
var textSQL string

//go:embed numbers.sql
var numbersSQL string

// filling is a table that a private Postgres may be filled with.
type filling struct {
	name, sql string
	change    string // what is set in some rows, to change them
}

// tables: the first is what figures are published of.
var tables = []filling{
	{"mixed", mixedSQL, "amount = amount + 1"},
	{"text", textSQL, "name = name || '!'"},
	{"numbers", numbersSQL, "amount = amount + 1"},
}

// Tables names them.
func Tables() string {
	var names []string
	for _, t := range tables {
		names = append(names, t.name)
	}
	return strings.Join(names, ", ")
}

// HasTable tells whether there is a table of that name.
func HasTable(name string) bool { return tableOf(name).sql != "" }

func tableOf(name string) filling {
	if at := slices.IndexFunc(tables, func(t filling) bool { return t.name == name }); at >= 0 {
		return tables[at]
	}
	return filling{}
}
