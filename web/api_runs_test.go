package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"clipsheet/clips"
)

// apiRuns are runs as a program reads them.
type apiRuns struct {
	Items []struct {
		ID                       int64
		Clip, Sync, State, Error string
		Source, Message          string
		BeganAt                  time.Time  `json:"began_at"`
		EndedAt                  *time.Time `json:"ended_at"`
		Rows, Cells              int64
	}
	Next string
}

// Runs that come while a program reads the list neither hide one from it nor show one twice.
func TestAPIListsRunsPageByPage(t *testing.T) {
	p := newProgram(t, author)
	cash, err := p.store.Clip(t.Context(), "cash")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		if err := p.fails(cash, fmt.Sprintf("Trouble %d.", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.store.CreateSync(t.Context(), clips.Sync{Name: "mine", Clip: clips.Clip{Slug: "cash"}, Spreadsheet: "S", Tab: "T", At: "A1", Mode: clips.SyncReplace}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.store.AskSyncRun(t.Context(), "mine", "web", time.Time{}, 0); err != nil {
		t.Fatal(err)
	}
	seen, cursor := map[string]int{}, ""
	for pages := 0; ; pages++ {
		var page apiRuns
		p.json("GET", "/api/v1/runs?limit=3&cursor="+url.QueryEscape(cursor), "", &page)
		for _, run := range page.Items {
			seen[fmt.Sprint(run.Sync, run.ID)]++
		}
		if err := p.fails(cash, "One that comes meanwhile."); err != nil {
			t.Fatal(err)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
		if len(page.Items) != 3 || pages > 3 {
			t.Fatalf("page %d is %+v", pages, page)
		}
	}
	for name, times := range seen {
		if times != 1 {
			t.Errorf("run %s is there %d times", name, times)
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d runs are there: %v", len(seen), seen)
	}
	var some apiRuns
	p.json("GET", "/api/v1/runs?state=open", "", &some)
	if len(some.Items) != 1 || some.Items[0].Sync != "mine" || some.Items[0].EndedAt != nil {
		t.Errorf("what is open: %+v", some)
	}
	p.json("GET", "/api/v1/runs?id=3&state=failed&clip=cash&source=erp&since=2020-01-01T00:00:00Z", "", &some)
	if len(some.Items) != 1 || some.Items[0].ID != 3 || some.Items[0].Message != "Trouble 2." || some.Items[0].Error != "unavailable" {
		t.Errorf("one of them: %+v", some)
	}
	p.json("GET", "/api/v1/runs?since=2999-01-01T00:00:00Z", "", &some)
	if len(some.Items) != 0 || some.Next != "" {
		t.Errorf("of the future: %+v", some)
	}
	for _, query := range []string{"limit=0", "limit=1001", "since=yesterday", "id=x", "id=-1", "cursor=x", "cursor=2026-01-01T00:00:00Z,x,mine"} {
		p.refusedWith(p.do("GET", "/api/v1/runs?"+query, ""), http.StatusBadRequest, "bad_parameter")
	}
}
