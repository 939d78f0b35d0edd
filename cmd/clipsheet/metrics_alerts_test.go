package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/sources"
)

// rule is one alert of docs/alerts.yml, by the keys of its lines.
type rule map[string]string

var ruleLine = regexp.MustCompile(`^\s+(?:- )?(alert|expr|for|labels|summary|description): (.+)$`)

func rules(t *testing.T) (all []rule) {
	t.Helper()
	text, err := os.ReadFile("../../docs/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		m := ruleLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil {
			continue
		}
		if m[1] == "alert" {
			all = append(all, rule{})
		}
		all[len(all)-1][m[1]] = m[2]
	}
	return all
}

var (
	selected  = regexp.MustCompile(`(clipsheet_[a-z_]+)(?:\{(.*?)\})?`)
	condition = regexp.MustCompile(`([a-z_]+)(=~|!=|=)"(.*?)"`)
	groupedBy = regexp.MustCompile(`by \((.*?)\)`)
	quoted    = regexp.MustCompile(`\$labels\.([a-z_]+)`)
)

// words are the values that labels of short closed lists can have.
func words() map[string][]string {
	all := map[string][]string{
		"ended":   watchdogEnds,
		"level":   {string(clips.LevelWarning), string(clips.LevelFatal)},
		"outcome": {string(clips.RunDone)},
	}
	for _, kind := range runKinds {
		all["outcome"] = append(all["outcome"], string(kind))
	}
	for _, way := range sources.Ways() {
		all["answer"] = append(all["answer"], string(way))
	}
	return all
}

// TestAlertsNameMetricsThereAre: a rule on a metric, a label or a value that is no more never fires, and nobody notices.
func TestAlertsNameMetricsThereAre(t *testing.T) {
	t.Parallel()
	labels, known := map[string][]string{}, words()
	for _, m := range allMetrics(t) {
		labels[m.name] = m.labels
	}
	all := rules(t)
	for _, r := range all {
		var has []string
		for _, s := range selected.FindAllStringSubmatch(r["expr"], -1) {
			name := s[1]
			if labels[name] == nil && strings.HasSuffix(name, "_bucket") {
				name = strings.TrimSuffix(name, "_bucket")
				has = append(has, "le")
			}
			own, ok := labels[name]
			if !ok {
				t.Errorf("%s: there is no metric %s", r["alert"], s[1])
			}
			has = append(has, own...)
			for _, c := range condition.FindAllStringSubmatch(s[2], -1) {
				if !slices.Contains(own, c[1]) {
					t.Errorf("%s: %s has no label %s", r["alert"], name, c[1])
				}
				for value := range strings.SplitSeq(c[3], "|") {
					if list := known[c[1]]; list != nil && !slices.Contains(list, value) {
						t.Errorf("%s: %s of %s is never %q", r["alert"], c[1], name, value)
					}
				}
			}
		}
		if by := groupedBy.FindStringSubmatch(r["expr"]); by != nil {
			groups := strings.Split(by[1], ", ")
			for _, label := range groups {
				if !slices.Contains(has, label) {
					t.Errorf("%s: it groups by %s, which its metrics do not have", r["alert"], label)
				}
			}
			has = groups
		} else {
			has = nil
		}
		for _, q := range quoted.FindAllStringSubmatch(r["summary"]+r["description"], -1) {
			if !slices.Contains(has, q[1]) {
				t.Errorf("%s: it says $labels.%s, which it does not have", r["alert"], q[1])
			}
		}
	}
}

// TestAlertsSayWhatToDo: each has words, a wait, somebody to call, and a line in the manual.
func TestAlertsSayWhatToDo(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/operators.md")
	if err != nil {
		t.Fatal(err)
	}
	all := rules(t)
	if len(all) < 15 {
		t.Fatalf("%d alerts were read", len(all))
	}
	for _, r := range all {
		for _, key := range []string{"expr", "for", "labels", "summary", "description"} {
			if r[key] == "" {
				t.Errorf("%s has no %s", r["alert"], key)
			}
		}
		if !strings.Contains(string(manual), "`"+r["alert"]+"`") {
			t.Errorf("docs/operators.md has no line on %s", r["alert"])
		}
	}
}
