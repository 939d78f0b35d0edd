package web_test

import (
	"cmp"
	"net/http"
	"net/url"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"clipsheet/clips"
	"clipsheet/web"
	"clipsheet/web/webtest"
)

// office is a company in which everything there is a page for has happened, seen by its admin. Without words it is one
// on its first day.
type office struct {
	*syncing
	company *company
	admin   *browser
	feed    string // the address of a page for whoever has it, but for its suffix
}

// words are what people, and the databases they ask, put into an office.
type words struct{ title, text, tag, label, person, column, cell, tab string }

var plain = words{title: "Open invoices", text: "What customers owe us, by the day it was due.", tag: "receivables", label: "For the board",
	person: "Ann Miller", column: "customer", cell: "Müller & Söhne", tab: "Open items"}

// moreAccounts are accounts of which one more may be connected.
type moreAccounts struct{ accountList }

func (moreAccounts) Connectable() bool { return true }

func newOffice(t *testing.T, say words) *office {
	t.Helper()
	accounts := &moreAccounts{}
	books := &shelf{title: cmp.Or(say.title, "Month end")}
	c := newCompany(t, func(o *web.Options) {
		o.Sources = watched()
		o.Accounts, o.SourceNames = accounts, func() []string { return []string{"crm", "erp"} }
		if say != (words{}) {
			o.Workbooks = books
		}
	})
	books.w = c.world
	o := &office{syncing: &syncing{world: c.world, syncs: c.options.Syncs.(*syncsOf)}, company: c}
	c.provider.is("admin@example.com", "name", cmp.Or(say.person, plain.person))
	if _, err := c.store.AddPerson(t.Context(), clips.Person{Email: "admin@example.com", Role: clips.RoleAdmin}, clips.Act{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	o.admin = c.browser()
	o.admin.signIn(nil)
	if say == (words{}) {
		c.clips = nil
		c.apply()
		return o
	}
	accounts.all = []clips.Account{{Name: "service", Email: "robot@example.com", Kind: clips.AccountService},
		{Name: "ann", Email: "ann@example.com", Kind: clips.AccountOAuth, Broken: say.text}}
	o.fill(say)
	return o
}

// fill lets everything happen.
func (o *office) fill(say words) {
	o.Helper()
	rows := cash()
	rows.header.Columns[0].Name = say.column
	for i := range rows.rows {
		rows.rows[i][0], rows.rows[i][3] = say.cell, say.text
	}
	o.follow.set(rows, nil)
	o.sends("/clips/new", overdue("slug", "open-invoices", "title", say.title, "description", say.text, "tags", say.tag, "owner", say.person,
		"type-day", "text", "default-day", say.cell, "label-day", say.label))
	o.sends("/clips/open-invoices/edit", overdue("slug", "open-invoices", "revision", "1", "title", say.title, "description", say.text, "tags", say.tag,
		"owner", say.person, "type-day", "text", "default-day", say.cell, "label-day", say.label, "message", say.text,
		"sql", "select account, balance\nfrom invoices -- "+url.QueryEscape(say.cell)+"\nwhere due < :day", "do", "confirm"))
	o.feed = o.link("open-invoices", func(l *clips.Link) { l.Label = say.label })
	o.want(o.world.get(o.feed+".csv"), http.StatusOK)

	board := clips.Sync{Name: "board", Clip: clips.Clip{Slug: "cash"}, Account: "service", Spreadsheet: "SHEET-OF-THE-BOARD", Tab: say.tab,
		At: "B3", Mode: clips.SyncUpsert, Key: []string{say.column}, Schedule: "30 7 * * mon-fri", TimeZone: "Europe/Berlin"}
	if _, err := o.store.Apply(o.Context(), o.clips, board); err != nil {
		o.Fatal(err)
	}
	mine := clips.Sync{Name: "mine", Clip: clips.Clip{Slug: "open-invoices"}, Account: "service", Spreadsheet: "MY-OWN", Tab: say.tab, At: "A1",
		Mode: clips.SyncReplace}
	if err := o.store.CreateSync(o.Context(), mine); err != nil {
		o.Fatal(err)
	}
	changes := clips.Pushed{Rows: 3, Cells: 2, Before: []byte("{}"), Notes: []string{say.text},
		Sample: []clips.CellChange{{Tab: say.tab, Cell: "A2", Before: say.cell, After: say.title}, {Tab: say.tab, Cell: "B2", After: "1.50"}}}
	o.syncs.changes = changes
	o.run("mine", "web", func(r *clips.SyncRun) { r.Pushed = changes })
	o.run("board", "schedule", func(r *clips.SyncRun) { r.State, r.Kind, r.Notice = clips.SyncFailed, clips.KindTarget, say.text })
	o.want(o.admin.post("/me/keys", filled("label", say.label, "role", "author", "days", "90")), http.StatusOK)
}

func (o *office) sends(path string, form url.Values) {
	o.Helper()
	if r := o.admin.post(path, form); r.status != http.StatusSeeOther {
		o.Fatalf("%s: %d %.3000s", path, r.status, r.body)
	}
}

// fails has every query fail from now on.
func (o *office) fails(why string) {
	o.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: why, Detail: why, Position: 12})
}

// tab is a tab of the admin's browser, with nothing open.
func (o *office) tab() *tab {
	o.Helper()
	page := webtest.Blank(o.T)
	at, err := url.Parse(o.company.origin)
	if err != nil {
		o.Fatal(err)
	}
	var cookies []*proto.NetworkCookieParam
	for _, c := range o.admin.http.Jar.Cookies(at) {
		cookies = append(cookies, &proto.NetworkCookieParam{Name: c.Name, Value: c.Value, URL: o.company.origin, HTTPOnly: true})
	}
	page.MustSetCookies(cookies...)
	return &tab{page, o.world}
}
