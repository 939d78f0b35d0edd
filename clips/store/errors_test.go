package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

func TestConnectionErrorsSayWhatToDoAndNameNobody(t *testing.T) {
	t.Parallel()
	pg := pgtest.Follower(t)
	pgtest.Exec(t, pg.DSN(), `create role store_nobody login password 'right-secret'`)
	for _, c := range []struct {
		name, dsn string
		kind      clips.Kind
		says      string
	}{
		{"nobody listens", "postgres://some-user:some-secret@127.0.0.1:1/some-db", clips.KindUnavailable, "does not answer"},
		{"no such host", "postgres://some-user:some-secret@some-host.invalid/some-db", clips.KindUnavailable, "state.dsn"},
		{"not a DSN", "postgres://some-user:some-secret@some-host:port:1/some-db", clips.KindAuth, "postgres://user:password@"},
		{"no such database", pg.DSNFor("", "", "some-db"), clips.KindAuth, "does not exist"},
		{"wrong password", pg.DSNFor("store_nobody", "some-secret", "some-db"), clips.KindAuth, "password"},
		{"a follower", pg.FollowerDSN(), clips.KindNotFollower, "primary"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := store.Open(t.Context(), c.dsn)
			if clips.KindOf(err) != c.kind {
				t.Errorf("kind is %q, want %q", clips.KindOf(err), c.kind)
			}
			wantSays(t, err, c.says)
			for _, secret := range []string{"some-user", "some-secret", "some-host", "some-db", "store_nobody", "127.0.0.1"} {
				if shown := fmt.Sprintf("%v %+v %s", err, err, clips.NoticeOf(err)); strings.Contains(shown, secret) {
					t.Errorf("%q gives away %q", shown, secret)
				}
			}
		})
	}
}

func TestCancelIsACancel(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Clips(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("after a cancel: %v", err)
	}
}

func TestOddTextIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	withSQL := declare("odd")
	for sql, says := range map[string]string{"select '\x00'": "NUL", "select 'caf\xe9'": "UTF-8"} {
		withSQL[0].Revision.SQL = sql
		_, err := s.Apply(t.Context(), withSQL)
		wantSays(t, err, "odd", says)
	}
	_, err := s.CreateLink(t.Context(), clips.Link{ClipID: 1, Locked: map[string]string{"region": "\x00"}}, [32]byte{}, clips.Act{Who: "test"})
	wantSays(t, err, "NUL")
	_, err = s.Clip(t.Context(), "\x00\xff")
	wantNotFound(t, err)
}
