package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

func link(t testing.TB, s *store.Store, l clips.Link) (clips.Link, clips.Token) {
	t.Helper()
	token := clips.NewToken()
	made, err := s.CreateLink(t.Context(), l, token.Hash(), clips.Act{Who: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return made, token
}

func TestALinkOpensItsClip(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	want := clips.Link{ClipID: clip(t, s, "sales").ID, ClipSlug: "sales", Label: "for Zoë", Formats: []string{"csv", "json"},
		Locked: map[string]string{"region": "EU", "empty": ""}, ExpiresAt: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
	made, token := link(t, s, want)
	if diff := cmp.Diff(want, made, cmpopts.IgnoreFields(clips.Link{}, "ID", "CreatedAt")); diff != "" {
		t.Error(diff)
	}
	got, opened, err := s.LinkByHash(t.Context(), token.Hash())
	if diff := cmp.Diff(made, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if diff := cmp.Diff(clip(t, s, "sales"), opened); diff != "" {
		t.Error(diff)
	}
	kept := pgtest.Query(t, dsn, `select token_hash = sha256('`+token.Reveal()+`') and links::text not like '%`+token.Reveal()+`%'
		from clipsheet.links`)[0]
	if kept != "t" {
		t.Error("what is kept is not the hash of the token alone")
	}
}

func TestUnknownAndRetiredLooksAlike(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales", "other")
	sales := clip(t, s, "sales")
	_, token := link(t, s, clips.Link{ClipID: sales.ID})
	_, _, err := s.LinkByHash(t.Context(), clips.NewToken().Hash())
	wantNotFound(t, err)

	apply(t, s, declare("other")...)
	_, _, err = s.LinkByHash(t.Context(), token.Hash())
	wantNotFound(t, err)
	_, err = s.CreateLink(t.Context(), clips.Link{ClipID: sales.ID}, [32]byte{1}, clips.Act{Who: "test"})
	wantNotFound(t, err)

	apply(t, s, declare("other", "sales")...)
	if _, _, err = s.LinkByHash(t.Context(), token.Hash()); err != nil {
		t.Errorf("the link of a clip that came back: %v", err)
	}
}

func TestATokenOpensOneThing(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	l, token := link(t, s, clips.Link{ClipID: clip(t, s, "sales").ID})
	_, err := s.CreateLink(t.Context(), l, token.Hash(), clips.Act{Who: "test"})
	wantSays(t, err, "new token")
}

func TestLinksAreListedByClipAndAge(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "b", "a")
	var want []int64
	for _, slug := range []string{"a", "b"} {
		for range 3 {
			l, _ := link(t, s, clips.Link{ClipID: clip(t, s, slug).ID})
			want = append(want, l.ID)
		}
	}
	for slug, want := range map[string][]int64{"": want, "a": want[:3], "b": want[3:], "none": nil} {
		var got []int64
		links, err := s.Links(t.Context(), slug)
		for _, l := range links {
			got = append(got, l.ID)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("links of %q: %v %s", slug, err, diff)
		}
	}
}

func TestRotationKeepsTheScopeAndGivesTime(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	old, oldToken := link(t, s, clips.Link{ClipID: clip(t, s, "sales").ID, Label: "finance", Formats: []string{"csv"},
		Locked: map[string]string{"region": "EU"}, ExpiresAt: time.Now().Add(time.Hour).Truncate(time.Microsecond)})
	token := clips.NewToken()
	made, err := s.RotateLink(t.Context(), old.ID, token.Hash(), 10*time.Minute, clips.Act{Who: "test"})
	if diff := cmp.Diff(old, made, cmpopts.IgnoreFields(clips.Link{}, "ID", "CreatedAt")); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if got, _, err := s.LinkByHash(t.Context(), token.Hash()); err != nil || got.ID != made.ID {
		t.Errorf("the new token opens link %d (%v), want %d", got.ID, err, made.ID)
	}
	got, _, err := s.LinkByHash(t.Context(), oldToken.Hash())
	now := time.Now()
	if err != nil || got.RotatedTo != made.ID || !got.Works(now.Add(9*time.Minute)) || got.Works(now.Add(11*time.Minute)) {
		t.Errorf("the old link: %+v (%v)", got, err)
	}

	_, err = s.RotateLink(t.Context(), old.ID, [32]byte{1}, time.Minute, clips.Act{Who: "test"})
	wantSays(t, err, "rotated already")
	if err := s.RevokeLink(t.Context(), old.ID, clips.Act{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := s.LinkByHash(t.Context(), oldToken.Hash()); got.Works(time.Now()) {
		t.Error("a link revoked in its grace still works")
	}
}

func TestRotationIsBothOrNeither(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	old, token := link(t, s, clips.Link{ClipID: clip(t, s, "sales").ID})
	_, err := s.RotateLink(t.Context(), old.ID, token.Hash(), 0, clips.Act{Who: "test"}) // a token that is taken
	wantSays(t, err, "new token")
	links, err := s.Links(t.Context(), "")
	if diff := cmp.Diff([]clips.Link{old}, links); diff != "" || err != nil {
		t.Error(err, diff)
	}

	const refuse = `create function public.refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
		create trigger refuse before update on clipsheet.links execute function public.refuse()`
	pgtest.Exec(t, dsn, refuse) // stands for any failure after the new link was made
	if _, err = s.RotateLink(t.Context(), old.ID, [32]byte{99}, 0, clips.Act{Who: "test"}); err == nil {
		t.Error("rotated without an end to the old link")
	}
	_, _, err = s.LinkByHash(t.Context(), [32]byte{99})
	wantNotFound(t, err)
	pgtest.Exec(t, dsn, "drop trigger refuse on clipsheet.links")

	rotated := together(5, func(i int) error {
		_, err := s.RotateLink(t.Context(), old.ID, [32]byte{byte(i)}, 0, clips.Act{Who: "test"})
		return err
	})
	if links, err := s.Links(t.Context(), ""); err != nil || len(links) != 2 {
		t.Errorf("rotated five times at once there are %d links (%v, %v), want 2", len(links), err, rotated)
	}
}

func TestWhatDoesNotWorkIsNotRotated(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	revoked, token := link(t, s, clips.Link{ClipID: clip(t, s, "sales").ID})
	for range 2 { // revoking again changes nothing
		if err := s.RevokeLink(t.Context(), revoked.ID, clips.Act{Who: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	if got, _, err := s.LinkByHash(t.Context(), token.Hash()); err != nil || got.Works(time.Now()) {
		t.Errorf("a revoked link: %+v (%v)", got, err)
	}
	expired, _ := link(t, s, clips.Link{ClipID: clip(t, s, "sales").ID, ExpiresAt: time.Now().Add(-time.Hour)})
	for id, says := range map[int64]string{revoked.ID: "revoked", expired.ID: "expired"} {
		_, err := s.RotateLink(t.Context(), id, clips.NewToken().Hash(), time.Hour, clips.Act{Who: "test"})
		wantSays(t, err, says, "link create sales")
	}
	_, err := s.RotateLink(t.Context(), 999, clips.NewToken().Hash(), time.Hour, clips.Act{Who: "test"})
	wantNotFound(t, err)
	wantNotFound(t, s.RevokeLink(t.Context(), 999, clips.Act{Who: "test"}))
}

func TestAThousandReadersCauseOneWriteAMinute(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	l, token := link(t, s, clips.Link{ClipID: clip(t, s, "sales").ID})
	// Postgres counts the writes.
	pgtest.Exec(t, dsn, `create table public.writes (n int);
		create function public.note() returns trigger language plpgsql as $$ begin insert into public.writes values (1); return new; end $$;
		create trigger note after update on clipsheet.links for each row execute function public.note()`)
	touch := func(at time.Time) {
		t.Helper()
		err := together(20, func(i int) error { return s.TouchLink(t.Context(), l.ID, at.Add(time.Duration(i)), "curl\x00\xff") })
		if err != nil {
			t.Fatal(err)
		}
	}
	start := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for i, want := range []string{"1", "1", "2", "2"} {
		touch(start.Add([]time.Duration{0, 59 * time.Second, time.Minute, -time.Hour}[i]))
		if n := pgtest.Query(t, dsn, "select count(*) from public.writes")[0]; n != want {
			t.Errorf("step %d: %s writes, want %s", i, n, want)
		}
	}
	got, _, err := s.LinkByHash(t.Context(), token.Hash())
	if err != nil || !got.LastUsedAt.Equal(start.Add(time.Minute)) || got.LastUsedBy != "curl��" {
		t.Errorf("last used at %s by %q (%v)", got.LastUsedAt, got.LastUsedBy, err)
	}
	if err := s.TouchLink(t.Context(), 999, start, "curl"); err != nil {
		t.Errorf("touching a link that is gone: %v", err)
	}
}

// The token of a link is shown once, so one must not be there whose making failed after all.
func TestWhatIsNotNotedIsNotDoneToALink(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	id := clip(t, s, "sales").ID
	old, _ := link(t, s, clips.Link{ClipID: id, Label: "board"})
	pgtest.Exec(t, dsn, `alter table clipsheet.audit rename to gone`)
	by := clips.Act{Who: "ann@example.com"}
	if _, err := s.CreateLink(t.Context(), clips.Link{ClipID: id}, [32]byte{1}, by); err == nil {
		t.Error("a link is made")
	}
	if _, err := s.RotateLink(t.Context(), old.ID, [32]byte{2}, 0, by); err == nil {
		t.Error("a link is rotated")
	}
	if err := s.RevokeLink(t.Context(), old.ID, by); err == nil {
		t.Error("a link is revoked")
	}
	all, err := s.Links(t.Context(), "sales")
	if err != nil || len(all) != 1 || !all[0].Works(time.Now()) {
		t.Errorf("%+v, %v", all, err)
	}
	pgtest.Exec(t, dsn, `alter table clipsheet.gone rename to audit`)
	if err := s.RevokeLink(t.Context(), old.ID, by); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("ann@example.com: link revoked sales: link %d board -> ", old.ID)
	if said := acts(t, s, clips.ActFilter{Subject: "sales", Who: "ann"}); len(said) != 1 || said[0] != want {
		t.Errorf("the audit log says %q", said)
	}
}
