package sources

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

func TestMain(m *testing.M) {
	warmUp()
	os.Exit(pgtest.Runner(m).Run())
}

// warmUp writes and reads a snapshot: the compressor makes its channels at the first use, and those made in one bubble
// of synctest cannot be used in another.
func warmUp() {
	var file bytes.Buffer
	info, err := clips.WriteSnapshot(&file, table("warm"), nil)
	if err != nil {
		panic(err)
	}
	snapshot, err := clips.OpenSnapshot(bytes.NewReader(file.Bytes()), info.Size)
	if err != nil {
		panic(err)
	}
	if err := snapshot.Verify(); err != nil {
		panic(err)
	}
}

// database is a fresh database with a role that may only read.
type database struct {
	primary  string // DSN of its superuser
	follower string // DSN of its superuser
	reader   string // DSN of the reader, on the follower
	name     string
}

var makeReader sync.Once

// newDatabase runs the set-up on the primary and waits until the follower has it.
func newDatabase(t testing.TB, setup string) database {
	t.Helper()
	pg := pgtest.Follower(t)
	makeReader.Do(func() {
		pgtest.Exec(t, pg.DSN(), "create role reader login password 'letmein'; grant pg_read_all_data to reader")
	})
	primary, follower := pgtest.Database(t)
	db := database{primary: primary, follower: follower, name: pgtest.Query(t, primary, "select current_database()")[0]}
	db.reader = pg.FollowerDSNFor("reader", "letmein", db.name)
	if setup != "" {
		pgtest.Exec(t, primary, setup)
	}
	pgtest.WaitReplayed(t, pg)
	return db
}

// newFollower is a source named erp for the reader of a database.
func newFollower(t testing.TB, dsn string, change ...func(*Config)) *Follower {
	t.Helper()
	cfg := Config{Name: "erp", DSN: dsn}
	for _, c := range change {
		c(&cfg)
	}
	f, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// all runs a query to its end: NULL is shown as ∅, values are joined by |.
func all(ctx context.Context, f *Follower, q clips.Query) (lines []string, h clips.Header, err error) {
	rows, err := f.Open(ctx, q)
	if err != nil {
		return nil, clips.Header{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var cells []string
		for _, v := range rows.Row() {
			if v == nil {
				cells = append(cells, "∅")
			} else {
				cells = append(cells, string(v))
			}
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return lines, rows.Header(), rows.Err()
}

func mustAll(t testing.TB, f *Follower, sql string, args ...clips.Arg) ([]string, clips.Header) {
	t.Helper()
	lines, h, err := all(t.Context(), f, clips.Query{SQL: sql, Args: args})
	if err != nil {
		t.Fatalf("%.200s: %v", sql, err)
	}
	return lines, h
}

// wantError asks for the kind of an error and for words in what it says.
func wantError(t testing.TB, err error, kind clips.Kind, words ...string) *clips.Error {
	t.Helper()
	e, ok := errors.AsType[*clips.Error](err)
	if !ok {
		t.Fatalf("error is %v, want a *clips.Error of kind %s", err, kind)
	}
	if e.Kind != kind {
		t.Fatalf("kind is %s, want %s: %v (cause %v)", e.Kind, kind, e, e.Cause)
	}
	for _, w := range words {
		if !strings.Contains(e.Error(), w) {
			t.Errorf("%q does not say %q", e.Error(), w)
		}
	}
	return e
}

func arg(oid uint32, value string) clips.Arg { return clips.Arg{OID: oid, Value: &value} }

func TestRowsComeAsPostgresPrintsThem(t *testing.T) {
	t.Parallel()
	db := newDatabase(t, "create table t (id int, name text, paid numeric(10,2)); insert into t values (1, 'Ada', 10.50), (2, '', null)")
	f := newFollower(t, db.reader)
	lines, h := mustAll(t, f, "select * from t order by id; -- the end")
	if got := strings.Join(lines, "\n"); got != "1|Ada|10.50\n2||∅" {
		t.Errorf("got %q", got)
	}
	want := []clips.Column{
		{Name: "id", Type: clips.Int, OID: 23, Typmod: -1},
		{Name: "name", Type: clips.Text, OID: 25, Typmod: -1},
		{Name: "paid", Type: clips.Numeric, OID: 1700, Typmod: 10<<16 + 2 + 4},
	}
	if fmt.Sprint(h.Columns) != fmt.Sprint(want) {
		t.Errorf("columns are %v, want %v", h.Columns, want)
	}
	if age := time.Since(h.AsOf); h.Lag != 0 || age < 0 || age > time.Minute {
		t.Errorf("as of %s (%s ago), lag %s", h.AsOf, age, h.Lag)
	}
}
