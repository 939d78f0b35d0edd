package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"clipsheet/web"
)

// step is what a stream says of a download.
type step struct {
	Stage, Address, Message string
	Rows, Of                int64
}

// until reads a stream up to an event of some kind, or of some stage.
func (s *stream) until(what string) step {
	s.Helper()
	for {
		event, now := s.next("event: "), step{}
		if err := json.Unmarshal([]byte(s.next("data: ")), &now); err != nil {
			s.Fatal(err)
		}
		if event == what || now.Stage == what {
			return now
		}
		if event != "progress" {
			s.Fatalf("the download is %s: %+v", event, now)
		}
	}
}

// newGated is a world whose streams stay, and whose queries wait for the gate.
func newGated(t *testing.T) (w *world, open func()) {
	gate := make(chan struct{})
	w = newWorld(t, func(o *web.Options) { o.Stopping = nil })
	w.follow.gate = gate
	return w, func() { close(gate) }
}

func TestADownloadSaysHowFarItIs(t *testing.T) {
	w, open := newGated(t)
	one := w.stream("/clips/cash/download/csv/progress?_sep=%3B", "")
	one.until("running")
	two := w.stream("/clips/cash/download/csv/progress?_sep=%3B", "") // joins the first
	two.until("running")
	three := w.stream("/clips/cash/download/xlsx/progress", "")
	three.until("running")
	three.close() // whoever leaves ends nothing
	open()
	ready := one.until("ready")
	if other := two.until("ready"); other != ready || !strings.HasPrefix(ready.Address, "/clips/cash/download/csv?_digest=") {
		t.Errorf("ready at %q and %q", ready.Address, other.Address)
	}
	w.follow.set(nil, errFollower) // what is made is there, whatever is with the follower
	r := w.get(ready.Address)
	w.want(r, http.StatusOK, "account;balance;open;note\n", "0010;2461020.16")
	if n := w.follow.count(); n != 1 {
		t.Errorf("%d queries ran", n)
	}
}

func TestADownloadThatFailsSaysWhy(t *testing.T) {
	w, open := newGated(t)
	open()
	w.follow.set(nil, errFollower)
	failed := w.stream("/clips/cash/download/csv/progress", "").until("failed")
	if failed.Message != "The follower erp is stopping: ask again in a minute." {
		t.Errorf("it says %q", failed.Message)
	}
	failed = w.stream("/clips/revenue/download/csv/progress?limit=some", "").until("failed")
	if !strings.Contains(failed.Message, "limit") {
		t.Errorf("it says %q", failed.Message)
	}
	for _, path := range []string{"/clips/cash/download/html/progress", "/clips/cash/download/exe/progress", "/clips/gone/download/csv/progress"} {
		w.want(w.get(path), http.StatusNotFound)
	}
}

// Somebody who names a result that is not the newest gets the newest.
func TestADownloadOfAnOldResultIsMadeAnew(t *testing.T) {
	w := newWorld(t)
	w.get("/clips/cash/download/csv")
	w.want(w.get("/clips/cash/download/csv?_digest="+strings.Repeat("0", 64)), http.StatusOK, "2461020.16")
	w.want(w.get("/clips/cash/download/csv?_digest=x&_sep=nothing"), http.StatusBadRequest)
}

// In a browser a click follows the download, a second one joins it, and Cancel stops waiting.
func TestDownloadsInABrowser(t *testing.T) {
	w := newWorld(t, func(o *web.Options) { o.Stopping = nil })
	w.clips[0].Revision.MaxAge = 0
	w.apply()
	tab := w.tab("/clips/cash")
	w.follow.mu.Lock()
	gate := make(chan struct{})
	w.follow.gate = gate
	w.follow.mu.Unlock()
	click := func(name string) { tab.MustElementR("a[data-progress]", "^"+name+"$").MustClick() }
	before := w.follow.count()
	click("CSV")
	tab.wait(`document.querySelector("#downloads .download")?.textContent.includes("The query runs")`)
	click("CSV")
	if n := tab.MustEval(`() => document.querySelectorAll("#downloads .download").length`).Int(); n != 1 {
		t.Errorf("%d downloads are under way", n)
	}
	click("XLSX")
	tab.wait(`document.querySelectorAll("#downloads progress").length === 2`)
	tab.MustElementR("#downloads .download", "^XLSX").MustElement("button").MustClick()
	tab.wait(`document.querySelector("#downloads").textContent.includes("XLSX  Cancelled")`)
	fetched := tab.Browser().MustWaitDownload()
	close(gate)
	if got := string(fetched()); !strings.HasPrefix(got, "account,balance,open,note\n") {
		t.Errorf("the file has %q", got)
	}
	tab.wait(`document.querySelector("#downloads").textContent.includes("It is ready.")`)
	if n := w.follow.count() - before; n != 1 {
		t.Errorf("%d queries ran", n)
	}
}
