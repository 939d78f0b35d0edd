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

// BenchmarkLinkByHash has readers look some links up side by side, as they come over HTTP.
func BenchmarkLinkByHash(b *testing.B) {
	s, _ := openWith(b, "sales")
	var hashes [][32]byte
	for range 50 {
		_, token := link(b, s, clips.Link{ClipID: clip(b, s, "sales").ID})
		hashes = append(hashes, token.Hash())
	}
	b.SetParallelism(8)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, _, err := s.LinkByHash(b.Context(), hashes[i%len(hashes)]); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
