package clips

import (
	"fmt"
	"slices"
	"strings"
)

// largeTable is from how many rows on it matters that no index helps.
const largeTable = 10_000

// scan is the sentence of a step that rows come from.
func (w *planWords) scan(n PlanNode, first string) {
	rows := about(n.Rows, "row")
	switch n.Kind {
	case "Seq Scan":
		w.whole(n, first)
	case "Index Scan", "Index Only Scan", "Bitmap Heap Scan":
		w.indexed(n, first)
	case "CTE Scan":
		w.say(first, "takes the result of “%s”: %s%s.", n.CTE, rows, where(n.Filter))
	case "WorkTable Scan":
		w.say(first, "takes the rows that the round before brought%s.", where(n.Filter))
	case "Function Scan":
		w.say(first, "takes %s from the function %s%s.", rows, n.Function, where(n.Filter))
	case "Values Scan":
		w.say(first, "takes %s written in the SQL itself%s.", rows, where(n.Filter))
	case "Sample Scan":
		w.say(first, "reads a sample of %s: %s%s.", n.Table, rows, where(n.Filter))
	case "Foreign Scan":
		w.say(first, "asks another server for %s: %s%s.", namesOf(n), rows, where(n.Filter))
	case "Tid Scan", "Tid Range Scan":
		w.say(first, "fetches %s of %s by their place in it%s.", rows, n.Table, where(n.Filter))
	default:
		w.say(first, "does what Postgres calls %s: %s.", n.Kind, rows)
	}
}

// whole tells of a table that is read from end to end, and why, if that is a pity.
func (w *planWords) whole(n PlanNode, first string) {
	size, known := w.sizes[n.Table]
	all := "the whole of " + named(n)
	if known {
		all = fmt.Sprintf("all %s of %s", amount(float64(size), "row"), named(n))
	}
	switch {
	case n.Filter == "" && known:
		w.say(first, "reads %s.", all)
	case n.Filter == "":
		w.say(first, "reads %s: %s.", all, about(n.Rows, "row"))
	case known && size >= largeTable && n.Rows < float64(size)/5:
		w.say(first, "reads %s, since no index helps to find those%s: %s remain%s.", all, where(n.Filter), about(n.Rows, "row"), singularS(n.Rows))
	default:
		w.say(first, "reads %s and keeps those%s: %s.", all, where(n.Filter), about(n.Rows, "row"))
	}
}

// indexed tells of a table of which an index finds the rows, or gives their order.
func (w *planWords) indexed(n PlanNode, first string) {
	var indexes, conds []string
	n.walk(func(n PlanNode) {
		if n.Index != "" && !slices.Contains(indexes, n.Index) {
			indexes = append(indexes, n.Index)
		}
		if n.IndexCond != "" {
			conds = append(conds, condition(n.IndexCond))
		}
	})
	by := "its index " + listOf(indexes)
	if len(indexes) != 1 {
		by = "its indexes " + listOf(indexes)
	}
	if len(conds) == 0 {
		w.say(first, "reads %s in the order of %s%s: %s.", named(n), by, where(n.Filter), about(n.Rows, "row"))
		return
	}
	keeps := ""
	if n.Filter != "" {
		keeps = ", and keeps those" + where(n.Filter)
	}
	w.say(first, "finds %s of %s by %s, where %s%s.", about(n.Rows, "row"), named(n), by, strings.Join(conds, ", "), keeps)
}

// named is a table, with the name that conditions give it.
func named(n PlanNode) string {
	if n.Alias != "" && n.Alias != n.Table {
		return n.Table + " (" + n.Alias + ")"
	}
	return n.Table
}

// where is a condition as the end of a sentence; nothing, when there is none.
func where(text string) string {
	if text == "" {
		return ""
	}
	return " where " + condition(text)
}
