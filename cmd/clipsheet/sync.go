package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"clipsheet/clips"
	clipsync "clipsheet/sync"
)

type syncCmd struct {
	configFlag
	serverFlag
	Sync     string `arg:"" optional:"" help:"The sync to run. Without one: list them, with their last runs."`
	DryRun   bool   `name:"dry-run" xor:"what" help:"Say which cells would change, and change nothing."`
	Undo     bool   `xor:"what" help:"Put back what the cells held before the last run that changed any."`
	Pause    bool   `xor:"what" help:"Stop its schedule."`
	Resume   bool   `xor:"what" help:"Let its schedule go on."`
	History  bool   `xor:"what" help:"Show its last runs."`
	Forecast bool   `xor:"what" help:"Say in which minutes of the next week the schedules exceed Google's quota, and by how much."`
}

// Help is shown below the flags.
func (syncCmd) Help() string {
	return `Examples:
  clipsheet sync
  clipsheet sync revenue-to-board --dry-run
  clipsheet sync revenue-to-board
  clipsheet sync revenue-to-board --undo

One pass runs here and now, also while clipsheet serve runs; the two do not get in each other's way. With --server the
pass is the server's, and so are the others; --forecast alone works only where the config is.`
}

func (c *syncCmd) Run(ctx context.Context, std streams) error {
	if c.Sync == "" && (c.DryRun || c.Undo || c.Pause || c.Resume || c.History) {
		return usagef("say which sync; clipsheet sync lists them")
	}
	if c.Server != "" {
		return c.onServer(func(r *remote) error { return c.syncRemotely(ctx, std, r) })
	}
	return withCore(ctx, c.Config, func(k *core) error {
		if c.Sync == "" {
			return c.all(ctx, std, k)
		}
		if err := c.one(ctx, std, k); errors.Is(err, clips.ErrNotFound) {
			return noSync(k.config.Load(), c.Sync)
		} else {
			return err
		}
	})
}

func (c *syncCmd) all(ctx context.Context, std streams, k *core) error {
	syncs, err := k.state.Syncs(ctx)
	if err != nil {
		return err
	}
	if len(syncs) == 0 {
		fmt.Fprintln(std.Err, "No syncs yet. Add [syncs.NAME] to the config; docs/google.md has the way there.")
		return nil
	}
	if c.Forecast {
		return forecast(ctx, std.Out, k, syncs)
	}
	return listSyncs(ctx, std.Out, k, syncs)
}

func (c *syncCmd) one(ctx context.Context, std streams, k *core) error {
	tell := progressOf(std.Err)
	defer tell.end()
	switch {
	case c.Pause:
		return k.state.PauseSync(ctx, c.Sync)
	case c.Resume:
		return k.state.ResumeSync(ctx, c.Sync)
	case c.History:
		return c.history(ctx, std.Out, k)
	case c.DryRun:
		pushed, err := k.engine.DryRun(ctx, c.Sync, tell.stage)
		tell.end()
		if err != nil {
			return err
		}
		return printDryRun(std.Out, pushed)
	}
	run := k.engine.RunNow
	if c.Undo {
		run = k.engine.Undo
	}
	done, err := run(ctx, c.Sync, tell.stage)
	tell.end()
	if err != nil {
		return err
	}
	return printRun(std.Out, done)
}

func listSyncs(ctx context.Context, w io.Writer, k *core, syncs []clips.Sync) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SYNC\tBRINGS\tMODE\tSCHEDULE\tNEXT\tLAST")
	for _, s := range syncs {
		runs, err := k.state.SyncRuns(ctx, s.ID, 1)
		if err != nil {
			return err
		}
		last := "never"
		if len(runs) > 0 {
			last = lineOfRun(runs[0])
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, or(k.config.Load().workbookOfSync(s), s.Clip.Slug), s.Mode, or(s.Schedule, "by hand"), nextOf(s), last)
	}
	return tw.Flush()
}

const minuteForm = "2006-01-02 15:04"

func nextOf(s clips.Sync) string {
	switch {
	case s.Paused:
		return "paused"
	case s.NextAt.IsZero():
		return "-"
	}
	return s.NextAt.Local().Format(minuteForm)
}

func lineOfRun(r clips.SyncRun) string {
	line := fmt.Sprintf("%s %s", r.State, r.Slot.Local().Format(minuteForm))
	switch {
	case r.Notice != "":
		return line + ": " + r.Notice
	case r.State == clips.SyncDone:
		return line + ", " + count(int(r.Pushed.Cells), "cell") + " changed"
	}
	return line
}

func (c *syncCmd) history(ctx context.Context, w io.Writer, k *core) error {
	s, err := k.state.Sync(ctx, c.Sync)
	if err != nil {
		return err
	}
	runs, err := k.state.SyncRuns(ctx, s.ID, 50)
	if err != nil {
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SLOT\tASKED BY\tSTATE\tROWS\tCELLS\tVERIFIED\tREADS\tWRITES\tBYTES\tQUERY\tPLAN\tWRITE\tVERIFY\tNOTE")
	for _, r := range runs {
		p := r.Pushed
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\n", r.Slot.Local().Format(minuteForm), or(r.Asked, "schedule"), r.State,
			p.Rows, p.Cells, p.Verified, p.Reads, p.Writes, p.Bytes, short(p.Query), short(p.Plan), short(p.Write), short(p.Verify), r.Notice)
	}
	return tw.Flush()
}

func short(d time.Duration) string { return d.Round(time.Millisecond).String() }

func printRun(w io.Writer, r clips.SyncRun) error {
	p := r.Pushed
	fmt.Fprintf(w, "Done: %s in the target, %s changed, %d read back and right. %s and %s of Google's API, %.1f kB sent, %s in all.\n",
		count(int(p.Rows), "row"), count(int(p.Cells), "cell"), p.Verified, count(p.Reads, "read"), count(p.Writes, "write"),
		float64(p.Bytes)/1000, short(p.Query+p.Plan+p.Write+p.Verify))
	return printNotes(w, p)
}

func printDryRun(w io.Writer, p clips.Pushed) error {
	if p.Cells == 0 {
		fmt.Fprintf(w, "Nothing would change: the target holds these %s already.\n", count(int(p.Rows), "row"))
		return printNotes(w, p)
	}
	fmt.Fprintf(w, "%s would change; the target would then hold %s.\n", count(int(p.Cells), "cell"), count(int(p.Rows), "row"))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "TAB\tCELL\tNOW\tTHEN")
	for _, c := range p.Sample {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\n", c.Tab, c.Cell, oneLine(c.Before), oneLine(c.After))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	if more := p.Cells - int64(len(p.Sample)); more > 0 {
		fmt.Fprintf(w, "and %s more.\n", count(int(more), "cell"))
	}
	return printNotes(w, p)
}

// oneLine keeps a cell in its place in a table.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > 40 {
		text = string(r[:40]) + "…"
	}
	return text
}

func printNotes(w io.Writer, p clips.Pushed) error {
	for _, note := range p.Notes {
		if _, err := fmt.Fprintln(w, "Note: "+note); err != nil {
			return err
		}
	}
	return nil
}

// What a run is expected to cost when there is none yet to go by.
const (
	usualReads  = 2
	usualWrites = 1
)

func forecast(ctx context.Context, w io.Writer, k *core, syncs []clips.Sync) error {
	var loads []clipsync.Load
	for _, s := range syncs {
		if s.Schedule == "" || s.Paused {
			continue
		}
		schedule, err := clipsync.ParseSchedule(s.Schedule, s.TimeZone)
		if err != nil {
			return err
		}
		l := clipsync.Load{Sync: s.Name, Account: s.Account, Schedule: schedule, Reads: usualReads, Writes: usualWrites}
		runs, err := k.state.SyncRuns(ctx, s.ID, 20)
		if err != nil {
			return err
		}
		for _, r := range runs {
			l.Reads, l.Writes = max(l.Reads, r.Pushed.Reads), max(l.Writes, r.Pushed.Writes)
		}
		loads = append(loads, l)
	}
	const days = 7
	from := time.Now().Truncate(time.Minute)
	excesses := clipsync.Forecast(loads, from, from.AddDate(0, 0, days))
	if len(excesses) == 0 {
		_, err := fmt.Fprintf(w, "The schedules of %s stay within Google's quota for the next %d days.\n", count(len(loads), "sync"), days)
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "MINUTE\tACCOUNT\tCALLS\tNEED\tLIMIT\tSYNCS")
	for _, e := range excesses {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%s\n", e.Minute.Local().Format(minuteForm), or(e.Account, "(all together)"), e.Calls, e.Need, e.Limit,
			strings.Join(e.Syncs[:min(len(e.Syncs), 5)], ", "))
	}
	fmt.Fprintln(tw, "Runs over the quota wait for the next minutes; spread the schedules to have them on time.")
	return tw.Flush()
}

func noSync(cfg *Config, name string) error {
	var known []string
	for _, s := range cfg.syncs() {
		known = append(known, s.Name)
	}
	switch guess := nearest(name, known); {
	case guess != "":
		return usagef("there is no sync %q; did you mean %s?", name, guess)
	case len(known) == 0:
		return usagef("there is no sync %q: %s declares none", name, cfg.path)
	}
	return usagef("there is no sync %q; there are %s", name, strings.Join(known, ", "))
}

// stages shows what is going on, on a terminal.
type stages struct {
	w     io.Writer // nil when nobody watches
	shown bool
}

func progressOf(w io.Writer) *stages {
	if f, ok := w.(*os.File); ok && isTerminal(f) {
		return &stages{w: w}
	}
	return &stages{}
}

func (s *stages) stage(what string, done, all int64) {
	if s.w == nil {
		return
	}
	s.shown = true
	if all > 0 {
		fmt.Fprintf(s.w, "\r\x1b[K%s: %d of %d", what, done, all)
		return
	}
	fmt.Fprintf(s.w, "\r\x1b[K%s …", what)
}

// end clears the line. It may be repeated.
func (s *stages) end() {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
	s.shown = false
}
