package web

import (
	"net/http"
	"slices"

	"clipsheet/clips"
)

// asked is SQL that a program would know the plan of: a draft, which is kept nowhere.
type asked struct {
	SQL      string            `json:"sql"`
	Params   []clips.Param     `json:"params"`
	TimeZone string            `json:"timezone"`
	Values   map[string]string `json:"values"` // of the parameters, as a person writes them; else their defaults
}

// apiPlan is how a source means to run a query: the words of the page, and the steps they are made of.
type apiPlan struct {
	Verdict string    `json:"verdict"`
	Words   []string  `json:"words"`
	Cost    float64   `json:"cost"`          // where reading one page of a table is 1
	Rows    float64   `json:"rows"`          // that come out, by the server's estimate
	Budget  float64   `json:"max_plan_cost"` // that the source allows; 0 is no limit
	Steps   []apiStep `json:"steps"`
}

// apiStep is a step of a plan. The steps below it, which it takes rows from, come after it and are one deeper.
type apiStep struct {
	Depth      int      `json:"depth"`
	Kind       string   `json:"kind"` // as Postgres names it: Seq Scan, Hash Join
	Cost       float64  `json:"cost"` // of it and all below it
	Rows       float64  `json:"rows"`
	Table      string   `json:"table,omitempty"`
	Index      string   `json:"index,omitempty"`
	Workers    float64  `json:"workers,omitempty"`
	Conditions []string `json:"conditions"`
}

// apiExplain plans a query that a source would run, and runs nothing of it.
func (s *site) apiExplain(w http.ResponseWriter, r *http.Request, who clips.Person) (any, error) {
	name, err := s.apiFindSource(r, who)
	if err != nil {
		return nil, err
	}
	var said asked
	if err := readJSON(r, &said); err != nil {
		return nil, err
	}
	d := draft{Clip: clips.Clip{Revision: clips.Revision{Source: name, SQL: said.SQL, Params: said.Params, TimeZone: said.TimeZone}}}
	if err := s.checkDraft(&d, who); err != nil {
		return nil, err
	}
	allowWaiting(w)
	plan, err := s.explain(r.Context(), d.Clip.Revision, said.Values)
	if err != nil {
		return nil, authors(err)
	}
	return apiPlan{plan.Verdict(), plan.Words(), plan.Root.Cost, plan.Root.Rows, plan.Budget, stepsOf(nil, plan.Root, 0)}, nil
}

// stepsOf adds a step, and those below it, to a list.
func stepsOf(all []apiStep, n clips.PlanNode, depth int) []apiStep {
	conditions := slices.DeleteFunc([]string{n.IndexCond, n.HashCond, n.MergeCond, n.JoinFilter, n.OneTime, n.Filter},
		func(text string) bool { return text == "" })
	all = append(all, apiStep{depth, n.Kind, n.Cost, n.Rows, n.Table, n.Index, n.Workers, conditions})
	for _, step := range n.Steps {
		all = stepsOf(all, step, depth+1)
	}
	return all
}
