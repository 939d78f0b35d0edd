package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"clipsheet/clips"
)

func TestAuditLog(t *testing.T) {
	c := newCompany(t)
	admin := c.as(clips.RoleAdmin)
	for i := range 150 {
		if err := c.store.Note(t.Context(), clips.Act{Who: "ann@example.com", What: "clip saved", Subject: fmt.Sprintf("clip-%03d", i),
			Before: "<b>", After: `=HYPERLINK("https://evil.example")`}); err != nil {
			t.Fatal(err)
		}
	}
	first := admin.get("/audit?what=SAVED&who=ann")
	c.want(first, http.StatusOK, "clip-149", "clip-050", "&lt;b&gt;", "/audit?below=", "/audit.csv?what=SAVED&amp;who=ann")
	if strings.Contains(first.body, "clip-049") || strings.Contains(first.body, "signed in") {
		t.Error("the page shows more than was asked for")
	}
	_, rest, _ := strings.Cut(first.body, `<a href="/audit?below=`)
	older, _, _ := strings.Cut(rest, `"`)
	second := admin.get("/audit?below=" + strings.ReplaceAll(older, "&amp;", "&"))
	c.want(second, http.StatusOK, "clip-049", "clip-000")
	if strings.Contains(second.body, "clip-050") || strings.Contains(second.body, "Older") {
		t.Error("the second page is not what was left")
	}
	c.want(admin.get("/audit?subject=admin@example.com"), http.StatusOK, "signed in", "person added")
	c.want(admin.get("/audit?until=2020-01-01"), http.StatusOK, "Nothing was changed that fits")
	c.want(admin.get("/audit?from=2020-01-01"), http.StatusOK, "clip-149")
	c.want(admin.get("/audit?from=yesterday"), http.StatusBadRequest, "2026-11-30")

	r := admin.get("/audit.csv?what=saved")
	lines, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
	if err != nil || len(lines) != 151 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if want := []string{"ann@example.com", "", "clip saved", "clip-149", "<b>", `'=HYPERLINK("https://evil.example")`}; !slices.Equal(lines[1][1:], want) {
		t.Errorf("the first line is %q, want %q", lines[1][1:], want)
	}
	c.want(admin.get("/audit.csv?until=x"), http.StatusBadRequest, "no day")
}

// Without sign-in there is a log too: of what is done at this machine.
func TestAuditLogWithoutSignIn(t *testing.T) {
	w := newWorld(t)
	w.options.People = w.store
	here := newSite(t, w)
	if err := w.store.Note(t.Context(), clips.Act{Who: "local", What: "sync started", Subject: "board"}); err != nil {
		t.Fatal(err)
	}
	here.want(here.get("/audit"), http.StatusOK, "sync started", "local")
	here.want(here.get("/audit", "X-Forwarded-For", "203.0.113.7"), http.StatusForbidden)
	here.want(here.get("/people"), http.StatusNotFound)
}

// acts are what the audit log says was done, the first first.
func (w *world) acts() []string {
	w.Helper()
	var all []string
	if err := w.store.Acts(w.Context(), clips.ActFilter{}, func(a clips.Act) error {
		all = append(all, a.Who+": "+a.What+": "+a.Subject)
		return nil
	}); err != nil {
		w.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

func TestWhatIsDoneToSyncsAndAccountsIsNoted(t *testing.T) {
	s := newSyncing(t)
	for _, act := range []string{"pause", "resume", "run", "preview", "remove"} {
		if r := s.ask(http.MethodPost, "/syncs/mine/"+act); r.status >= http.StatusBadRequest {
			t.Fatalf("%s: %d %.300s", act, r.status, r.body)
		}
	}
	want := []string{"local: sync paused: mine", "local: sync resumed: mine", "local: sync run: mine", "local: sync removed: mine"}
	if got := s.acts(); !slices.Equal(got, want) {
		t.Errorf("the log of syncs says %q, want %q", got, want)
	}

	g := newGoogled(t)
	back, err := g.google.Consent(g.leave(""), "ann@example.com")
	if err != nil {
		t.Fatal(err)
	}
	g.visit(back)
	g.send("/accounts/disconnect", filled("name", "ann@example.com"))
	want = []string{"local: account connected: ann@example.com", "local: account disconnected: ann@example.com"}
	if got := g.acts(); !slices.Equal(got, want) {
		t.Errorf("the log of accounts says %q, want %q", got, want)
	}
}
