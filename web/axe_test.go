package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"clipsheet/web/webtest"
)

// axe is a set of rules that pages are held against, so that people who see or move otherwise can use them.
func axe(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("%v: make test installs it", err)
	}
	return string(text)
}

// colours are the rules that can tell dark from light.
const colours = `{runOnly: ["color-contrast", "link-in-text-block"]}`

// finding is what axe says of an element.
type finding struct{ Rule, Help, Element, Why string }

// breaks are the rules that the page breaks as it is shown now.
func (t *tab) breaks(rules string) []finding {
	t.w.Helper()
	found := t.MustEval(`async () => JSON.stringify((await axe.run(document, ` + rules + `)).violations.flatMap((v) =>
		v.nodes.map((n) => ({ Rule: v.id, Help: v.help, Element: n.html.slice(0, 200), Why: n.failureSummary }))))`).Str()
	var all []finding
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		t.w.Fatal(err)
	}
	return all
}

// TestNoPageShutsAnybodyOut holds every page in every state against all rules of axe, on a desk and on a phone, in the
// light and in the dark. No page is wider than its screen either.
func TestNoPageShutsAnybodyOut(t *testing.T) {
	rules := axe(t)
	look := func(page *tab) func(t *testing.T, v view) {
		return func(t *testing.T, _ view) {
			if _, err := (proto.RuntimeEvaluate{Expression: rules}).Call(page); err != nil {
				t.Fatal(err)
			}
			for _, as := range []struct {
				width         int
				scheme, rules string
			}{{webtest.Wide, "light", "{}"}, {webtest.Wide, "dark", colours}, {webtest.Narrow, "dark", colours}, {webtest.Narrow, "light", "{}"}} {
				page.Look(as.width, as.scheme)
				for _, f := range page.breaks(as.rules) {
					t.Errorf("%d wide, %s: %s: %s\n\t%s\n\t%s", as.width, as.scheme, f.Rule, f.Help, f.Element, f.Why)
				}
				if wide := page.MustEval(`() => document.documentElement.scrollWidth`).Int(); wide > as.width {
					t.Errorf("it is %d wide on a screen of %d", wide, as.width)
				}
			}
		}
	}
	o := newOffice(t, plain)
	page := o.tab()
	t.Run("office", func(t *testing.T) { o.each(t, page, views, look(page)) })
	t.Run("failing", func(t *testing.T) {
		o.fails("There is no column “nothing”: correct the SQL.")
		o.each(t, page, failing, look(page))
	})
	stranger := &tab{webtest.Blank(t), o.world}
	o.follow.set(cash(), nil)
	if err := (proto.PageSetBypassCSP{Enabled: true}).Call(stranger); err != nil { // its pages run no script, not even this one
		t.Fatal(err)
	}
	t.Run("strangers", func(t *testing.T) { o.each(t, stranger, o.visitors(), look(stranger)) })
	first := newOffice(t, words{})
	page = first.tab()
	t.Run("first day", func(t *testing.T) { first.each(t, page, firstDay, look(page)) })
}
