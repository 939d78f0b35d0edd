package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSearchRanksNamesBeforeTheRestAndBeginningsBeforeTheMiddle(t *testing.T) {
	var all []findable
	add := func(name string, rest ...string) {
		all = append(all, findable{found: found{Name: name}, names: []string{name}, rest: rest})
	}
	add("Costs", "without cashmere", "finance")
	add("Costs by cash account")
	add("Encashed bonds")
	add("Petty payments", "what is paid in cash")
	add("Cash by account", "balances")
	add("Cash")
	add("Ümsätze", "Größe: ÄRGER")
	for query, want := range map[string][]string{
		"cash":          {"Cash", "Cash by account", "Costs by cash account", "Encashed bonds", "Costs", "Petty payments"},
		"CASH":          {"Cash", "Cash by account", "Costs by cash account", "Encashed bonds", "Costs", "Petty payments"},
		"cash by":       {"Cash by account", "Costs by cash account"},
		"account  cash": {"Cash by account", "Costs by cash account"},
		"cash balance":  {"Cash by account"},
		"ash":           {"Encashed bonds", "Cash by account", "Costs by cash account", "Cash", "Petty payments", "Costs"},
		"ümsä ärg":      {"Ümsätze"},
		"cash nothing":  {},
		"%":             {},
	} {
		var got []string
		for _, f := range ranked(all, query) {
			got = append(got, f.Name)
		}
		if query == "ash" { // all of the middle of names, in any order, and then the rest
			slices.Sort(got[:4])
			want = []string{"Cash", "Cash by account", "Costs by cash account", "Encashed bonds", "Costs", "Petty payments"}
		}
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}

func BenchmarkSearchAmongTenThousand(b *testing.B) {
	var all []findable
	for i := range 10_000 {
		name := fmt.Sprintf("Revenue of region %d by month", i)
		all = append(all, findable{found: found{Name: name}, names: []string{name, strings.ReplaceAll(name, " ", "-")},
			rest: []string{"What came in", strings.Repeat("select region, sum(amount) from invoices group by 1 ", 10)}})
	}
	for b.Loop() {
		if n := len(ranked(all, "month 99 invoices")); n != 299 && n == 0 {
			b.Fatal(n)
		}
	}
}
