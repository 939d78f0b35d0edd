package web

import (
	"slices"

	"clipsheet/clips"
)

// term is a word of SQL with what it means.
type term struct{ Word, Says string }

// meanings are what clauses mean, by the word they begin with.
var meanings = map[string]string{
	"select":            "What each row of the result shows: the columns, between commas. A name after “as” is the heading.",
	"from":              "Where the rows come from. A short name after a table stands for it in the rest.",
	"join":              "Puts to each row the rows of another table that match it. Rows without a match are left out.",
	"left join":         "Puts to each row the rows of another table that match it. Rows without a match stay, with empty cells.",
	"right join":        "Like a left join, but it is the other table whose rows all stay.",
	"full join":         "Puts rows that match side by side. Rows without a match stay, on both sides, with empty cells.",
	"cross join":        "Puts to each row every row of the other: all combinations.",
	"where":             "Keeps only the rows for which this is true.",
	"group by":          "Makes one row of all rows that are alike in these. A number counts the columns of the result.",
	"having":            "Keeps only the groups for which this is true.",
	"window":            "Gives names to sets of rows that are looked at around each row.",
	"order by":          "Sorts the rows of the result. “desc” has the largest first; a number counts the columns of the result.",
	"limit":             "Takes no more rows than this.",
	"offset":            "Leaves out as many rows at the beginning.",
	"fetch":             "Takes no more rows than this.",
	"union":             "Adds the rows of another query below, and drops rows that are there already.",
	"union all":         "Adds the rows of another query below.",
	"intersect":         "Keeps only rows that another query has as well.",
	"intersect all":     "Keeps only rows that another query has as well.",
	"except":            "Takes away the rows that another query has.",
	"except all":        "Takes away the rows that another query has.",
	"values":            "Rows that are written down here, in no table.",
	"table":             "All rows and columns of a table.",
	"natural join":      "Puts to each row the rows of another table that are alike in all columns of the same name.",
	"natural left join": "Like a natural join, but rows without a match stay.",
}

// meaning is one plain sentence for a clause.
func meaning(c clips.Clause) string {
	if c.Word == "with" {
		return "A query of its own, worked out first. The rest calls its rows “" + c.Name + "”, as if it were a table."
	}
	if says, known := meanings[c.Word]; known {
		return says
	}
	return "Belongs to the query as a whole."
}

// glossary are words within clauses that newcomers ask about.
var glossary = []term{
	{"distinct", "rows that are the same are shown once"},
	{"case", "chooses a value by conditions: when … then …, else …"},
	{"coalesce", "the first of these that is not empty"},
	{"nullif", "empty, when the two are the same: 1 / nullif(x, 0) does not fail on zero"},
	{"null", "no value at all; it equals nothing, so one asks with “is null”"},
	{"count", "how many rows of the group have a value"},
	{"sum", "the total of the group"},
	{"avg", "the mean of the group"},
	{"min", "the smallest of the group"},
	{"max", "the largest of the group"},
	{"string_agg", "the texts of the group in one, with something between"},
	{"array_agg", "the values of the group as a list"},
	{"filter", "counts only rows of the group for which this is true"},
	{"over", "looks at other rows beside this one, such as the one before or all so far, and keeps each row"},
	{"partition", "“partition by” begins anew for each of these"},
	{"row_number", "1, 2, 3 … in the order given"},
	{"rank", "the place in the order given; equal ones share it"},
	{"lag", "the value of the row before"},
	{"lead", "the value of the row after"},
	{"date_trunc", "the beginning of the day, week, month … that a moment is in"},
	{"extract", "a part of a moment, such as the year or the hour"},
	{"interval", "a length of time, to add or to take away"},
	{"current_date", "today"},
	{"now", "this moment"},
	{"to_char", "a number or a date written out in a pattern"},
	{"generate_series", "rows counted up, such as all days between two"},
	{"between", "from the one to the other, both included"},
	{"like", "fits a pattern, in which % stands for anything"},
	{"ilike", "fits a pattern, in which % stands for anything; capitals do not matter"},
	{"exists", "there is at least one such row"},
	{"lateral", "may use the row on its left"},
	{"rollup", "groups, and totals of groups"},
	{"round", "rounded to so many digits"},
}

// terms are the glossary and the parameters of a query, without those that were explained already.
type terms struct {
	words  []term
	params []term
}

// termsOf is everything there is to explain in a query with these parameters.
func termsOf(params []clips.Param) *terms {
	t := &terms{words: slices.Clone(glossary)}
	for _, p := range params {
		says := "what the reader chooses"
		if p.Label != "" {
			says += " as “" + p.Label + "”"
		}
		if p.Default != nil {
			says += "; usually " + *p.Default
		}
		t.params = append(t.params, term{":" + p.Name, says})
	}
	return t
}

// in takes the terms that are in a piece of SQL.
func (t *terms) in(sql string) []term {
	words := clips.Words(sql)
	names, _ := clips.ParamNames(sql) // what is wrong with it, whoever runs it will hear
	found := take(&t.words, func(one term) bool { return slices.Contains(words, one.Word) })
	return append(found, take(&t.params, func(one term) bool { return slices.Contains(names, one.Word[1:]) })...)
}

// take moves the terms that are wanted out of those that are left.
func take(left *[]term, wanted func(term) bool) (taken []term) {
	for _, one := range *left {
		if wanted(one) {
			taken = append(taken, one)
		}
	}
	*left = slices.DeleteFunc(*left, wanted)
	return taken
}
