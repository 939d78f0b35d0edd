package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"clipsheet/clips"
)

func (s *syncing) sync(name string) clips.Sync {
	s.Helper()
	sync, err := s.store.Sync(s.Context(), name)
	if err != nil {
		s.Fatal(err)
	}
	return sync
}

func TestASyncBeginsAnewOnAnotherTab(t *testing.T) {
	s := newSyncing(t)
	before := s.sync("mine")
	s.want(s.get("/syncs/mine/tab"), http.StatusOK, `value="Mine" checked`, "as now", `value="Board &lt;1&gt;"`, "A new one, called:", `value="A1"`)
	r := s.postForm("/syncs/mine/tab", url.Values{"tab": {"Board <1>"}, "at": {"b2"}, "edition": {"1"}, "then": {"run"}})
	after := s.sync("mine")
	if r.status != http.StatusSeeOther || after.Tab != "Board <1>" || after.At != "B2" || after.Target == before.Target || after.Edition != 2 {
		t.Errorf("%d: %+v", r.status, after)
	}
	if runs := s.runs("mine"); len(runs) != 1 {
		t.Errorf("the runs are %+v", runs)
	}
	for name, form := range map[string]url.Values{
		"somebody was faster": {"tab": {"Cash"}, "at": {"A1"}, "edition": {"1"}},
		"no name":             {"tab": {""}, "new": {" "}, "at": {"A1"}, "edition": {"2"}},
		"no cell":             {"tab": {"Cash"}, "at": {"first"}, "edition": {"2"}},
	} {
		if r := s.postForm("/syncs/mine/tab", form); r.status < 400 || !strings.Contains(r.body, "role=alert") || !strings.Contains(r.body, `value="Cash"`) {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	r = s.postForm("/syncs/mine/tab", url.Values{"tab": {""}, "new": {" New one "}, "at": {"A1"}, "edition": {"2"}})
	if after := s.sync("mine"); r.status != http.StatusSeeOther || after.Tab != "New one" || len(s.runs("mine")) != 1 {
		t.Errorf("%d: %+v", r.status, after)
	}
	s.want(s.get("/syncs/board/tab"), http.StatusConflict, "declared in the config file")
	s.syncs.mu.Lock()
	s.syncs.err = &clips.Error{Kind: clips.KindNotShared, Notice: "Google does not let robot@example.com edit the spreadsheet. Open it, choose Share, and make robot@example.com an editor."}
	s.syncs.mu.Unlock()
	s.want(s.get("/syncs/mine/tab"), http.StatusConflict, "choose Share", "Share it with this address, as editor", "A new one, called:")
}

// Each kind of failure offers what cures it, and nothing that does not.
func TestCuresOfSyncs(t *testing.T) {
	s := newSyncing(t)
	const share, tab, other, connect, clip = "Share it with this address", "Choose another tab", "Choose another spreadsheet", `href="/accounts#account-service"`, "Look at the clip"
	all := []string{share, tab, other, connect, clip, "Ask an admin"}
	offered := func(page string) (some []string) {
		for _, cure := range all {
			if strings.Contains(page, cure) {
				some = append(some, cure)
			}
		}
		return some
	}
	for _, c := range []struct {
		kind clips.Kind
		want []string
	}{
		{clips.KindTarget, []string{tab}},
		{clips.KindSpreadsheet, []string{share, other}},
		{clips.KindNotShared, []string{share}},
		{clips.KindAccount, []string{connect}},
		{clips.KindSQL, []string{clip}},
		{clips.KindPermission, []string{clip}},
		{clips.KindQuota, nil},
	} {
		s.run("mine", "web", func(r *clips.SyncRun) { r.State, r.Kind, r.Notice = clips.SyncFailed, c.kind, "It did not work." })
		if got := offered(s.get("/syncs/mine").body); !slices.Equal(got, c.want) {
			t.Errorf("%s offers %q, want %q", c.kind, got, c.want)
		}
		if c.kind != clips.KindTarget {
			continue
		}
		s.run("board", "web", func(r *clips.SyncRun) { r.State, r.Kind, r.Notice = clips.SyncFailed, c.kind, "It did not work." })
		if got := offered(s.get("/syncs/board").body); got != nil {
			t.Errorf("a sync of the config file offers what is changed there: %q", got)
		}
	}
}
