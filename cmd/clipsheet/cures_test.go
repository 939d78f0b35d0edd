package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sheets/simulator"
)

const curesConfig = `
[state]
dsn = '''%s'''
[google]
client_id = "clipsheet"
client_secret = "s3cret"
[google.endpoints]
sheets = %q
drive = %q
auth = %q
token = %q
revoke = %q
userinfo = %q
`

// clinic is a service beside a Google, with somebody at its pages.
type clinic struct {
	*served
	google  *simulator.Simulator
	browser *http.Client
}

const (
	ann = "ann@example.com" // as whom syncs write
	bob = "bob@example.com" // whose spreadsheets these are
)

func newClinic(t *testing.T) *clinic {
	t.Helper()
	google := simulator.New(simulator.Options{Quota: simulator.Unlimited})
	t.Cleanup(google.Close)
	server := httptest.NewServer(google)
	t.Cleanup(server.Close)
	google.AddUser(ann)
	google.AddUser(bob)
	state, _ := pgtest.Database(t)
	_, follower := pgtest.Database(t)
	c := &clinic{newServed(t, follower), google, &http.Client{}}
	c.browser.Jar, _ = cookiejar.New(nil) // whose error is always nil
	at := simulator.EndpointsAt(server.URL)
	c.configure(fmt.Sprintf(serveConfig+curesConfig, c.address, follower, "3", state, at.Sheets, at.Drive, at.Auth, at.Token, at.Revoke, at.UserInfo))
	c.start()
	google.AddClient(simulator.Client{ID: "clipsheet", Secret: "s3cret", Redirects: []string{c.home() + "/accounts/google/callback"}})
	return c
}

// home is the name of the service that Google knows.
func (c *clinic) home() string {
	return "http://localhost" + c.address[strings.LastIndex(c.address, ":"):]
}

// send sends a form, or with none asks for a page, and gives the page that it leads to.
func (c *clinic) send(path string, form url.Values) (page string, header http.Header) {
	c.Helper()
	ask := func() (*http.Response, error) { return c.browser.Get(c.home() + path) }
	if form != nil {
		ask = func() (*http.Response, error) { return c.browser.PostForm(c.home()+path, form) }
	}
	answer, err := ask()
	if err != nil {
		c.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		c.Fatal(err)
	}
	return html.UnescapeString(string(body)), answer.Header
}

// connect allows the service to write as Ann, on Google's page.
func (c *clinic) connect() {
	c.Helper()
	page, header := c.send("/accounts/connect", url.Values{"name": {"ann"}})
	_, google, ok := strings.Cut(header.Get("Refresh"), "url=")
	if !ok {
		c.Fatalf("it does not lead to Google: %s", page)
	}
	back, err := c.google.Consent(google, ann)
	if err != nil {
		c.Fatal(err)
	}
	if page, _ := c.send(strings.TrimPrefix(back, c.home()), nil); !strings.Contains(page, "ann is connected") {
		c.Fatalf("the way back from Google: %s", page)
	}
}

// sync makes a sync that is not run yet.
func (c *clinic) sync(name, spreadsheet, tab string) {
	c.Helper()
	page, _ := c.send("/syncs", url.Values{"clip": {"numbers"}, "account": {"ann"}, "spreadsheet": {spreadsheet}, "tab": {tab}, "at": {"A1"},
		"mode": {"replace"}, "when": {""}, "name": {name}})
	if !strings.Contains(page, "It has not run yet") {
		c.Fatalf("the sync was not made: %s", page)
	}
}

// offers says why a sync cannot run, and gives the address of a cure that the page has for it; of one to copy, the text.
func (c *clinic) offers(sync, why, cure string) string {
	c.Helper()
	page, _ := c.send("/syncs/"+sync+"/preview", url.Values{})
	if !strings.Contains(page, why) {
		c.Errorf("%s: the page does not say %q: %s", sync, why, page)
	}
	found := regexp.MustCompile(`href="([^"]+)" rel=noreferrer>` + cure + `<|` + cure + `: <code class=copy>([^<]+)<`).FindStringSubmatch(page)
	if found == nil {
		c.Fatalf("%s: the page does not offer to %q: %s", sync, cure, page)
	}
	return found[1] + found[2]
}

func (c *clinic) works(sync string) {
	c.Helper()
	page := ""
	pgtest.Eventually(c, sync+" to work", func() bool {
		page, _ = c.send("/syncs/"+sync, nil)
		return strings.Contains(page, `<span class="badge good">Works</span>`)
	})
}

// TestCuresCure makes what ails a sync real, does what its page offers, and finds the sync well again.
func TestCuresCure(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.connect()
	notes, private := c.google.Create(bob, "Notes", "Cash"), c.google.Create(bob, "Private", "Cash")
	c.google.Share(notes, ann, simulator.Writer)
	for _, book := range []string{notes, private} {
		c.google.Pick(book, "clipsheet") // by Ann, for the service
	}
	if err := c.google.As(bob).Type(notes, "Cash!A1", []any{"my notes"}); err != nil {
		t.Fatal(err)
	}
	c.sync("in-the-way", notes, "Cash")
	c.sync("not-shared", private, "Cash")
	c.sync("deleted", "NO-SUCH-SPREADSHEET-ANYWHERE", "Cash")

	tab := c.offers("in-the-way", "my notes", "Choose another tab")
	c.send(tab, url.Values{"tab": {""}, "new": {"Numbers"}, "at": {"A1"}, "edition": {"1"}, "then": {"run"}})

	c.google.Share(private, c.offers("not-shared", "choose Share, and make "+ann+" an editor", "Share it with this address, as editor"), simulator.Writer)
	c.send("/syncs/not-shared/run", url.Values{})

	edit := c.offers("deleted", "There is no spreadsheet", "Choose another spreadsheet")
	c.send(edit, url.Values{"clip": {"numbers"}, "account": {"ann"}, "spreadsheet": {notes}, "tab": {"Anew"}, "at": {"A1"},
		"mode": {"replace"}, "when": {""}, "name": {"deleted"}, "edition": {"1"}, "then": {"run"}})

	for _, sync := range []string{"in-the-way", "not-shared", "deleted"} {
		c.works(sync)
	}
	c.google.Revoke(ann)
	accounts := c.offers("not-shared", "onnect the account", "Connect the account again")
	if page, _ := c.send(accounts, nil); !strings.Contains(page, `id="account-ann"`) {
		t.Errorf("%s does not lead to the account: %s", accounts, page)
	}
	c.connect()
	if page, _ := c.send("/syncs/not-shared/preview", url.Values{}); !strings.Contains(page, "3 cells would change") {
		t.Errorf("with the account connected again: %s", page)
	}
	if err := c.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}
