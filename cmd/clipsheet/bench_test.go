package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"clipsheet/cmd/clipsheet/bench"
)

func TestBenchMeasuresEverything(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "clipsheet")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v: %s", err, out)
	}
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, "bench", "--rows", "8000", "--rounds", "1", "--quick", "--json")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var r bench.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Contests {
		if ratio, _, _ := c.Ratio(); ratio <= 0 || c.Rounds[0].Ours.CPU <= 0 {
			t.Errorf("%s beside %s: %+v", c.Name, c.Peer, c.Rounds)
		}
	}
	var streams []string
	for _, c := range r.Feeds.Cached {
		streams = append(streams, c.What)
		if one := c.Rounds[0].Ours; one.PerSecond <= 0 || (one.Bytes == 0) != (c.What == "not modified") {
			t.Errorf("cached: %+v", c)
		}
	}
	if len(r.Contests) != 3 || !slices.Equal(streams, []string{"1 MB", "1 MB, gzip", "50 MB", "not modified"}) {
		t.Errorf("it measured %d runs and %q", len(r.Contests), streams)
	}
	if f := r.Feeds; len(f.Cold) != 1 || f.Cold[0].Last < f.Cold[0].First || f.CrowdRuns != 1 || f.Start <= 0 {
		t.Errorf("feeds: %+v", f)
	}
	for _, show := range []func() error{func() error { return r.Text(&out) }, func() error { return r.Markdown(&out) }} {
		out.Reset()
		if err := show(); err != nil || !bytes.Contains(out.Bytes(), []byte("psql")) {
			t.Errorf("the report: %v: %s", err, out.String())
		}
	}
}
