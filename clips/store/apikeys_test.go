package store_test

import (
	"errors"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

func TestARotatedKeyGoesOnForItsGrace(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	ann, bob := addPerson(t, s, "ann@example.com", clips.RoleAuthor), addPerson(t, s, "bob@example.com", clips.RoleAdmin)
	byAnn := clips.Act{PersonID: ann.ID, Who: ann.Email}
	first, second := clips.NewKey(), clips.NewKey()
	works := func(key clips.Token) bool {
		t.Helper()
		_, err := s.WithKey(t.Context(), key.Hash())
		if err != nil && !errors.Is(err, clips.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	old, err := s.CreateKey(t.Context(), clips.APIKey{PersonID: ann.ID, Label: "nightly", Role: clips.RoleReader, ExpiresAt: time.Now().Add(90 * 24 * time.Hour)}, first.Hash(), byAnn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RotateKey(t.Context(), old.ID, second.Hash(), time.Hour, clips.Act{PersonID: bob.ID}); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("somebody else rotates it: %v", err)
	}
	pgtest.Exec(t, dsn, `update clipsheet.api_keys set created_at = created_at - interval '80 days', expires_at = expires_at - interval '80 days'`)
	newer, err := s.RotateKey(t.Context(), old.ID, second.Hash(), time.Hour, byAnn)
	if err != nil || newer.Label != "nightly" || newer.Role != clips.RoleReader || newer.Holder != ann.Email {
		t.Fatalf("%+v, %v", newer, err)
	}
	if left := time.Until(newer.ExpiresAt); left < 89*24*time.Hour {
		t.Errorf("the new key has %v to live, and not as long as the old one had", left)
	}
	if !works(first) || !works(second) {
		t.Error("not both work during the grace")
	}
	pgtest.Exec(t, dsn, `update clipsheet.api_keys set expires_at = expires_at - interval '1 hour'`)
	if works(first) || !works(second) {
		t.Error("after the grace the old one works, or the new one does not")
	}
	if err := s.RevokeKey(t.Context(), newer.ID, clips.Act{PersonID: bob.ID, Who: bob.Email}); err != nil || !works(second) {
		t.Errorf("somebody else's key is ended as if it were one's own: %v", err)
	}
	if err := s.RevokeAnyKey(t.Context(), newer.ID, clips.Act{PersonID: bob.ID, Who: bob.Email}); err != nil || works(second) {
		t.Errorf("an admin does not end it: %v", err)
	}
	if _, err := s.RotateKey(t.Context(), newer.ID, clips.NewKey().Hash(), 0, byAnn); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("a key that was ended is rotated: %v", err)
	}
	if all, err := s.Keys(t.Context(), 0); err != nil || len(all) != 1 || all[0].Holder != ann.Email {
		t.Errorf("everybody's keys: %+v, %v", all, err)
	}
	lines := acts(t, s, clips.ActFilter{What: "key"})
	if want := "bob@example.com: key revoked key 2, nightly: of ann@example.com -> "; lines[len(lines)-1] != want {
		t.Errorf("the log says %q", lines)
	}
}
