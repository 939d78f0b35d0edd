package bench

import "fmt"

// feedTable leaves out what was not measured.
func (r Report) feedTable() lines {
	t := lines{"The service", [][]string{{"", ""}}}
	add := func(measured bool, what, format string, a ...any) {
		if measured {
			t.rows = append(t.rows, []string{what, fmt.Sprintf(format, a...)})
		}
	}
	f, k, steady := r.Feeds, r.Feeds.Kept, r.Steady
	add(true, "start to the first answer, with a private Postgres", "%s", seconds(f.Start))
	add(r.Starts.Alone > 0, "the same, with a Postgres that runs", "%s", seconds(r.Starts.Alone))
	add(true, "memory, idle", "%s", megabytes(f.Idle))
	add(r.Starts.Thousand > 0, "memory, idle with 1,000 clips", "%s", megabytes(r.Starts.Thousand))
	add(true, "memory, the most of all that is measured here", "%s", megabytes(f.PeakMemory))
	add(true, fmt.Sprintf("%d readers at once of a cold clip of 1 MB", crowd), "%s, %d result for all", seconds(f.Crowd), f.CrowdRuns)
	add(steady.Clips > 0, fmt.Sprintf("%d clips, each asked for and run once a second", steady.Clips), "%.1f ms, the last of a hundred %.1f ms; %.2f cores",
		steady.Median*1e3, steady.Late*1e3, steady.CPU)
	add(k.Rows > 0, fmt.Sprintf("a result of %d rows, kept", k.Rows), "%s", megabytes(k.Bytes))
	add(k.Rows > 0, "reading it", "%s", seconds(k.Read))
	add(k.Rows > 0, "reading and writing it", "%s", seconds(k.Rewrite))
	add(k.Rows > 0, "a hundred rows from its middle", "%.1f ms", k.Page*1e3)
	add(r.Binary > 0, "the binary", "%s", megabytes(r.Binary))
	return t
}

func (r Report) exportTable() lines {
	t := lines{"Memory of exports, above idle", [][]string{{"results of the whole table", "goal", "memory"}}}
	for _, e := range r.Exports {
		most := "–"
		if e.Goal > 0 {
			most = megabytes(e.Goal)
		}
		t.rows = append(t.rows, []string{e.What, most, megabytes(e.Memory)})
	}
	return t
}

func (r Report) pushTable() lines {
	t := lines{"A sync of many rows into a spreadsheet", [][]string{{"rows", "", "reads", "writes", "MB sent", "of a full write", "time", "CPU"}}}
	for _, p := range r.Pushes {
		t.rows = append(t.rows, []string{fmt.Sprint(p.Rows), p.What, fmt.Sprint(p.Reads), fmt.Sprint(p.Writes), fmt.Sprintf("%.2f", float64(p.Bytes)/1e6),
			fmt.Sprintf("%.2f %%", 100*float64(p.Bytes)/float64(r.Pushes[0].Bytes)), seconds(p.Seconds), seconds(p.CPU)})
	}
	return t
}
