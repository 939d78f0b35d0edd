package sources

import (
	"testing"
)

func TestTablesAreThoseTheRoleMayRead(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, `
		create table "Odd ""name" (id bigint primary key, "Total" numeric(10,2));
		comment on table "Odd ""name" is 'what is <odd>';
		comment on column "Odd ""name"."Total" is 'in EUR';
		create view seen as select id from "Odd ""name";
		create schema hidden; create table hidden.away (x int)`)
	f, err := New(Config{Name: "erp", DSN: db.reader})
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]int{}
	for i, table := range all {
		byName[table.Name] = i
	}
	odd := all[byName[`Odd "name`]]
	if odd.Plain != `"Odd ""name"` || odd.Comment != "what is <odd>" || len(odd.Columns) != 2 || odd.Columns[1].Type != "numeric(10,2)" ||
		odd.Columns[1].Plain != `"Total"` || odd.Columns[1].Comment != "in EUR" {
		t.Errorf("%+v", odd)
	}
	if view := all[byName["seen"]]; view.Kind != "view" || view.Rows != -1 {
		t.Errorf("%+v", view)
	}
	if away := all[byName["away"]]; away.Plain != "hidden.away" {
		t.Errorf("%+v", away)
	}
}
