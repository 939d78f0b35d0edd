package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/web"
)

func TestAPITellsOfSources(t *testing.T) {
	var asked []string
	p := newProgram(t, author, func(o *web.Options) {
		all := watched()
		all.asked = &asked
		o.Sources = all
	})
	rows := cash()
	rows.header.Lag = 42 * time.Second
	p.follow.set(rows, nil)
	p.want(p.get(p.link("cash")+".csv"), http.StatusOK)
	type source struct {
		Name, State string
		CheckedAt   *time.Time `json:"checked_at"`
		Findings    []clips.Finding
		Seats       int `json:"max_connections"`
		Lags        []struct {
			At  time.Time
			Lag float64 `json:"seconds"`
		}
		Followers []struct {
			Follower, State string
			Lag             *float64 `json:"lag_seconds"`
			Lags            []struct {
				At  time.Time
				Lag float64 `json:"seconds"`
			}
		}
	}
	var all struct{ Items []source }
	p.json("GET", "/api/v1/sources", "", &all)
	if len(all.Items) != 2 || all.Items[0].State != "warning" || all.Items[1].State != "fatal" || all.Items[1].Findings[0].Cure != "start it" {
		t.Errorf("sources: %+v", all)
	}
	var erp source
	p.json("GET", "/api/v1/sources/erp", "", &erp)
	if len(erp.Lags) != 1 || erp.Lags[0].Lag != 42 || erp.Seats != 8 || erp.CheckedAt == nil || len(asked) != 0 {
		t.Errorf("erp: %+v, and %q were connected to", erp, asked)
	}
	if f := erp.Followers; len(f) != 4 || *f[0].Lag != 3 || len(f[0].Lags) != 20 || f[0].Lags[19].Lag != 179 || f[1].State != "primary" || f[1].Lag != nil {
		t.Errorf("the followers of erp: %+v", f)
	}
	p.json("POST", "/api/v1/sources/shop/check", "", &erp)
	if erp.Name != "shop" || len(asked) != 1 || asked[0] != "shop" {
		t.Errorf("%+v: %q were looked at", erp, asked)
	}
	var tables struct {
		Items []struct {
			Name    string
			Columns []struct{ Name, Type, Comment string }
		}
	}
	p.json("GET", "/api/v1/sources/erp/tables", "", &tables)
	if len(tables.Items) == 0 || len(tables.Items[0].Columns) == 0 || tables.Items[0].Columns[0].Type == "" {
		t.Errorf("tables: %+v", tables)
	}
	var plan struct {
		Verdict string
		Words   []string
		Cost    float64
		Budget  float64 `json:"max_plan_cost"`
		Steps   []struct {
			Depth       int
			Kind, Table string
			Conditions  []string
		}
	}
	opened := p.follow.count()
	p.json("POST", "/api/v1/sources/erp/explain", `{"sql": "select * from invoices where due < :day", "params": [{"name": "day", "type": "date"}], "values": {"day": "today"}}`, &plan)
	if !strings.HasPrefix(plan.Verdict, "About 3,000 rows come out.") || len(plan.Words) == 0 || plan.Cost != 26_000 || plan.Budget != 5000 {
		t.Errorf("plan: %+v", plan)
	}
	if s := plan.Steps; len(s) != 2 || s[0].Kind != "Sort" || s[0].Depth != 0 || s[1].Depth != 1 || s[1].Table != "invoices" || len(s[1].Conditions) != 1 {
		t.Errorf("steps: %+v", s)
	}
	for body, want := range map[string]string{
		`{"sql": "select :day"}`:                    "day",
		`{"sql": " "}`:                              "there is no SQL yet",
		`{"sql": "select 1", "timezone": "Mars/A"}`: "there is no time zone",
		`{"sql": "select 1", "querry": "x"}`:        "querry",
	} {
		p.want(p.do("POST", "/api/v1/sources/erp/explain", body), http.StatusBadRequest, want)
	}
	if got := p.follow.count(); got != opened+1 {
		t.Errorf("the follower was asked %d times", got-opened)
	}
	p.follow.set(nil, &clips.Error{Kind: clips.KindSQL, Notice: `There is no column "x": correct it.`})
	p.refusedWith(p.do("POST", "/api/v1/sources/erp/explain", `{"sql": "select x"}`), http.StatusBadRequest, "sql_error")
	for _, path := range []string{"GET /sources/gone", "GET /sources/gone/tables", "POST /sources/gone/check", "POST /sources/gone/explain"} {
		method, address := sample(path)
		p.refusedWith(p.do(method, "/api/v1"+address, ""), http.StatusNotFound, "not_found")
	}
}

func TestAPITellsOfTheSourcesOfTheKeyAlone(t *testing.T) {
	p := newProgram(t, clips.Person{ID: 7, Email: "a@example.com", Role: clips.RoleAuthor, Sources: []string{"shop"}})
	var all struct{ Items []struct{ Name string } }
	p.json("GET", "/api/v1/sources", "", &all)
	if len(all.Items) != 1 || all.Items[0].Name != "shop" {
		t.Errorf("sources: %+v", all)
	}
	for _, path := range []string{"GET /sources/erp", "GET /sources/erp/tables", "POST /sources/erp/check", "POST /sources/erp/explain"} {
		method, address := sample(path)
		p.refusedWith(p.do(method, "/api/v1"+address, ""), http.StatusNotFound, "not_found")
	}
}

func TestAPITellsOfAccounts(t *testing.T) {
	p := newProgram(t, author, func(o *web.Options) {
		o.Accounts = accountList{all: []clips.Account{{Name: "board", Email: "b@example.com", Kind: clips.AccountOAuth, Broken: "Google says no."},
			{Name: "robot", Kind: clips.AccountService}}}
	})
	r := p.do("GET", "/api/v1/accounts", "")
	p.want(r, http.StatusOK, `{"name":"board","kind":"oauth","email":"b@example.com","works":false,"message":"Google says no.","expires_at":null}`,
		`{"name":"robot","kind":"service","works":true,"expires_at":null}`)
}
