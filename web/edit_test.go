package web_test

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clipsheet/clips"
)

// deskOf tries SQL on the script that stands for the follower.
type deskOf struct{ follow *script }

func (deskOf) Sources() []string { return []string{"erp", "crm"} }

func (d deskOf) Try(ctx context.Context, _ string, q clips.Query) (clips.Rows, error) {
	return d.follow.Open(ctx, q)
}

func (d deskOf) Explain(ctx context.Context, _ string, q clips.Query) (clips.Plan, error) {
	if _, err := d.follow.Open(ctx, q); err != nil {
		return clips.Plan{}, err
	}
	return clips.Plan{Budget: 5000, Sizes: map[string]int64{"invoices": 1_200_000}, Root: clips.PlanNode{Kind: "Sort", Cost: 26_000, Rows: 3000,
		SortKey: []string{"due"}, Steps: []clips.PlanNode{{Kind: "Seq Scan", Cost: 25_000, Rows: 3000, Table: "invoices", Filter: "(due < '2026-11-24'::date)"}}}}, nil
}

func (deskOf) Tables(context.Context, string) ([]clips.Table, error) {
	return []clips.Table{{Schema: "public", Name: "invoices", Plain: "invoices", Kind: "table", Rows: 1200, Comment: "All <b>bills</b>",
		Columns: []clips.TableColumn{{Name: "id", Plain: "id", Type: "bigint", Comment: "what it is known by"}}}}, nil
}

// overdue is what somebody types into the editor.
func overdue(change ...string) url.Values {
	form := url.Values{"do": {"save"}, "revision": {"0"}, "slug": {"overdue"}, "title": {"Overdue <i>"}, "source": {"erp"}, "max_age": {"10m"}, "max_lag": {"30s"}, "on_lag": {"fail"},
		"sql": {"select account, balance\nfrom invoices\nwhere due < :day"}, "message": {"the first"}, "tags": {"ar, late"},
		"type-day": {"date"}, "default-day": {"today"}, "label-day": {"Due before"}}
	for i := 0; i < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return form
}

func (w *world) make(form url.Values) clips.Clip {
	w.Helper()
	if r := w.postForm("/clips/new", form); r.status != http.StatusSeeOther || r.header.Get("Location") != "/clips/overdue" {
		w.Fatalf("%d %v %.2000s", r.status, r.header, r.body)
	}
	return w.clip("overdue")
}

func (w *world) clip(slug string) clips.Clip {
	w.Helper()
	c, err := w.store.Clip(w.Context(), slug)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func TestAClipIsWritten(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/"), http.StatusOK, `href="/clips/new"`)
	w.want(w.get("/clips/new"), http.StatusOK, "New clip", "<option>erp</option>", "select &#39;Hello&#39;")
	tried := w.postForm("/clips/new", overdue("do", "run"))
	w.want(tried, http.StatusOK, "2461020.16", "3 rows, all there are", `value="Due before"`, "where due &lt; :day")
	c := w.make(overdue())
	if c.Title != "Overdue <i>" || c.Declared || c.Revision.SQL != "select account, balance\nfrom invoices\nwhere due < :day" ||
		c.Revision.Author != "local" || len(c.Revision.Params) != 1 || *c.Revision.Params[0].Default != "today" || c.Revision.MaxAge.Minutes() != 10 ||
		c.Revision.MaxLag.Seconds() != 30 || c.Revision.OnLag != clips.LagFail {
		t.Errorf("%+v", c)
	}
	w.want(w.get("/clips/overdue"), http.StatusOK, "Overdue &lt;i&gt;", "Due before", `href="/clips/overdue/edit"`, `href="/?tag=late"`)
	w.want(w.get("/clips/overdue/edit"), http.StatusOK, `value="10m"`, `value="ar, late"`, `<option selected>date</option>`, "Nobody: no link, sync or workbook.")
}

func TestAClipThatCannotBeIsNotKept(t *testing.T) {
	w := newWorld(t)
	for change, why := range map[string]string{
		"slug=Over Due":         "cannot be in an address",
		"slug=cash":             "There is a clip",
		"title=":                "no title",
		"source=secret":         "Choose a source",
		"sql=":                  "no SQL yet",
		"max_age=soon":          "no length of time",
		"max_lag=-1s":           "no length of time",
		"on_lag=perhaps":        "choose stale or fail",
		"timezone=Mars/Olympus": "no time zone",
		"type-day=choice":       "choice without choices",
		"default-day=someday":   "someday",
		"default-day=":          `<a href="#params">Say it below</a>`,
	} {
		field, value, _ := strings.Cut(change, "=")
		r := w.postForm("/clips/new", overdue(field, value))
		if strings.Contains(r.body, "Say it below") != strings.HasPrefix(field, "default") && field != "type-day" {
			w.Errorf("%s: the page leads to the parameters, or does not: %.600s", change, r.body)
		}
		w.want(r, http.StatusBadRequest, why)
		if field != "sql" {
			w.want(r, http.StatusBadRequest, "where due &lt; :day") // nothing typed is lost
		}
	}
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no column "x".`, Detail: "column x does not exist", Position: 30})
	w.want(w.postForm("/clips/new", overdue()), http.StatusBadRequest, "There is no column", "It is in line 2", "column x does not exist", `data-position="30"`)
	if _, err := w.store.Clip(t.Context(), "overdue"); err == nil {
		t.Error("it was kept")
	}
}

// A new clip needs a title and SQL, and no more.
func TestANewClipNeedsLittle(t *testing.T) {
	w := newWorld(t)
	r := w.postForm("/clips/new", overdue("title", " Überfällig: Q3 & Q4! ", "slug", "", "message", ""))
	if r.status != http.StatusSeeOther || r.header.Get("Location") != "/clips/ueberfaellig-q3-q4" {
		t.Fatalf("%d %v %.600s", r.status, r.header, r.body)
	}
	if c := w.clip("ueberfaellig-q3-q4"); c.Revision.Message != "made" {
		t.Errorf("%+v", c)
	}
	w.want(w.postForm("/clips/new", overdue("title", "日本", "slug", "")), http.StatusBadRequest, "cannot be in an address")
	w.want(w.postForm("/clips/ueberfaellig-q3-q4/edit", overdue("revision", "1", "message", "")), http.StatusBadRequest, "what you changed")
}

func TestASaveTellsWhomItConcerns(t *testing.T) {
	w := newWorld(t)
	w.make(overdue())
	link := w.link("overdue")
	w.get(link+".csv", "User-Agent", "curl/8")
	fewer := cash()
	fewer.header.Columns = fewer.header.Columns[:2]
	fewer.header.Columns[1].Type = clips.Text
	fewer.rows = [][]string{{"a", "b"}}
	w.follow.set(fewer, nil)
	asked := w.postForm("/clips/overdue/edit", overdue("revision", "1", "message", "narrower"))
	w.want(asked, http.StatusConflict, "Column open is no longer there.", "Column balance was numeric, and is text now.", "“test”", "by curl", "Save all the same")
	if n := w.clip("overdue").Revision.Number; n != 1 {
		t.Fatalf("revision %d was saved unasked", n)
	}
	if r := w.postForm("/clips/overdue/edit", overdue("revision", "1", "message", "narrower", "do", "confirm")); r.status != http.StatusSeeOther {
		t.Fatalf("%d %.300s", r.status, r.body)
	}
	if n := w.clip("overdue").Revision.Number; n != 2 {
		t.Errorf("revision %d", n)
	}
}

// A clip that moves is tried where it goes to, and says whom that concerns.
func TestAClipMovesToAnotherSource(t *testing.T) {
	c := newCompany(t)
	ana := c.person("ana@example.com", clips.RoleAuthor)
	bob := clips.Person{Email: "bob@example.com", Role: clips.RoleReader, Sources: []string{"erp"}}
	if _, err := c.store.AddPerson(t.Context(), bob, clips.Act{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	if r := ana.post("/clips/new", overdue("owner", "ana@example.com")); r.status != http.StatusSeeOther {
		t.Fatalf("%d %.2000s", r.status, r.body)
	}
	move := overdue("revision", "1", "source", "crm", "message", "to the new system")
	c.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: "There is no table invoices."})
	c.want(ana.post("/clips/overdue/edit", move), http.StatusBadRequest, "There is no table invoices.", "<option selected>crm")
	c.follow.set(cash(), nil)
	asked := ana.post("/clips/overdue/edit", move)
	c.want(asked, http.StatusConflict, "Who may not read the source crm does not see it any more: bob@example.com.", "Save all the same")
	if strings.Contains(asked.body, "whoever uses it") {
		t.Error("it speaks of people who use it, and there are none")
	}
	c.link("overdue")
	c.want(ana.post("/clips/overdue/edit", move), http.StatusConflict, "It moves from the source erp to crm", "“test”")
	if n := c.clip("overdue").Revision.Number; n != 1 {
		t.Fatalf("revision %d was saved unasked", n)
	}
	move.Set("do", "confirm")
	if r := ana.post("/clips/overdue/edit", move); r.status != http.StatusSeeOther {
		t.Fatalf("%d %.2000s", r.status, r.body)
	}
	if now := c.clip("overdue"); now.Revision.Source != "crm" || now.Revision.Number != 2 {
		t.Errorf("%+v", now.Revision)
	}
	c.want(ana.get("/clips/overdue/revisions/2"), http.StatusOK, "Source: crm; before: erp.")
}

// Two who edit at once both find what they wrote.
func TestNobodySavesOverAnother(t *testing.T) {
	w := newWorld(t)
	w.make(overdue())
	w.postForm("/clips/overdue/edit", overdue("revision", "1", "message", "theirs", "sql", "select 1 as theirs", "title", "Late", "tags", "", "max_age", "600s"))
	r := w.postForm("/clips/overdue/edit", overdue("revision", "1", "message", "mine", "sql", "select 2 as mine where :day = ''"))
	w.want(r, http.StatusPreconditionFailed, "has saved revision 2 meanwhile", "<del>select <b>1 as theirs</b></del>", "<ins>select <b>2 as mine where :day = &#39;&#39;</b></ins>",
		`name=revision value="2"`, "select 2 as mine where :day = &#39;&#39;</textarea>", "<pre class=copy tabindex=0>select 1 as theirs</pre>",
		"<th scope=row>Title<td>Late<td>Overdue &lt;i&gt;</tr>", "<th scope=row>Tags<td>–<td>ar, late</tr>",
		"<th scope=row>Parameters<td>–<td>:day, date, usually &#34;today&#34;, called &#34;Due before&#34;</tr>")
	if strings.Contains(r.body, "<th scope=row>A result is young enough for") {
		w.Errorf("ten minutes are not 600 seconds: %s", r.body)
	}
	if c := w.clip("overdue"); c.Revision.SQL != "select 1 as theirs" {
		t.Errorf("%q", c.Revision.SQL)
	}
}

func TestRevisionsAreComparedAndRestored(t *testing.T) {
	w := newWorld(t)
	w.make(overdue())
	w.postForm("/clips/overdue/edit", overdue("revision", "1", "message", "worse", "sql", "select account\nfrom invoices\nwhere due < :day"))
	w.want(w.get("/clips/overdue/revisions"), http.StatusOK, "worse", "the first", "current", `href="/clips/overdue/revisions/1"`)
	w.want(w.get("/clips/overdue/revisions/2"), http.StatusOK, "<del>select account<b>, balance</b></del>", "<ins>select account</ins>", "beside revision 1")
	w.want(w.get("/clips/overdue/revisions/1"), http.StatusOK, "Restore revision 1")
	w.want(w.get("/clips/overdue/revisions/9"), http.StatusNotFound, "No such revision")
	w.want(w.postForm("/clips/overdue/revisions/1/restore", url.Values{"current": {"1"}}), http.StatusBadRequest, "Somebody else has changed")
	if r := w.postForm("/clips/overdue/revisions/1/restore", url.Values{"current": {"2"}}); r.status != http.StatusSeeOther {
		t.Fatalf("%d %.300s", r.status, r.body)
	}
	if c := w.clip("overdue"); c.Revision.Number != 3 || c.Revision.Message != "revision 1 restored" || !strings.Contains(c.Revision.SQL, "balance") {
		t.Errorf("%+v", c.Revision)
	}
}

func TestAClipIsCopiedAndRetired(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/clips/revenue?limit=1"), http.StatusOK, "declared in the config file", `href="/clips/new?from=revenue"`)
	w.want(w.get("/clips/revenue/edit"), http.StatusConflict, "make a copy")
	w.want(w.get("/clips/new?from=revenue"), http.StatusOK, `value="revenue-copy"`, "Copy of Revenue", "select :region, :from, :limit", `name="default-from" value="start of month"`)
	w.make(overdue())
	if r := w.postForm("/clips/overdue/retire", nil); r.status != http.StatusSeeOther {
		t.Fatalf("%d %.300s", r.status, r.body)
	}
	w.want(w.get("/clips/overdue"), http.StatusNotFound)
	w.want(w.postForm("/clips/revenue/retire", nil), http.StatusConflict, "make a copy")
}

func TestTablesOfASource(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/tables?source=erp"), http.StatusOK, "invoices", "about 1,200 rows", "All &lt;b&gt;bills&lt;/b&gt;", "bigint: what it is known by")
}

func TestATryReadsTheFirstRows(t *testing.T) {
	w := newWorld(t)
	many := cash()
	for len(many.rows) < 500 {
		many.rows = append(many.rows, many.rows...)
	}
	w.follow.set(many, nil)
	form := maps.Clone(overdue("do", "run"))
	r := w.postForm("/clips/new", form)
	w.want(r, http.StatusOK, "The first 100 rows; there are more")
	if n := strings.Count(r.body, "<td class=number>2461020.16</td>"); n > 100 {
		t.Errorf("%d rows", n)
	}
}

func TestAPlanIsExplained(t *testing.T) {
	w := newWorld(t)
	w.want(w.postForm("/clips/new", overdue("do", "explain")), http.StatusOK,
		"Reads all 1.2 million rows of invoices, since no index helps to find those where due &lt; &#39;2026-11-24&#39;: about 3,000 rows remain.",
		"This source allows 5,000, so it is not run", "where due &lt; :day")
	if got := w.follow.last(); got != "select account, balance\nfrom invoices\nwhere due < $1" {
		t.Errorf("it explained %q", got)
	}
	w.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no column "x".`, Position: 30})
	w.want(w.postForm("/clips/new", overdue("do", "explain")), http.StatusBadRequest, "There is no column", `data-position="30"`)
}
