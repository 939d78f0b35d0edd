package clips

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Plan is how a server means to run a query, of which it has run nothing. Costs and rows are its estimates.
type Plan struct {
	Root   PlanNode
	Sizes  map[string]int64 // of tables in it, in rows, where the server knows them
	Budget float64          // the cost the source allows; 0 is no limit
}

// PlanNode is a step of a plan, as EXPLAIN (FORMAT JSON) has it. It takes rows from the steps below it.
type PlanNode struct {
	Kind         string  `json:"Node Type"`
	Cost         float64 `json:"Total Cost"`
	Rows         float64 `json:"Plan Rows"` // that come out of it, of all processes that share it
	Workers      float64 `json:"Workers Planned"`
	Parallel     bool    `json:"Parallel Aware"`
	Relationship string  `json:"Parent Relationship"`
	Subplan      string  `json:"Subplan Name"`

	Table    string `json:"Relation Name"`
	Alias    string `json:"Alias"`
	Index    string `json:"Index Name"`
	Function string `json:"Function Name"`
	CTE      string `json:"CTE Name"`

	IndexCond  string `json:"Index Cond"`
	Filter     string `json:"Filter"`
	HashCond   string `json:"Hash Cond"`
	MergeCond  string `json:"Merge Cond"`
	JoinFilter string `json:"Join Filter"`
	JoinType   string `json:"Join Type"`
	OneTime    string `json:"One-Time Filter"`

	Strategy string   `json:"Strategy"`
	Partial  string   `json:"Partial Mode"`
	Command  string   `json:"Command"`
	GroupKey []string `json:"Group Key"`
	SortKey  []string `json:"Sort Key"`

	Steps []PlanNode `json:"Plans"`
}

// ParsePlan reads what EXPLAIN (FORMAT JSON) answers.
func ParsePlan(text []byte) (Plan, error) {
	var plans []struct{ Plan PlanNode }
	if err := json.Unmarshal(text, &plans); err != nil {
		return Plan{}, fmt.Errorf("read the plan: %w", err)
	}
	if len(plans) == 0 {
		return Plan{}, errors.New("read the plan: there is none")
	}
	p := Plan{Root: plans[0].Plan}
	p.Root.addUp(1)
	return p, nil
}

// leaderIdle is what of its time the process that gathers rows has no hand free to make some, for each of the others.
const leaderIdle = 0.3

// addUp makes the rows of steps that several processes share those of all, where Postgres says what one yields. by is
// how many there are. It tells whether this step is one that they share.
func (n *PlanNode) addUp(by float64) (shared bool) {
	within := by
	isGather := n.Kind == "Gather" || n.Kind == "Gather Merge"
	if isGather {
		within = max(1, n.Workers+max(0, 1-leaderIdle*n.Workers))
	}
	shared = n.Parallel
	for i := range n.Steps {
		step := &n.Steps[i]
		if step.addUp(within) && step.Relationship != "InitPlan" && step.Relationship != "SubPlan" {
			shared = true
		}
	}
	if shared = shared && !isGather; shared {
		n.Rows *= by
	}
	return shared
}

// Tables are the names of the tables that the plan reads.
func (p Plan) Tables() []string {
	var all []string
	p.Root.walk(func(n PlanNode) {
		if n.Table != "" {
			all = append(all, n.Table)
		}
	})
	return all
}

func (n PlanNode) walk(visit func(PlanNode)) {
	visit(n)
	for _, step := range n.Steps {
		step.walk(visit)
	}
}
