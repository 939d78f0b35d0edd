package clips

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPickGivesTheColumnsAskedFor(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  [][]string
	}{
		{[]string{"a", "b", "c"}, [][]string{{"1", "x", "␀"}, {"2", "", "z"}}},
		{[]string{"c", "a"}, [][]string{{"␀", "1"}, {"z", "2"}}},
		{[]string{"b", "b", "b"}, [][]string{{"x", "x", "x"}, {"", "", ""}}},
		{nil, [][]string{{}, {}}},
	} {
		below := result("a int, b text, c array of text", row("1", "x", "␀"), row("2", "", "z"))
		below.header.AsOf, below.header.TimeZone = november, "UTC"
		columns := map[string]Column{"a": below.header.Columns[0], "b": below.header.Columns[1], "c": below.header.Columns[2]}
		picked, err := Pick(below, c.names)
		if err != nil {
			t.Fatal(err)
		}
		want := Header{AsOf: november, TimeZone: "UTC", Columns: []Column{}}
		for _, name := range c.names {
			want.Columns = append(want.Columns, columns[name])
		}
		if diff := cmp.Diff(want, picked.Header()); diff != "" {
			t.Error(diff)
		}
		got, err := readAll(picked)
		if wanted := result("", c.want...).rows; err != nil || !sameRows(got, wanted) {
			t.Errorf("%q: %q (%v)", c.names, got, err)
		}
		if len(below.Header().Columns) != 3 {
			t.Error("the rows below have lost columns")
		}
	}
}

// closable counts what is passed through to it.
type closable struct {
	*fixed
	closed int
}

func (c *closable) Close() error { c.closed++; return fmt.Errorf("closed %d times", c.closed) }

func TestPickPassesOnTheRest(t *testing.T) {
	below := &closable{fixed: result("a text", row("x"))}
	below.err = &Error{Kind: KindTooLarge}
	picked, err := Pick(below, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := readAll(picked); len(rows) != 1 || KindOf(err) != KindTooLarge {
		t.Errorf("%q, and then %v", rows, err)
	}
	if err := picked.Close(); below.closed != 1 || err == nil {
		t.Errorf("closed %d times: %v", below.closed, err)
	}
}

func TestPickRefusesWhatItCannotTell(t *testing.T) {
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("c%d text", i))
	}
	for _, c := range []struct{ columns, name, want string }{
		{"a text, b text", "c", `There is no column "c". The columns are: a, b.`},
		{"a text", "A", `There is no column "A". The columns are: a.`},
		{"a text", "", `There is no column "". The columns are: a.`},
		{"a text, b text, a int", "a", `Two columns are called "a", so it cannot be said which is meant: give them different names in the SQL.`},
		{strings.Join(many, ", "), "x", `There is no column "x". The columns are: c0, c1, c2,`},
		{"a text", strings.Repeat("x", 10_000), `There is no column "` + strings.Repeat("x", 60) + `…". The columns are: a.`},
	} {
		below := &closable{fixed: result(c.columns)}
		picked, err := Pick(below, []string{c.name})
		if KindOf(err) != KindParameter || !strings.HasPrefix(NoticeOf(err), c.want) || picked != nil || below.closed != 0 {
			t.Errorf("%.80v, closed %d times\nwant %s", err, below.closed, c.want)
		}
	}
	_, err := Pick(result(strings.Join(many, ", ")), []string{"x"})
	if notice := NoticeOf(err); !strings.HasSuffix(notice, ", c49, and 10 more.") {
		t.Error(notice)
	}
	if _, err := Pick(result("a text, b text, a int"), []string{"b"}); err != nil {
		t.Errorf("a name that is there once: %v", err)
	}
}
