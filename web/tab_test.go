package web_test

import (
	"strconv"

	"github.com/go-rod/rod/lib/input"

	"clipsheet/web/webtest"
)

// tab is a page in a browser that a test works.
type tab struct {
	*webtest.Tab
	w *world
}

// tab opens a path.
func (w *world) tab(path string) *tab {
	w.Helper()
	w.Cleanup(func() {
		if w.Failed() {
			w.Logf("%.3000s", w.log.String())
		}
	})
	return &tab{webtest.Open(w.T, w.server.URL+path), w}
}

// wait waits until the page fulfils a condition in JavaScript.
func (t *tab) wait(condition string) { t.w.Helper(); t.Until(condition) }

// press holds all keys but the last, and strikes that.
func (t *tab) press(keys ...input.Key) { t.w.Helper(); t.Press(keys...) }

// write replaces what is in the SQL editor, as a person does.
func (t *tab) write(sql string) {
	t.w.Helper()
	t.MustElement(".cm-content").MustFocus()
	t.press(input.ControlLeft, input.KeyA)
	t.MustInsertText(sql)
}

// offered waits for the completion that a key would take now. CodeMirror takes none in the first 75 ms of a list, since
// nobody has read it by then.
func (t *tab) offered(first string) {
	t.w.Helper()
	t.wait("document.querySelector('.cm-tooltip-autocomplete li[aria-selected]')?.textContent.startsWith(" + strconv.Quote(first) + ")")
	t.MustEval("() => new Promise((done) => setTimeout(done, 100))")
}

// sql is what the form would send.
func (t *tab) sql() string {
	t.w.Helper()
	return t.MustEval(`() => document.getElementById("sql").value`).Str()
}
