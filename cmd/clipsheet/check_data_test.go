package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// TestStoredResultsAreReadThrough: a byte that was changed in the state database is found, and whose result it is.
func TestStoredResultsAreReadThrough(t *testing.T) {
	t.Parallel()
	_, follower := pgtest.Database(t)
	s := newServed(t, follower)
	s.start()
	if a := get(t, s.link("numbers")); a.status != http.StatusOK {
		t.Fatalf("the feed: %d", a.status)
	}
	if out, err := s.command("check", "--read-data").Output(); err != nil || !strings.Contains(string(out), "1 stored result read, and whole") {
		t.Errorf("before: %v: %s", err, out)
	}
	dsn, ok := localpg.Running(filepath.Join(s.dir, "data", "state"))
	if !ok {
		t.Fatal("the state database does not run")
	}
	conn, err := pgconn.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `update clipsheet.snapshot_chunks set data = set_byte(data, 100, get_byte(data, 100) # 1)`).ReadAll(); err != nil {
		t.Fatal(err)
	}
	out, err := s.command("check", "--read-data").Output()
	for _, words := range []string{"the result of clip numbers made at", "is damaged", "0 stored results read", "Look at the state database's disk"} {
		if err == nil || !strings.Contains(string(out), words) {
			t.Errorf("after: it does not say %q: %v: %s", words, err, out)
		}
	}
}
