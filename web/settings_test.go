package web_test

import (
	"net/http"
	"slices"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

func someSettings() web.Settings {
	return web.Settings{Config: "/etc/clipsheet.toml", PID: 4711, Parts: []web.SettingsPart{{Title: "Limits <of> all", Settings: []web.Setting{
		{Name: "Version", Value: "1.0"}, {Key: "limits.patience", Name: "A reader waits for a run", Value: "25s", Pending: "40s"}}}}}
}

func TestSettingsSayWhichKeyChangesEach(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/settings"), http.StatusOK, "/etc/clipsheet.toml", "Limits &lt;of&gt; all", `id="limits.patience"`, "<code>limits.patience</code>", "25s",
		"The file says 40s by now", "kill -HUP 4711")
	if got := w.search("patience").names(); !slices.Equal(got, []string{"Setting A reader waits for a run"}) {
		t.Errorf("the search finds %q", got)
	}
	c := newCompany(t)
	if got := hitsOf(t, c.as(clips.RoleAuthor).get("/search.json?q=patience")).names(); len(got) != 0 {
		t.Errorf("an author finds %q", got)
	}
}
