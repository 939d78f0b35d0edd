package web_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAClipTeachesItsSQL(t *testing.T) {
	w := newWorld(t)
	w.make(overdue("sql", `with open as (
	select id, coalesce(balance, 0) as balance from invoices -- <all> of them
)
select account, sum(balance) filter (where id > 7), sum(1)
from open
left join accounts using (account)
where due < :day and note <> 'group by'
group by 1 having sum(balance) > 0 order by 2 desc limit 10`))
	w.want(w.get("/clips/overdue"), http.StatusOK, `href="/clips/overdue/made"`)
	page := w.get("/clips/overdue/made")
	w.want(page, http.StatusOK, "with open as (", "calls its rows “open”", "<code>coalesce</code>: the first of these that is not empty",
		"from invoices -- &lt;all&gt; of them", "<code>filter</code>", "<pre>left join accounts using (account)</pre>", "Rows without a match stay",
		"where due &lt; :day and note &lt;&gt; &#39;group by&#39;</pre>", "<code>:day</code>: what the reader chooses as “Due before”; usually today",
		"<pre>group by 1</pre>", "has the largest first", "Takes no more rows",
		"All &lt;b&gt;bills&lt;/b&gt;.", "bigint: what it is known by", "Reads all 1.2 million rows of invoices", `href="/clips/new?from=overdue">Make my own from this`)
	if n := strings.Count(page.body, "<code>sum</code>"); n != 1 {
		t.Errorf("a term is explained %d times", n)
	}
	if n := strings.Count(page.body, "Keeps only the rows for which this is true"); n != 1 {
		t.Errorf("%d clauses are a where", n)
	}
}

// Without the follower there is still the SQL; values in the address are those of the plan. What it said a moment ago it
// is not asked again.
func TestALessonNeedsNoFollower(t *testing.T) {
	w := newWorld(t)
	w.want(w.get("/clips/revenue/made"), http.StatusOK, "What each row of the result shows", "The rest cannot be told now", "needs a value")
	w.want(w.get("/clips/revenue/made?limit=3"), http.StatusOK, "Reads all 1.2 million rows")
	w.follow.set(nil, errFollower)
	asked := w.follow.count()
	w.want(w.get("/clips/revenue/made?limit=3"), http.StatusOK, "Reads all 1.2 million rows")
	if n := w.follow.count() - asked; n != 0 {
		t.Errorf("the follower was asked %d times for what it had said", n)
	}
	r := w.get("/clips/revenue/made?limit=4")
	w.want(r, http.StatusOK, "What each row of the result shows", "The follower erp is stopping")
	if strings.Contains(r.body, "10.0.0.7") || strings.Contains(r.body, "secret detail") {
		t.Error("the page says more than the notice")
	}
	w.want(w.get("/clips/nothing/made"), http.StatusNotFound, "No such clip")
}
