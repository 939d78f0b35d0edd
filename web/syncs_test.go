package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
	clipsync "clipsheet/sync"
	"clipsheet/web"
)

// syncsOf are the syncs of a real store. What the engine finds out is a script.
type syncsOf struct {
	*store.Store

	mu      sync.Mutex
	changes clips.Pushed
	err     error
	asked   clips.Sync // what a preview was asked of
	made    string     // the spreadsheet, and for whom

	workbooks map[string]string       // by the names of the syncs that bring them
	brings    map[string][]clips.Clip // the same

	shown func([]clips.SyncRun) // told of each history that a page was made of; may be nil
}

func (s *syncsOf) SyncRuns(ctx context.Context, syncID int64, limit int) ([]clips.SyncRun, error) {
	runs, err := s.Store.SyncRuns(ctx, syncID, limit)
	s.mu.Lock()
	shown := s.shown
	s.mu.Unlock()
	if shown != nil {
		shown(runs)
	}
	return runs, err
}

// tell has shown told from now on.
func (s *syncsOf) tell(shown func([]clips.SyncRun)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = shown
}

func (s *syncsOf) DryRun(_ context.Context, sync clips.Sync) (clips.Pushed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = sync
	return s.changes, s.err
}

func (s *syncsOf) Slots(schedule, zone string, after time.Time, n int) (all []time.Time, err error) {
	parsed, err := clipsync.ParseSchedule(schedule, zone)
	for at := after; err == nil && len(all) < n; all = append(all, at) {
		at = parsed.Next(at)
	}
	return all, err
}

func (s *syncsOf) WorkbookOf(sync clips.Sync) string { return s.workbooks[sync.Name] }

func (s *syncsOf) Brings(sync clips.Sync) []clips.Clip { return s.brings[sync.Name] }

func (s *syncsOf) Address(id string) string { return "https://sheets.example.com/spreadsheets/d/" + id }

// accountList are accounts that nobody can connect.
type accountList struct {
	web.Accounts
	all []clips.Account
}

func (a accountList) List(context.Context) ([]clips.Account, error) { return a.all, nil }
func (a accountList) Connectable() bool                             { return false }

// syncing is a world with two syncs, "board" of the config and "mine" of the application.
type syncing struct {
	*world
	syncs *syncsOf
}

func newSyncing(t *testing.T, change ...func(*web.Options)) *syncing {
	t.Helper()
	s := &syncing{}
	s.world = newWorld(t, append(change, func(o *web.Options) {
		s.syncs = o.Syncs.(*syncsOf)
		o.Accounts = accountList{all: []clips.Account{{Name: "service", Email: "robot@example.com", Kind: clips.AccountService}}}
	})...)
	board := clips.Sync{Name: "board", Clip: clips.Clip{Slug: "cash"}, Account: "service", Spreadsheet: "SHEET-OF-THE-BOARD", Tab: "Cash <b>",
		At: "B3", Mode: clips.SyncUpsert, Key: []string{"account"}, Schedule: "30 7 * * mon-fri", TimeZone: "Europe/Berlin"}
	if _, err := s.store.Apply(t.Context(), s.clips, board); err != nil {
		t.Fatal(err)
	}
	mine := clips.Sync{Name: "mine", Clip: clips.Clip{Slug: "cash"}, Account: "service", Spreadsheet: "MY-OWN", Tab: "Mine", At: "A1", Mode: clips.SyncReplace}
	if err := s.store.CreateSync(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	return s
}

// run lets a run of a sync end in some way.
func (s *syncing) run(name, asked string, end func(*clips.SyncRun)) clips.SyncRun {
	s.Helper()
	run, err := s.store.AskSyncRun(s.Context(), name, asked, time.Time{}, 0)
	if err != nil {
		s.Fatal(err)
	}
	task, err := s.store.ClaimSyncRun(s.Context(), run.ID, time.Time{}, time.Minute)
	if err != nil {
		s.Fatal(err)
	}
	run = task.Run
	run.State = clips.SyncDone
	end(&run)
	if err := s.store.FinishSyncRun(s.Context(), run); err != nil {
		s.Fatal(err)
	}
	return run
}

func (s *syncing) runs(name string) []clips.SyncRun {
	s.Helper()
	sync, err := s.store.Sync(s.Context(), name)
	if err != nil {
		s.Fatal(err)
	}
	runs, err := s.store.SyncRuns(s.Context(), sync.ID, 10)
	if err != nil {
		s.Fatal(err)
	}
	return runs
}

func wrote(r *clips.SyncRun) {
	r.Pushed = clips.Pushed{Rows: 1204, Cells: 36, Reads: 1, Writes: 1, Bytes: 20_500, Verified: 1250, Query: 1500 * time.Millisecond,
		Sample: []clips.CellChange{{Tab: "Mine", Cell: "B2", Before: "before <it>", After: "after & it"}}, Before: []byte("image")}
}

func TestSyncsAreListedWithHowTheyGetOn(t *testing.T) {
	s := newSyncing(t)
	s.want(s.get("/syncs"), http.StatusOK, `href="/syncs/board"`, "Cash &lt;b&gt;", "Monday to Friday at 07:30", "Has not run yet", "Never",
		"When asked", "https://sheets.example.com/spreadsheets/d/SHEET-OF-THE-BOARD", "Cash &lt;by&gt; account")
	s.run("mine", "web", wrote)
	s.run("board", "web", func(r *clips.SyncRun) {
		r.State, r.Kind, r.Notice = clips.SyncFailed, clips.KindNotShared, "Google does not let us write: share the spreadsheet <1> with robot@example.com."
	})
	s.want(s.get("/syncs"), http.StatusOK, "Works", "1,204 rows, 36 cells changed", "Failed", "share the spreadsheet &lt;1&gt;",
		"Share it with this address, as editor", "robot@example.com", "Open the spreadsheet")
}

func TestASyncShowsItsHistory(t *testing.T) {
	s := newSyncing(t)
	s.run("mine", "web", wrote)
	s.run("mine", "command", func(r *clips.SyncRun) {
		r.State, r.Kind, r.Notice = clips.SyncFailed, clips.KindAccount, "The account has to be connected again."
	})
	s.want(s.get("/syncs/mine"), http.StatusOK, "1,204", "1,250", "20.5 kB", "query 1.5 s", "this page", "command line", "Connect the account again",
		`href="/accounts"`, "robot@example.com", "nothing of the one before")
	s.want(s.get("/syncs/board"), http.StatusOK, "It has not run yet.", "Declared in the config file", "(key: account)", "07:30")
	s.want(s.get("/syncs/nothing"), http.StatusNotFound, "There is no sync of this name")
}

func TestActionsOnASyncMeetTheEngineInTheDatabase(t *testing.T) {
	s := newSyncing(t)
	act := func(what string) {
		t.Helper()
		if r := s.ask(http.MethodPost, "/syncs/mine/"+what); r.status != http.StatusSeeOther || r.header.Get("Location") != "/syncs/mine" {
			t.Errorf("%s: status %d to %q: %.300s", what, r.status, r.header.Get("Location"), r.body)
		}
	}
	act("run")
	if runs := s.runs("mine"); len(runs) != 1 || runs[0].State != clips.SyncQueued || runs[0].Asked != "web" {
		t.Errorf("the runs are %+v", runs)
	}
	s.want(s.get("/syncs/mine"), http.StatusOK, "Waits for its turn")
	act("pause")
	s.want(s.get("/syncs/mine"), http.StatusOK, "Paused", "Resume", "Skipped")
	act("resume")
	if sync, err := s.store.Sync(t.Context(), "mine"); err != nil || sync.Paused {
		t.Errorf("it is still paused: %v", err)
	}
	act("undo")
	if runs := s.runs("mine"); runs[0].Asked != "undo" || runs[0].State != clips.SyncQueued {
		t.Errorf("the undo is %+v", runs[0])
	}
	s.want(s.ask(http.MethodPost, "/syncs/nothing/run"), http.StatusNotFound)
}

func TestAPreviewShowsCellsAndChangesNothing(t *testing.T) {
	s := newSyncing(t)
	s.syncs.changes = clips.Pushed{Rows: 3, Cells: 1200, Notes: []string{"a filter hides rows"}, Sample: []clips.CellChange{{Tab: "Mine", Cell: "C7",
		Before: "old <b>", After: ""}}}
	s.want(s.ask(http.MethodPost, "/syncs/mine/preview"), http.StatusOK, "1,200 cells would change", "C7", "old &lt;b&gt;", "<i>empty</i>",
		"and 1,199 cells more", "A filter hides rows.", "Nothing was written")
	if s.syncs.asked.Name != "mine" || len(s.runs("mine")) != 0 {
		t.Errorf("asked of %q, with %d runs", s.syncs.asked.Name, len(s.runs("mine")))
	}
	s.syncs.changes = clips.Pushed{Rows: 1}
	s.want(s.ask(http.MethodPost, "/syncs/mine/preview"), http.StatusOK, "Nothing: the spreadsheet holds these 1 row already")
	s.syncs.err = &clips.Error{Kind: clips.KindTarget, Notice: "Cells are in the way: move them."}
	if r := s.ask(http.MethodPost, "/syncs/mine/preview"); strings.Contains(r.body, "robot@example.com") {
		t.Error("it is to be shared, though cells are in the way")
	}
	s.want(s.ask(http.MethodPost, "/syncs/mine/preview"), http.StatusConflict, "Cells are in the way: move them.", "Open the spreadsheet")
}

func TestAnUndoIsConfirmed(t *testing.T) {
	s := newSyncing(t)
	s.want(s.get("/syncs/mine/undo"), http.StatusConflict, "There is nothing to undo")
	s.run("mine", "web", wrote)
	r := s.get("/syncs/mine/undo")
	s.want(r, http.StatusOK, "changed 36 cells", "<del>after &amp; it</del>", "<ins>before &lt;it&gt;</ins>", "and 35 cells more", "Put it back")
	if len(s.runs("mine")) != 1 {
		t.Error("asking whether to undo did undo")
	}
}

func TestASyncOfAWorkbookSaysSo(t *testing.T) {
	s := newSyncing(t)
	s.syncs.workbooks = map[string]string{"board": "month-end"}
	s.want(s.get("/syncs"), http.StatusOK, "month-end</a>, a workbook", "Cash &lt;by&gt; account")
	r := s.get("/syncs/board")
	s.want(r, http.StatusOK, "month-end", "each clip of the workbook in a tab of its own")
	if strings.Contains(r.body, "copy=board") {
		t.Error("a copy is offered, which would bring one clip")
	}
	s.want(s.get("/syncs/new?copy=board"), http.StatusBadRequest, "no sync of a clip of this name")
}

// TestPagesAreToldOfNews reads the stream as a browser does, which comes back with the last event it saw.
func TestPagesAreToldOfNews(t *testing.T) {
	stopping := make(chan struct{})
	s := newSyncing(t, func(o *web.Options) { o.Stopping = stopping })
	first := s.stream("")
	id := first.next("id: ")
	if _, err := s.store.AskSyncRun(t.Context(), "mine", "web", time.Time{}, 0); err != nil {
		t.Fatal(err)
	}
	if news := first.next("id: "); news == id {
		t.Error("a run was asked for, and the page was told of the same as before")
	} else {
		id = news
	}
	first.close()
	again := s.stream(id)
	if err := s.store.PauseSync(t.Context(), "mine"); err != nil {
		t.Fatal(err)
	}
	if news := again.next("id: "); news == id {
		t.Error("a browser that came back was told what it knew")
	}
	close(stopping)
	for again.lines.Scan() { // until the server ends it
	}
	if err := again.lines.Err(); err != nil {
		t.Errorf("the stream ended with %v", err)
	}
}

type stream struct {
	*testing.T
	lines *bufio.Scanner
	close func()
}

func (s *syncing) stream(last string) *stream { s.Helper(); return s.world.stream("/events", last) }

// stream begins to listen at an address.
func (s *world) stream(path, last string) *stream {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), 30*time.Second)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.server.URL+path, nil)
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", last)
	resp, err := s.server.Client().Do(req)
	if err != nil {
		s.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || got != "text/event-stream" {
		s.Fatalf("the stream answers %s, %q", resp.Status, got)
	}
	end := func() { cancel(); resp.Body.Close() }
	s.Cleanup(end)
	return &stream{s.T, bufio.NewScanner(resp.Body), end}
}

// next waits for the next line of a field, and gives its value.
func (s *stream) next(field string) string {
	s.Helper()
	for s.lines.Scan() {
		if value, ok := strings.CutPrefix(s.lines.Text(), field); ok {
			return value
		}
	}
	s.Fatalf("the stream ended: %v", s.lines.Err())
	return ""
}

func TestSyncsOfOtherSourcesAreNotThere(t *testing.T) {
	c := newCompany(t)
	s := &syncing{world: c.world, syncs: c.options.Syncs.(*syncsOf)}
	mine := clips.Sync{Name: "mine", Clip: clips.Clip{Slug: "cash"}, Spreadsheet: "MY-OWN", Tab: "Mine", At: "A1", Mode: clips.SyncReplace}
	if err := c.store.CreateSync(t.Context(), mine); err != nil {
		t.Fatal(err)
	}
	elsewhere := clips.Person{Email: "eve@example.com", Role: clips.RoleAuthor, Sources: []string{"other"}}
	if _, err := c.store.AddPerson(t.Context(), elsewhere, clips.Act{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	c.provider.is(elsewhere.Email)
	eve := c.browser()
	eve.signIn(nil)
	s.want(eve.get("/syncs"), http.StatusOK, "No syncs yet")
	for _, path := range []string{"/syncs/mine", "/syncs/mine/edit", "/syncs/mine/undo"} {
		s.want(eve.get(path), http.StatusNotFound, "There is no sync of this name")
	}
	for _, path := range []string{"run", "pause", "preview", "undo", "edit", "remove"} {
		s.want(eve.post("/syncs/mine/"+path, nil), http.StatusNotFound)
	}
	s.want(eve.post("/syncs", url.Values{"clip": {"cash"}, "spreadsheet": {bookID}, "tab": {"T"}, "at": {"A1"}, "mode": {"replace"}, "name": {"hers"}}),
		http.StatusUnprocessableEntity, "Choose the clip")
	// Whoever may not do it themselves is told whom to ask.
	s.run("mine", "web", func(r *clips.SyncRun) {
		r.State, r.Kind, r.Notice = clips.SyncFailed, clips.KindAccount, "Google says no."
	})
	c.as(clips.RoleAdmin)
	s.want(c.as(clips.RoleAuthor).get("/syncs"), http.StatusOK, "mine", "Ask an admin to connect the account", "<code class=copy>admin@example.com</code>")
	s.want(c.as(clips.RoleReader).get("/syncs/mine"), http.StatusOK, "Ask to have it mended: <code class=copy>finance@example.com</code>")
}

// A page that is open shows a run which somebody asks for meanwhile. The stream ends once it was made anew.
func TestAnOpenPageBringsItselfUpToDate(t *testing.T) {
	stopping := make(chan struct{})
	s := newSyncing(t, func(o *web.Options) { o.Stopping = stopping })
	var asked sync.Once
	end := sync.OnceFunc(func() { close(stopping) })
	defer time.AfterFunc(20*time.Second, end).Stop() // a page that never asks again fails, and does not hang
	s.syncs.tell(func(runs []clips.SyncRun) {
		if len(runs) > 0 {
			end()
			return
		}
		asked.Do(func() {
			if _, err := s.store.AskSyncRun(s.Context(), "mine", "web", time.Time{}, 0); err != nil {
				t.Error(err)
			}
		})
	})
	s.opened("/syncs/mine", `document.body.textContent.includes("Waits for its turn")`)
}
