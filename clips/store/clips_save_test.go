package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
)

// own is a clip as the application makes it.
func own(slug string) clips.Clip {
	return clips.Clip{Slug: slug, Title: "Own", Owner: "ann@example.com", Revision: clips.Revision{Source: "erp", SQL: "select 1",
		MaxAge: time.Minute, Author: "ann@example.com", Message: "first"}}
}

func TestAClipIsMadeRevisedAndRetired(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	ann := clips.Act{Who: "ann@example.com"}
	if err := s.CreateClip(t.Context(), own("mine"), ann); err != nil {
		t.Fatal(err)
	}
	c := clip(t, s, "mine")
	if c.Declared || c.Revision.Number != 1 || c.Revision.Author != "ann@example.com" || c.Revision.Message != "first" {
		t.Errorf("%+v", c)
	}
	c.Title, c.Revision.SQL, c.Revision.Message = "Other", "select 2", "second"
	c.Revision.MaxLag, c.Revision.OnLag = time.Minute, clips.LagFail
	if n, err := s.ReviseClip(t.Context(), c, ann); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if _, err := s.ReviseClip(t.Context(), c, ann); !errors.Is(err, clips.ErrEdited) {
		t.Errorf("an edit of revision 1 over revision 2: %v", err)
	}
	if now := clip(t, s, "mine"); now.Title != "Other" || now.Revision.SQL != "select 2" || now.Revision.Number != 2 ||
		now.Revision.MaxLag != time.Minute || now.Revision.OnLag != clips.LagFail {
		t.Errorf("%+v", now)
	}
	if _, err := s.Apply(t.Context(), nil); err != nil { // a config without it does not touch it
		t.Fatal(err)
	}
	clip(t, s, "mine")
	if err := s.RetireClip(t.Context(), "mine", ann); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Clip(t.Context(), "mine"); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("a retired clip: %v", err)
	}
	var log []string
	err := s.Acts(t.Context(), clips.ActFilter{Subject: "mine"}, func(a clips.Act) error {
		log = append(log, a.Who+" "+a.What+" "+a.Before+" "+a.After)
		return nil
	})
	if got := strings.Join(log, "; "); err != nil || got != "ann@example.com clip retired  ; "+
		"ann@example.com clip changed revision 1: first revision 2: second; ann@example.com clip made  first" {
		t.Errorf("the audit log says %q (%v)", got, err)
	}
}

func TestAClipIsNotSavedOverAnother(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	if err := s.CreateClip(t.Context(), own("sales"), clips.Act{}); err == nil || !strings.Contains(clips.NoticeOf(err), "already") {
		t.Errorf("made over another: %v", err)
	}
	c := clip(t, s, "sales")
	if _, err := s.ReviseClip(t.Context(), c, clips.Act{}); err == nil || !strings.Contains(clips.NoticeOf(err), "config file") {
		t.Errorf("a declared clip: %v", err)
	}
	if err := s.RetireClip(t.Context(), "sales", clips.Act{}); err == nil || !strings.Contains(clips.NoticeOf(err), "config file") {
		t.Errorf("a declared clip: %v", err)
	}
	if err := s.RetireClip(t.Context(), "nothing", clips.Act{}); !errors.Is(err, clips.ErrNotFound) {
		t.Errorf("no clip: %v", err)
	}
}
