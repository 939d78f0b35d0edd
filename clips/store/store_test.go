package store_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Runner(m).Run()) }

// migrated is a database that every test begins with a copy of, which takes less than half the time.
var migrated struct {
	once   sync.Once
	name   string
	copies atomic.Int64
}

// open opens a store on a fresh database.
func open(t testing.TB) (*store.Store, string) {
	t.Helper()
	migrated.once.Do(func() {
		dsn, _ := pgtest.Database(t)
		s, err := store.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		migrated.name = pgtest.Query(t, dsn, "select current_database()")[0]
	})
	pg, name := pgtest.Follower(t), fmt.Sprintf("%s_copy%d", migrated.name, migrated.copies.Add(1))
	pgtest.Exec(t, pg.DSN(), "create database "+name+" template "+migrated.name)
	dsn := pg.DSNFor("", "", name)
	return openAt(t, dsn), dsn
}

func openAt(t testing.TB, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// openWith opens a store that has these clips.
func openWith(t testing.TB, slugs ...string) (*store.Store, string) {
	t.Helper()
	s, dsn := open(t)
	apply(t, s, declare(slugs...)...)
	return s, dsn
}

func declare(slugs ...string) []clips.Clip {
	var all []clips.Clip
	for _, slug := range slugs {
		all = append(all, clips.Clip{Slug: slug, Title: "The " + slug, Visibility: clips.VisibleToEveryone, Declared: true,
			Revision: clips.Revision{Source: "erp", SQL: "select '" + slug + "'", OnLag: clips.LagStale}})
	}
	return all
}

func apply(t testing.TB, s *store.Store, declared ...clips.Clip) store.Changes {
	t.Helper()
	changes, err := s.Apply(t.Context(), declared)
	if err != nil {
		t.Fatal(err)
	}
	return changes
}

func clip(t testing.TB, s *store.Store, slug string) clips.Clip {
	t.Helper()
	c, err := s.Clip(t.Context(), slug)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// together runs fn n times at once and returns the errors.
func together(n int, fn func(i int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func wantNotFound(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("error is %v, want clips.ErrNotFound", err)
	}
}

// wantSays checks the words for people.
func wantSays(t testing.TB, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", words)
		return
	}
	for _, w := range words {
		if !strings.Contains(clips.NoticeOf(err), w) {
			t.Errorf("notice is %q (error %v), want it to say %q", clips.NoticeOf(err), err, w)
		}
	}
}
