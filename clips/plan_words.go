package clips

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mostSteps is how many sentences of a plan a person reads.
const mostSteps = 40

// Words say what the server means to do, a sentence a step, in the order in which it is done.
func (p Plan) Words() []string {
	w := planWords{sizes: p.Sizes}
	w.tell(p.Root, "")
	if extra := len(w.all) - mostSteps; extra > 0 {
		w.all = append(w.all[:mostSteps], fmt.Sprintf("And %s more.", amount(float64(extra), "step")))
	}
	return w.all
}

// Verdict says what comes out and what it costs, in a few sentences.
func (p Plan) Verdict() string {
	cost := p.Root.Cost
	text := fmt.Sprintf("%s come%s out. Postgres puts the work at %s, where reading one page of a table is 1: ",
		capital(about(p.Root.Rows, "row")), singularS(p.Root.Rows), roundly(cost))
	switch {
	case cost < 10_000:
		text += "that is little, and usually done within a second."
	case cost < 1_000_000:
		text += "that takes a second or a few."
	default:
		text += "that is much, and may take minutes."
	}
	switch {
	case p.Budget > 0 && cost > p.Budget:
		text += fmt.Sprintf(" This source allows %s, so it is not run: narrow it, or ask for less.", roundly(p.Budget))
	case p.Budget > 0:
		text += fmt.Sprintf(" This source allows %s.", roundly(p.Budget))
	}
	return text
}

// planWords tells a plan.
type planWords struct {
	sizes map[string]int64
	all   []string
}

// say adds a sentence; first stands before it.
func (w *planWords) say(first, format string, a ...any) {
	text := fmt.Sprintf(format, a...)
	if first == "" {
		text = capital(text)
	}
	w.all = append(w.all, first+text)
}

// tell tells of what a step needs, of the steps below it, then of the step itself. first begins the first sentence about
// rows that are read, such as "For each of these rows, it ".
func (w *planWords) tell(n PlanNode, first string) {
	var below, beside []PlanNode
	for _, step := range n.Steps {
		switch step.Relationship {
		case "InitPlan":
			w.first(step)
		case "SubPlan":
			beside = append(beside, step)
		default:
			below = append(below, step)
		}
	}
	w.step(n, below, first)
	for _, step := range beside {
		if strings.Contains(n.Filter+n.JoinFilter, "hashed "+step.Subplan) {
			w.tell(step, "To compare with, once, it ")
		} else {
			w.tell(step, "For each row, it ")
		}
	}
}

// first tells of what is worked out before the rest.
func (w *planWords) first(step PlanNode) {
	name, isCTE := strings.CutPrefix(step.Subplan, "CTE ")
	if !isCTE {
		w.tell(step, "For a value that the rest needs, it ")
		return
	}
	w.tell(step, "For “"+name+"”, it ")
}

func (w *planWords) step(n PlanNode, below []PlanNode, first string) {
	switch n.Kind {
	case "Nested Loop":
		w.loop(n, below, first)
		return
	case "Append", "Merge Append":
		if len(below) > 3 {
			w.parts(n, below, first)
			return
		}
	case "Bitmap Heap Scan":
		w.scan(n, first)
		return
	}
	for i, step := range below {
		if i == 0 {
			w.tell(step, first)
		} else {
			w.tell(step, "")
		}
	}
	if len(below) > 0 {
		first = ""
	}
	w.own(n, below, first)
}

// own is the sentence of a step alone, if it is worth one.
func (w *planWords) own(n PlanNode, below []PlanNode, first string) {
	rows := about(n.Rows, "row")
	switch n.Kind {
	case "Hash", "Materialize", "Memoize", "Subquery Scan", "Bitmap Index Scan", "BitmapAnd", "BitmapOr":
		if n.Filter != "" {
			w.say(first, "keeps %s%s.", rows, where(n.Filter))
		}
	case "Hash Join", "Merge Join":
		w.join(n, below, n.HashCond+n.MergeCond, first)
	case "Gather", "Gather Merge":
		w.say(first, "shares the work so far among %s.", processes(n.Workers+1))
	case "Sort", "Incremental Sort":
		w.say(first, "sorts %s by %s.", rows, listOf(n.SortKey))
	case "Limit":
		w.say(first, "stops after %s.", rows)
	case "Aggregate", "Group":
		w.aggregate(n, first)
	case "WindowAgg":
		w.say(first, "works out values from the rows around each one (window functions).")
	case "Unique":
		w.say(first, "drops rows that are like the one before: %s remain%s.", rows, singularS(n.Rows))
	case "SetOp":
		w.say(first, "compares the two results (%s): %s remain%s.", strings.ToUpper(n.Command), rows, singularS(n.Rows))
	case "Append", "Merge Append":
		w.say(first, "puts the results one after the other: %s.", rows)
	case "Recursive Union":
		w.say(first, "repeats that with the rows of each round, until one brings nothing new: %s.", rows)
	case "ProjectSet":
		w.say(first, "makes several rows of one: %s.", rows)
	case "Result":
		w.result(n, below, first)
	default:
		w.scan(n, first)
	}
}

func (w *planWords) result(n PlanNode, below []PlanNode, first string) {
	switch {
	case n.OneTime == "false":
		w.say(first, "reads nothing, since its conditions can never be true.")
	case len(below) == 0:
		w.say(first, "works out %s without reading a table.", about(n.Rows, "row"))
	}
}

func (w *planWords) aggregate(n PlanNode, first string) {
	rows := n.Rows
	switch {
	case n.Partial == "Partial":
		return // the last part tells of it
	case n.Strategy == "Plain":
		w.say(first, "sums it all up in one row.")
	case n.Strategy == "Mixed" || len(n.GroupKey) == 0:
		w.say(first, "groups the rows in several ways: %s%s.", about(rows, "group"), where(n.Filter))
	default:
		w.say(first, "groups the rows by %s: %s%s.", listOf(n.GroupKey), about(rows, "group"), where(n.Filter))
	}
}

// loop is a join that looks for matches row by row.
func (w *planWords) loop(n PlanNode, below []PlanNode, first string) {
	if len(below) != 2 {
		w.say(first, "joins tables row by row: %s.", about(n.Rows, "row"))
		return
	}
	w.tell(below[0], first)
	each := "For each of these " + amount(below[0].Rows, "row") + ", it "
	if below[1].Kind == "Materialize" || below[0].Rows <= 1 {
		each = ""
	}
	w.tell(below[1], each)
	w.join(n, below, n.JoinFilter, "")
}

func (w *planWords) join(n PlanNode, below []PlanNode, on, first string) {
	both := "what it has read"
	if len(below) == 2 {
		both = namesOf(below[0]) + " with " + namesOf(below[1])
	}
	rows := about(n.Rows, "row")
	switch n.JoinType {
	case "Semi", "Right Semi":
		w.say(first, "keeps what has a match, comparing %s%s: %s.", both, where(on), rows)
	case "Anti", "Right Anti":
		w.say(first, "keeps what has no match, comparing %s%s: %s.", both, where(on), rows)
	case "Left", "Right", "Full":
		w.say(first, "joins %s%s, and keeps rows without a match: %s.", both, where(on), rows)
	default:
		w.say(first, "joins %s%s: %s.", both, where(on), rows)
	}
}

// parts are many tables read alike, as the partitions of one are.
func (w *planWords) parts(n PlanNode, below []PlanNode, first string) {
	w.say(first, "reads %s, from %s to %s: %s.", amount(float64(len(below)), "part"), namesOf(below[0]),
		namesOf(below[len(below)-1]), about(n.Rows, "row"))
}

// namesOf lists the tables below a step, as the SQL calls them.
func namesOf(n PlanNode) string {
	var names []string
	n.walk(func(n PlanNode) {
		name := n.Alias
		if name == "" {
			name = n.Table + n.CTE + n.Function
		}
		if strings.HasPrefix(name, "*") { // Postgres made it up
			name = "values"
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	})
	switch {
	case len(names) == 0:
		return "the rows so far"
	case len(names) > 3:
		names = append(names[:2], strconv.Itoa(len(names)-2)+" more")
	}
	return listOf(names)
}
