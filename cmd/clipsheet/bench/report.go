package bench

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what was measured.
type Report struct {
	Version  string    `json:"version"`
	System   string    `json:"system"`
	CPUs     int       `json:"cpus"`
	At       time.Time `json:"at"`
	Rows     int64     `json:"rows"`
	Table    string    `json:"table,omitempty"`
	SQL      string    `json:"sql"`
	Binary   int64     `json:"binary_bytes"`
	Contests []Contest `json:"contests"`
	Feeds    Feeds     `json:"feeds"`
	Growth   Growth    `json:"growth"`
	Exports  []Export  `json:"exports"`
	Steady   Steady    `json:"steady"`
	Starts   Starts    `json:"starts"`
	Pushes   []Push    `json:"pushes"`
	Missing  []string  `json:"missing,omitempty"` // programs that are not installed, and what was not measured for it
}

// table is a heading and lines, for a terminal or for Markdown.
type lines struct {
	title string
	rows  [][]string // the first is of names
}

func (r Report) tables() []lines {
	return []lines{r.contestTable(), r.coldTable(), r.cachedTable(), r.exportTable(), r.feedTable(), r.pushTable(), r.growthTable("Rows of a result", "µs a row", r.Growth.Rows),
		r.growthTable("Clips, each with a link", "µs a request", r.Growth.Clips)}
}

func (r Report) contestTable() lines {
	t := lines{"Runs, beside a peer", [][]string{{"work", "peer", "ratio", "goal", "spread", "ours", "peer's", "CPU", "memory", "peer's", "file"}}}
	for _, c := range r.Contests {
		ratio, least, most := c.Ratio()
		ours, his := median(c.each(func(r Round) float64 { return r.Ours.Seconds })), median(c.each(func(r Round) float64 { return r.Peer.Seconds }))
		row := []string{c.Name, c.Peer, fmt.Sprintf("%.2f", ratio), goal(c.Goal), fmt.Sprintf("%.2f–%.2f", least, most),
			seconds(ours), seconds(his), seconds(median(c.each(func(r Round) float64 { return r.Ours.CPU }))),
			megabytes(most64(c, func(r Round) int64 { return r.Ours.Memory })), megabytes(most64(c, func(r Round) int64 { return r.Peer.Memory })), "–"}
		if one := c.Rounds[0]; one.Ours.Bytes > 0 && one.Peer.Bytes > 0 {
			row[10] = fmt.Sprintf("%.2f", float64(one.Ours.Bytes)/float64(one.Peer.Bytes))
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (r Report) coldTable() lines {
	t := lines{"A first reader over HTTP, beside psql \\copy", [][]string{{"to", "ratio", "ours", "psql"}}}
	var first, last, peer, firsts, lasts []float64
	for _, c := range r.Feeds.Cold {
		first, last, peer = append(first, c.First), append(last, c.Last), append(peer, c.Peer)
		firsts, lasts = append(firsts, c.First/c.Peer), append(lasts, c.Last/c.Peer)
	}
	t.rows = append(t.rows,
		[]string{"the first byte", fmt.Sprintf("%.2f", median(firsts)), seconds(median(first)), seconds(median(peer))},
		[]string{"the last byte", fmt.Sprintf("%.2f", median(lasts)), seconds(median(last)), seconds(median(peer))})
	return t
}

func (r Report) cachedTable() lines {
	t := lines{"Answers from a result that is there, beside nginx", [][]string{{"answer", "ratio", "goal", "spread", "ours a second", "nginx's", "CPU each", "nginx's", "MB each"}}}
	for _, c := range r.Feeds.Cached {
		ours, his := typical(c.Rounds, func(r CachedRound) Stream { return r.Ours }), typical(c.Rounds, func(r CachedRound) Stream { return r.Nginx })
		row := []string{c.What, "–", goal(c.Goal), "–", fmt.Sprintf("%.0f", ours.PerSecond), "–", fmt.Sprintf("%.0f µs", ours.CPU), "–", fmt.Sprintf("%.1f", float64(ours.Bytes)/1e6)}
		if his.PerSecond > 0 {
			ratio, least, most := c.Ratio()
			row[1], row[3] = fmt.Sprintf("%.2f", ratio), fmt.Sprintf("%.2f–%.2f", least, most)
			row[5], row[7] = fmt.Sprintf("%.0f", his.PerSecond), fmt.Sprintf("%.0f µs", his.CPU)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

func (r Report) growthTable(title, unit string, points []Point) lines {
	t := lines{"Growth: " + strings.ToLower(title), [][]string{{title, unit}}}
	for _, p := range points {
		row := []string{fmt.Sprint(p.N), fmt.Sprintf("%.2f", p.Microseconds)}
		if p.Memory > 0 {
			row = append(row, megabytes(p.Memory))
		}
		t.rows = append(t.rows, row)
	}
	if len(t.rows) > 1 && len(t.rows[1]) > 2 {
		t.rows[0] = append(t.rows[0], "memory")
	}
	return t
}

// Text is the report for a terminal.
func (r Report) Text(w io.Writer) error {
	for _, m := range r.Missing {
		fmt.Fprintf(w, "Not installed: %s\n", m)
	}
	for _, t := range r.tables() {
		if len(t.rows) < 2 {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", t.title)
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for i, row := range t.rows {
			line := strings.Join(row, "\t")
			if i == 0 {
				line = strings.ToUpper(line)
			}
			if strings.TrimSpace(line) != "" {
				fmt.Fprintln(tw, "  "+line)
			}
		}
		if err := tw.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// Markdown is the tables of docs/performance.md.
func (r Report) Markdown(w io.Writer) error {
	fmt.Fprintf(w, "%d rows of %s, %s, %d cores, version %s, %s.\n", r.Rows, cmp.Or(r.Table, "another server"), r.System, r.CPUs, r.Version,
		r.At.Format(time.DateOnly))
	for _, m := range r.Missing {
		fmt.Fprintf(w, "Not installed: %s.\n", m)
	}
	for _, t := range r.tables() {
		if len(t.rows) < 2 {
			continue
		}
		fmt.Fprintf(w, "\n### %s\n", t.title)
		for i, row := range t.rows {
			fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				fmt.Fprintf(w, "|%s\n", strings.Repeat("---|", len(row)))
			}
		}
	}
	return nil
}

func (c Contest) each(value func(Round) float64) []float64 {
	var all []float64
	for _, r := range c.Rounds {
		all = append(all, value(r))
	}
	return all
}

func most64(c Contest, value func(Round) int64) (most int64) {
	for _, r := range c.Rounds {
		most = max(most, value(r))
	}
	return most
}

func goal(g float64) string {
	if g == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", g)
}

func seconds(s float64) string { return fmt.Sprintf("%.2f s", s) }

func megabytes(bytes int64) string { return fmt.Sprintf("%d MB", bytes>>20) }
