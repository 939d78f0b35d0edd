package web_test

import (
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"
)

// tab is a page in a browser that a test works. What fails or takes too long there ends the test, and so does anything
// that the page complains of, above all what its policy forbids.
type tab struct {
	*rod.Page
	w *world
}

// tab opens a path.
func (w *world) tab(path string) *tab {
	w.Helper()
	l := launcher.New().Context(w.Context()).Bin(chromium(w.T)).Leakless(false).UserDataDir(w.TempDir()).
		Set("no-sandbox").Set("disable-gpu").Set("disable-dev-shm-usage").Set("window-size", "1440,900")
	browser := rod.New().Context(w.Context()).ControlURL(l.MustLaunch()).MustConnect()
	w.Cleanup(func() { // whose context has ended by then
		l.Kill()
		l.Cleanup()
	})
	page := browser.MustPage().Timeout(20 * time.Second).WithPanic(func(v any) {
		w.Helper()
		w.Fatalf("%s: %v\n%s\n%.3000s", path, v, debug.Stack(), w.log.String())
	})
	complaints := watchComplaints(page)
	w.Cleanup(func() {
		if all := complaints(); len(all) > 0 {
			w.Errorf("the page complains: %s", strings.Join(all, "\n"))
		}
	})
	page.MustNavigate(w.server.URL + path).MustWaitLoad()
	return &tab{page, w}
}

// watchComplaints keeps what a page logs as an error.
func watchComplaints(page *rod.Page) func() []string {
	var mu sync.Mutex
	var all []string
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, text)
	}
	proto.LogEnable{}.Call(page)
	go page.EachEvent(func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError && e.Entry.Source != proto.LogLogEntrySourceNetwork {
			note(e.Entry.Text)
		}
	}, func(e *proto.RuntimeExceptionThrown) {
		note(e.ExceptionDetails.Text + " " + e.ExceptionDetails.Exception.Description)
	})()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// wait waits until the page fulfils a condition in JavaScript.
func (t *tab) wait(condition string) {
	t.w.Helper()
	t.MustWait("() => Boolean(" + condition + ")")
}

// write replaces what is in the SQL editor, as a person does.
func (t *tab) write(sql string) {
	t.w.Helper()
	t.MustElement(".cm-content").MustFocus()
	t.press(input.ControlLeft, input.KeyA)
	t.MustInsertText(sql)
}

// press holds all keys but the last, and strikes that.
func (t *tab) press(keys ...input.Key) {
	t.w.Helper()
	last := len(keys) - 1
	t.KeyActions().Press(keys[:last]...).Type(keys[last]).MustDo()
}

// sql is what the form would send.
func (t *tab) sql() string {
	t.w.Helper()
	return t.MustEval(`() => document.getElementById("sql").value`).Str()
}
