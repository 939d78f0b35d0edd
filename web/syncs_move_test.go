package web_test

import (
	"net/http"
	"net/url"
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
	s.syncs.err = &clips.Error{Kind: clips.KindTarget, Notice: "Google does not let robot@example.com edit the spreadsheet. Open it, choose Share, and make robot@example.com an editor."}
	s.syncs.mu.Unlock()
	s.want(s.get("/syncs/mine/tab"), http.StatusConflict, "choose Share", "Share it with this address, as editor", "A new one, called:")
}

// Each failure offers what cures it, and nothing that does not.
func TestCuresOfSyncs(t *testing.T) {
	s := newSyncing(t)
	const share, tab, other, connect = "Share it with this address", "Choose another tab", "Choose another spreadsheet", `href="/accounts#account-service"`
	all := []string{share, tab, other, connect, "Look at the clip"}
	for _, c := range []struct {
		kind   clips.Kind
		notice string
		want   []string
	}{
		{clips.KindTarget, "Sync mine would write B2 of the tab \"Mine\", where something stands already.", []string{tab}},
		{clips.KindTarget, "The tab that sync mine wrote was deleted.", []string{tab}},
		{clips.KindTarget, "There is no spreadsheet MY-OWN, or robot@example.com cannot see it.", []string{other, share}},
		{clips.KindTarget, "Google does not let robot@example.com edit the spreadsheet.", []string{share}},
		{clips.KindAccount, "Google no longer accepts the account.", []string{connect}},
		{clips.KindSQL, "There is no column.", []string{"Look at the clip"}},
		{clips.KindQuota, "Google takes no more requests.", nil},
	} {
		s.run("mine", "web", func(r *clips.SyncRun) { r.State, r.Kind, r.Notice = clips.SyncFailed, c.kind, c.notice })
		page := s.get("/syncs/mine").body
		for _, cure := range all {
			wanted := false
			for _, w := range c.want {
				wanted = wanted || w == cure
			}
			if got := strings.Contains(page, cure); got != wanted {
				t.Errorf("%s: %q is offered: %v", c.notice, cure, got)
			}
		}
	}
	s.run("board", "web", func(r *clips.SyncRun) {
		r.State, r.Kind, r.Notice = clips.SyncFailed, clips.KindTarget, "The tab that sync board wrote was deleted."
	})
	if page := s.get("/syncs/board").body; strings.Contains(page, tab) {
		t.Error("a sync of the config file offers what is changed there")
	}
}
