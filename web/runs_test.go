package web_test

import (
	"net/http"
	"strings"
	"testing"

	"clipsheet/clips"
)

func TestRunsAreListedTheWorstFirst(t *testing.T) {
	s := newSyncing(t)
	s.want(s.get("/runs"), http.StatusOK, "Nothing ran that fits")
	s.want(s.get(s.link("cash")+".csv"), http.StatusOK)
	s.run("mine", "web", wrote)
	s.run("board", "web", func(r *clips.SyncRun) {
		r.State, r.Kind, r.Notice = clips.SyncFailed, clips.KindTarget, "Cells <are> in the way."
	})
	r := s.get("/runs")
	s.want(r, http.StatusOK, "Cash &lt;by&gt; account", `href="/syncs/board"`, "Cells &lt;are&gt; in the way.", "1,204", "erp")
	if failed, done := strings.Index(r.body, `href="/syncs/board"`), strings.Index(r.body, `href="/syncs/mine"`); failed > done {
		t.Error("what failed is below what did not")
	}
	for query, want := range map[string][2]string{ // what is there, what is not
		"state=failed":                         {"/syncs/board", "/syncs/mine"},
		"state=done&span=168h":                 {"/syncs/mine", "/syncs/board"},
		"clip=cash&order=newest&span=nonsense": {"/syncs/mine", "Nothing ran"},
		"source=other":                         {"Nothing ran", "/syncs/"},
		"clip=%3Cb%3E":                         {"Nothing ran", "<b>"},
	} {
		r := s.get("/runs?" + query)
		s.want(r, http.StatusOK, want[0])
		if strings.Contains(r.body, want[1]) {
			t.Errorf("%s shows %s", query, want[1])
		}
	}
}

func TestWorkbooksAreListedWithTheirClips(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/workbooks"), http.StatusOK, "No workbooks yet")
	shelved, _, _ := newShelf(t)
	shelved.want(shelved.get("/workbooks"), http.StatusOK, "/clips/cash", "clipsheet link create")
}
