package webtest

import (
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// Tab is a page that a test works. What fails or takes too long there ends the test. At its end the test is told of
// everything a page complained of, above all what its policy forbids, and of every request to another origin.
type Tab struct {
	*rod.Page
	t    testing.TB
	keys bool // there is no mouse

	mu         sync.Mutex
	complaints []string
	origins    map[string]bool // that it may ask
}

// Patience is how long a test works with a tab. It ends what hangs, and is no measure of speed.
const Patience = 2 * time.Minute

// Open opens an address, in a browser without cookies.
func Open(t testing.TB, address string) *Tab {
	t.Helper()
	tab := Blank(t)
	tab.Go(address)
	return tab
}

// Blank is a tab that nothing is open in.
func Blank(t testing.TB) *Tab {
	t.Helper()
	browser, err := shared.started(t).Incognito()
	if err != nil {
		t.Fatal(err)
	}
	tab := &Tab{t: t, origins: map[string]bool{}}
	t.Cleanup(func() {
		browser.Close() // this test's part of it
		for _, complaint := range tab.Complaints() {
			t.Errorf("the page complains: %s", complaint)
		}
	})
	page, err := browser.Page(proto.TargetCreateTarget{URL: "about:blank"})
	if err != nil {
		t.Fatal(err)
	}
	tab.Page = page.Timeout(Patience).WithPanic(func(v any) {
		t.Helper()
		t.Fatalf("%s: %v\n%s", tab.address(), v, debug.Stack())
	})
	tab.listen(page)
	return tab
}

func (t *Tab) address() string {
	info, err := t.Info()
	if err != nil {
		return "a page"
	}
	return info.URL
}

// Go opens an address, whose origin the tab may ask from then on.
func (t *Tab) Go(address string) {
	t.t.Helper()
	t.Allow(address)
	t.MustNavigate(address)
	t.Until(`document.readyState === "complete"`)
}

// Allow lets pages ask the origin of an address.
func (t *Tab) Allow(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.origins[origin(address)] = true
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

func (t *Tab) listen(page *rod.Page) {
	proto.LogEnable{}.Call(page)
	proto.NetworkEnable{}.Call(page)
	go page.EachEvent(func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError && e.Entry.Source != proto.LogLogEntrySourceNetwork {
			t.complain(e.Entry.Text)
		}
	}, func(e *proto.RuntimeExceptionThrown) {
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		t.complain(text)
	}, func(e *proto.NetworkRequestWillBeSent) {
		t.asks(e.Request.URL)
	})()
}

func (t *Tab) asks(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := origin(address); !t.origins[at] && !strings.HasPrefix(at, "data:") && !strings.HasPrefix(at, "blob:") {
		t.complaints = append(t.complaints, "it asks another origin: "+address)
	}
}

func (t *Tab) complain(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.complaints = append(t.complaints, text)
}

// Complaints are those since it was asked last.
func (t *Tab) Complaints() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.complaints
	t.complaints = nil
	return all
}

// Until waits until the page fulfils a condition in JavaScript.
func (t *Tab) Until(condition string) {
	t.t.Helper()
	t.MustWait("() => Boolean(" + condition + ")")
}

// Press holds all keys but the last, and strikes that.
func (t *Tab) Press(keys ...input.Key) {
	t.t.Helper()
	last := len(keys) - 1
	t.KeyActions().Press(keys[:last]...).Type(keys[last]).MustDo()
}
