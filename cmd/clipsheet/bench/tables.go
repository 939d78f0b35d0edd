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

// tables are what a private Postgres may be filled with. The first is what figures are published of.
var tables = []struct{ name, sql string }{{"mixed", mixedSQL}, {"text", textSQL}, {"numbers", numbersSQL}}

// Tables names them.
func Tables() string {
	var names []string
	for _, t := range tables {
		names = append(names, t.name)
	}
	return strings.Join(names, ", ")
}

// HasTable tells whether there is a table of that name.
func HasTable(name string) bool { return tableSQL(name) != "" }

func tableSQL(name string) string {
	at := slices.IndexFunc(tables, func(t struct{ name, sql string }) bool { return t.name == name })
	if at < 0 {
		return ""
	}
	return tables[at].sql
}
