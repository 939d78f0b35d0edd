package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"clipsheet/internal/localpg/pgtest"
	"clipsheet/web/webtest"
)

// newcomer is somebody who sits in front of the demo for the first time, and has read nothing.
type newcomer struct {
	*webtest.Tab
	t       *testing.T
	demo    *demoTest
	scripts bool
	title   string // of the clip
	name    string // of the clip and of the sync, in addresses
}

// somebodyNewFindsTheWay goes from the list of clips to cells in a spreadsheet, and back out of a mistake: with a mouse,
// with the keyboard alone, and in a browser that runs no scripts.
func (d *demoTest) somebodyNewFindsTheWay(t *testing.T) {
	for name, prepare := range map[string]func(*newcomer){
		"mouse":      func(n *newcomer) {},
		"keyboard":   func(n *newcomer) { n.Keys() },
		"no scripts": func(n *newcomer) { n.WithoutScripts(); n.scripts = false },
	} {
		t.Run(name, func(t *testing.T) {
			n := &newcomer{webtest.Blank(t), t, d, true, "Newest by " + name, "newest-by-" + strings.ReplaceAll(name, " ", "-")}
			prepare(n)
			n.Go(d.AdminURL)
			n.writesAClip()
			n.sharesIt()
			n.syncsIt()
			n.breaksIt()
			n.restoresIt()
		})
	}
}

// sql writes into the SQL field, which is an editor where scripts run.
func (n *newcomer) sql(text string) {
	n.t.Helper()
	field := "textarea#sql"
	if n.scripts {
		field = ".cm-content"
	}
	n.Write(field, text)
}

// runs pushes Run, and waits for what that comes to.
func (n *newcomer) runs(want string) {
	n.t.Helper()
	if n.scripts {
		n.Push("Run")
	} else {
		n.Turn("Run")
	}
	n.Shows(want)
}

func (n *newcomer) writesAClip() {
	n.Turn("New clip")
	n.Fill("title", n.title)
	n.Fill("slug", n.name)
	n.sql("select number, issued_on, gross from invoices where issued_on >= :since order by number limit 5")
	n.runs(":since")
	n.Choose("type-since", "date")
	n.Fill("default-since", "start of year")
	n.Fill("label-since", "Since")
	n.runs("5 rows, all there are")
	n.Fill("message", "The first five of this year")
	n.Turn("Save")
	n.Shows("5 rows")
	n.Shows("Since")
}

// sharesIt makes a link, and lets Google fetch what its formula asks for.
func (n *newcomer) sharesIt() {
	n.Push("Make a link")
	n.Fill("label", "For the board")
	n.Turn("Make the link")
	n.Shows("The link is made")
	found := regexp.MustCompile(`=IMPORTDATA\("([^"]+)", `).FindStringSubmatch(n.MustElement("main").MustText())
	if found == nil {
		n.t.Fatalf("the page has no formula: %s", n.MustElement("main").MustText())
	}
	a := get(n.t, found[1], "User-Agent", "Mozilla/5.0 (compatible; GoogleDocs; apps-spreadsheets; +http://docs.google.com)")
	if a.status != http.StatusOK || strings.Count(a.body, "\n") != 6 || !strings.HasPrefix(a.body, "number,issued_on,gross\n") {
		n.t.Errorf("Google gets %d: %.300s", a.status, a.body)
	}
}

// syncsIt goes through the four steps, looks at what would change, and finds the cells in the spreadsheet.
func (n *newcomer) syncsIt() {
	n.Turn("Syncs")
	n.Turn("New sync")
	n.Choose("clip", n.title)
	n.Turn("Next: the spreadsheet")
	n.Fill("spreadsheet", n.demo.SheetsURL+"/spreadsheets/d/"+n.demo.Sheets["board"]+"/edit")
	n.Turn("Next: the table")
	n.Fill("tab", n.name)
	n.Turn("Next: the schedule")
	n.Fill("name", n.name)
	n.Turn("Preview")
	n.Shows("18 cells would change") // five rows of three, and the header
	n.Turn("Save and run now")
	pgtest.Eventually(n.t, "the run of the sync", func() bool {
		if !n.scripts {
			n.MustReload()
		}
		return strings.Contains(n.MustElement("main").MustText(), "5 rows")
	})
	n.Go(n.demo.SheetsURL + "/spreadsheets/d/" + n.demo.Sheets["board"] + "/edit")
	n.Turn(n.name)
	n.Shows("issued_on")
	n.Go(n.demo.AdminURL)
}

// breaksIt saves what cannot run, which is refused where it is wrong, and then what runs and shows less.
func (n *newcomer) breaksIt() {
	n.Turn(n.title)
	n.Turn("Edit")
	n.sql("select number, issued_on\nfrom invoyces where issued_on >= :since")
	n.Fill("message", "Shorter")
	n.Turn("Save")
	n.Shows("invoyces")
	n.Shows("line 2")
	if n.scripts {
		n.Until(`document.querySelector(".cm-wrong-line")?.textContent.includes("invoyces")`)
	}
	n.sql("select number from invoices where issued_on >= :since order by number limit 5")
	n.Turn("Save")
	n.Shows("Somebody notices this")
	n.Shows("For the board")
	n.Turn("Save all the same")
	n.Shows("5 rows")
}

// restoresIt goes back to the first revision.
func (n *newcomer) restoresIt() {
	n.Turn("Revisions")
	n.Turn("1")
	n.Turn("Restore revision 1")
	n.Shows("5 rows")
	n.Push("The SQL")
	n.Shows("select number, issued_on, gross")
	n.Shows("Revision 3")
}
