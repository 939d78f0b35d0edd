package sources

import (
	"fmt"
	"strconv"

	"clipsheet/clips"
)

// explainPlan stands before a query that the gate has let through: the server plans it and runs nothing.
const explainPlan = "explain (format json) "

// budget refuses a query whose plan costs more than the source allows, before it runs. The cost is the planner's own
// number, in its own unit, for the very values of the parameters.
func (s *session) budget(q clips.Query) error {
	most := s.f.cfg.MaxPlanCost
	if most <= 0 {
		return nil
	}
	plan, err := s.plan(q)
	if err != nil {
		return err
	}
	if root := plan.Root; root.Cost > most {
		return trouble{clips.KindTooLarge,
			fmt.Sprintf("The query was not run: Postgres expects it to cost %s, for %s rows, and source SOURCE allows %s",
				grouped(root.Cost), grouped(root.Rows), grouped(most)),
			"narrow it, or raise sources.SOURCE.max_plan_cost"}.of(s.f.cfg.Name).err(nil)
	}
	return nil
}

// plan asks the server how it would run a query that the gate has let through.
func (s *session) plan(q clips.Query) (clips.Plan, error) {
	ctx, cancel := s.within(s.f.cfg.StatementTimeout)
	defer cancel()
	result := s.conn.ExecParams(ctx, explainPlan+q.SQL, values(q.Args), oids(q.Args), nil, nil).Read()
	if result.Err != nil {
		return clips.Plan{}, s.explainSQL(result.Err, q, len(explainPlan))
	}
	plan, err := clips.ParsePlan(result.Rows[0][0])
	return plan, s.explain(err)
}

// grouped writes a large number for people: 12,345,678.
func grouped(n float64) string {
	digits := strconv.FormatFloat(n, 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
