package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips/store"
	"clipsheet/web"
)

// told is one metric, as it describes itself.
type told struct {
	name, help string
	labels     []string
}

var described = regexp.MustCompile(`^Desc\{fqName: "(.*?)", help: "(.*?)"(?:, unit: "")?, constLabels: \{\}, variableLabels: \{(.*)\}\}$`)

// allMetrics are those of ours, by name: also those that have counted nothing yet.
func allMetrics(t *testing.T) (all []told) {
	t.Helper()
	r := prometheus.NewRegistry()
	newMetrics(r)
	r.MustRegister(gauges{})
	web.New(web.Options{Store: &store.Store{}, Metrics: r})
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		r.Describe(descs)
	}()
	for d := range descs {
		if m := described.FindStringSubmatch(d.String()); m != nil && strings.HasPrefix(m[1], "clipsheet_") {
			all = append(all, told{m[1], m[2], strings.FieldsFunc(m[3], func(r rune) bool { return r == ',' || r == ' ' })})
		}
	}
	if len(all) < 30 {
		t.Fatalf("%d metrics describe themselves", len(all))
	}
	slices.SortFunc(all, func(a, b told) int { return strings.Compare(a.name, b.name) })
	return all
}

// TestMetricsAreInTheManual holds docs/metrics.md against the metrics; -update writes the table.
func TestMetricsAreInTheManual(t *testing.T) {
	t.Parallel()
	const file, row = "../../docs/metrics.md", "| `clipsheet_"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rest, rows string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, row) {
			rows += line
		} else {
			rest += line
		}
	}
	want := ""
	for _, m := range allMetrics(t) {
		want += fmt.Sprintf("| `%s` | %s | %s |\n", m.name, strings.Join(m.labels, ", "), m.help)
	}
	if rows == want {
		return
	}
	if !*update {
		t.Fatalf("%s does not have the metrics as they are: run this test with -update, and read what changed. It has\n%s\nand should have\n%s", file, rows, want)
	}
	if err := os.WriteFile(file, []byte(rest+want), 0o644); err != nil {
		t.Fatal(err)
	}
}
