package store_test

import (
	"sync"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
)

// TestNobodyIsToldWhatWasTrueBefore: another process changes a link or its clip while readers ask without a pause.
func TestNobodyIsToldWhatWasTrueBefore(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	other, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	sales := clip(t, s, "sales")
	for range 3 {
		made, token := link(t, s, clips.Link{ClipID: sales.ID})
		stop, readers := make(chan struct{}), sync.WaitGroup{}
		for range 2 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						if _, _, err := s.LinkByHash(t.Context(), token.Hash()); err != nil {
							t.Error(err)
							return
						}
					}
				}
			})
		}
		at := time.Now().Round(time.Microsecond)
		if err := other.TouchLink(t.Context(), made.ID, at, "Excel"); err != nil {
			t.Error(err)
		}
		if got, _, err := s.LinkByHash(t.Context(), token.Hash()); err != nil || !got.LastUsedAt.Equal(at) {
			t.Errorf("used %v, not %v (%v)", got.LastUsedAt, at, err)
		}
		if err := other.RevokeLink(t.Context(), made.ID, clips.Act{Who: "test"}); err != nil {
			t.Error(err)
		}
		if got, _, err := s.LinkByHash(t.Context(), token.Hash()); err != nil || got.Works(time.Now()) {
			t.Errorf("a link that was revoked works still (%v)", err)
		}
		close(stop)
		readers.Wait()
	}

	_, token := link(t, s, clips.Link{ClipID: sales.ID})
	if _, opened, err := s.LinkByHash(t.Context(), token.Hash()); err != nil || opened.Revision.Number != 1 {
		t.Fatal(opened, err)
	}
	changed := declare("sales")
	changed[0].Revision.SQL = "select 2"
	apply(t, other, changed...)
	if _, opened, err := s.LinkByHash(t.Context(), token.Hash()); err != nil || opened.Revision.SQL != "select 2" {
		t.Errorf("after a new revision it opens %+v (%v)", opened.Revision, err)
	}
	apply(t, other)
	_, _, err = s.LinkByHash(t.Context(), token.Hash())
	wantNotFound(t, err)
}
