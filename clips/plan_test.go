package clips

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// sizesOf are the tables of the plans in testdata, which are of Postgres 15.
var sizesOf = map[string]int64{"postings": 300_000, "entries": 130_281, "payments": 26_193, "invoices": 26_575, "customers": 2100, "countries": 12}

// Each plan in testdata has its words beside it.
func TestPlansInWords(t *testing.T) {
	paths, _ := filepath.Glob("testdata/plans/*.json")
	if len(paths) == 0 {
		t.Fatal("there are no plans")
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ParsePlan(text)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		p.Sizes = sizesOf
		got := []byte(strings.Join(append(p.Words(), p.Verdict()), "\n") + "\n")
		golden := strings.TrimSuffix(path, ".json") + ".txt"
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, _ := os.ReadFile(golden); !bytes.Equal(got, want) {
			t.Errorf("%s says\n%swant\n%s", path, got, want)
		}
	}
}

func TestAPlanOverTheBudget(t *testing.T) {
	p := Plan{Root: PlanNode{Kind: "Seq Scan", Table: "t", Cost: 2_000_000, Rows: 1}, Budget: 1000}
	if got := p.Verdict(); !strings.HasPrefix(got, "One row comes out.") || !strings.Contains(got, "allows 1,000, so it is not run") {
		t.Error(got)
	}
}

func TestConditions(t *testing.T) {
	for text, want := range map[string]string{
		"((amount > '100'::numeric) AND (kind = 'open'::text))":     "(amount > '100') AND (kind = 'open')",
		"(a = '(::x'::character varying(10))":                       "a = '(::x'",
		"((at)::timestamp without time zone >= '2026-01-01'::date)": "at >= '2026-01-01'",
		"(x = ANY ('{1,2}'::integer[]))":                            "x = ANY ('{1,2}')",
		`((s)::"My".kind = 'a'::"My".kind) OR (b)`:                  "(s = 'a') OR b",
		"n::numeric(14,2) > 0":                                      "n > 0",
		"(gross > $0)":                                              "gross > that value",
		"(gross > (InitPlan 1).col1)":                               "gross > the result of a sub-query",
		"(NOT (hashed SubPlan 1))":                                  "NOT the result of a sub-query",
		"(lower((a)) = ANY ((b)))":                                  "lower(a) = ANY (b)",
		"":                                                          "",
		"::":                                                        "",
		"(((":                                                       "(((",
		strings.Repeat("x", 200):                                    strings.Repeat("x", 160) + " …",
	} {
		if got := condition(text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestNumbersAsOneSaysThem(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 0.4: "0", 7.6: "8", 999: "999", 1000: "1,000", 26_575: "26,600", 999_400: "999,000",
		999_900: "1 million", 1_234_567: "1.2 million", 2e6: "2 million", 123_456_789: "123 million", 4.5e10: "45 billion", 1e300: "a great many", -3: "0"} {
		if got := roundly(n); got != want {
			t.Errorf("%v is %s, want %s", n, got, want)
		}
	}
}

// Whatever a server answers, there are words for it, whole sentences of some length.
func FuzzPlanWords(f *testing.F) {
	paths, _ := filepath.Glob("testdata/plans/*.json")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := ParsePlan(text)
		if err != nil {
			return
		}
		if p.Verdict() == "" || len(p.Words()) > mostSteps+1 {
			t.Error("the words are too few or too many")
		}
		for _, sentence := range p.Words() {
			if !strings.HasSuffix(sentence, ".") {
				t.Errorf("%q is no sentence", sentence)
			}
		}
	})
}
