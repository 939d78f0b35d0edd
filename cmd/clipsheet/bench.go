package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/internal/localpg"
)

type benchCmd struct {
	Rows   int64 `default:"1000000" placeholder:"N" help:"Rows of the table. Default: 1000000."`
	Rounds int   `default:"5" placeholder:"N" help:"How often each pair runs, in turns. Default: 5."`
	JSON   bool  `name:"json" help:"Print the figures as JSON."`
}

// Help is shown below the flags.
func (benchCmd) Help() string {
	return `Makes a table on a private Postgres and reads it with Clipsheet and with a well-known tool in turns, each in a process
of its own, to /dev/null. A ratio below 1 means that Clipsheet is faster; ratios are paired by round, so that a busy
machine troubles both alike. docs/performance.md says how to read them.`
}

// contest is one kind of work, done by us and by a peer.
type contest struct {
	Name string   `json:"name"`
	Peer string   `json:"peer"`
	ours []string // the command lines
	his  []string

	Rounds []benchRound `json:"rounds"`
}

type benchRound struct {
	Ours usage `json:"ours"`
	Peer usage `json:"peer"`
}

// usage is what a process took.
type usage struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	Memory  int64   `json:"peak_memory_bytes"`
}

//go:embed bench.sql
var benchSQL string

func (c *benchCmd) Run(ctx context.Context, std streams) error {
	if c.Rows < 1 || c.Rounds < 1 {
		return usagef("--rows and --rounds count from 1")
	}
	dir, err := os.MkdirTemp("", "clipsheet-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // an unprivileged Postgres passes through it
		return err
	}
	fmt.Fprintf(std.Err, "Loading %d rows …\n", c.Rows)
	server, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(dir, "postgres"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer server.Close()
	if err := c.load(ctx, server.DSN()); err != nil {
		return err
	}
	contests, err := benchContests(dir, server.DSN())
	if err != nil {
		return err
	}
	for round := range c.Rounds {
		fmt.Fprintf(std.Err, "Round %d of %d …\n", round+1, c.Rounds)
		for i := range contests {
			if err := contests[i].play(ctx, round); err != nil {
				return err
			}
		}
	}
	if c.JSON {
		e := json.NewEncoder(std.Out)
		e.SetIndent("", "  ")
		return e.Encode(map[string]any{"rows": c.Rows, "cpus": runtime.NumCPU(), "version": version(), "contests": contests})
	}
	return printBench(std.Out, contests)
}

func (c *benchCmd) load(ctx context.Context, dsn string) error {
	conn, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range []string{fmt.Sprintf(benchSQL, c.Rows), "vacuum analyze bench"} {
		if _, err := conn.Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("load the table: %w", err)
		}
	}
	return nil
}

func benchContests(dir, dsn string) ([]contest, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bin, _, err := localpg.Binaries()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "clipsheet.toml")
	text := fmt.Sprintf("[limits]\nrows = 1_000_000_000\nbytes = \"1TiB\"\n[sources.bench]\ndsn = '''%s'''\nallow_primary = true\n", dsn)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return nil, err
	}
	ours := func(format string) []string {
		return []string{self, "run", "--config", config, "--sql", "select * from bench", "--format", format}
	}
	psql := func(command string) []string {
		return []string{filepath.Join(bin, "psql"), "-XAtq", "-d", dsn, "-c", command}
	}
	return []contest{
		{Name: "CSV", Peer: `psql \copy … csv`, ours: ours("csv"), his: psql(`\copy (select * from bench) to stdout csv header`)},
		{Name: "XLSX", Peer: `psql \copy … csv`, ours: ours("xlsx"), his: psql(`\copy (select * from bench) to stdout csv header`)},
		{Name: "JSON", Peer: "psql json_agg", ours: ours("json"), his: psql("select json_agg(t) from (select * from bench) t")},
	}, nil
}

// play runs both once. Who begins changes with the round, since the second finds warmer caches.
func (c *contest) play(ctx context.Context, round int) (err error) {
	var r benchRound
	turns := []func() error{
		func() (err error) { r.Ours, err = measure(ctx, c.ours); return err },
		func() (err error) { r.Peer, err = measure(ctx, c.his); return err },
	}
	if round%2 == 1 {
		slices.Reverse(turns)
	}
	for _, turn := range turns {
		if err := turn(); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	c.Rounds = append(c.Rounds, r)
	return nil
}

func measure(ctx context.Context, command []string) (usage, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return usage{}, err
	}
	defer null.Close()
	cmd.Stdout = null
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	peak := watchMemory(cmd.Process.Pid)
	err = cmd.Wait()
	u := usage{Seconds: time.Since(began).Seconds(), Memory: peak(),
		CPU: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	if err != nil {
		return u, fmt.Errorf("%s: %w: %s", filepath.Base(command[0]), err, said.String())
	}
	return u, nil
}

// watchMemory looks at a process until stop, which gives the most memory it had; 0 where /proc does not tell. What wait
// tells of a child counts the memory of the process it was forked from.
func watchMemory(pid int) (stop func() int64) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		most := int64(0)
		for {
			select {
			case <-tick.C:
				most = max(most, peakMemory(pid))
			case <-done:
				peak <- most
				return
			}
		}
	}()
	return func() int64 { close(done); return <-peak }
}

func peakMemory(pid int) (bytes int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), "VmHWM:")
	fmt.Sscanf(after, "%d kB", &bytes)
	return bytes << 10
}

func printBench(w io.Writer, contests []contest) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "WORK\tPEER\tRATIO\tSPREAD\tOURS\tPEER'S\tCPU\tMEMORY\tPEER'S")
	for _, c := range contests {
		var ratios, ours, his, cpu []float64
		var memory, hisMemory int64
		for _, r := range c.Rounds {
			ratios = append(ratios, r.Ours.Seconds/r.Peer.Seconds)
			ours, his, cpu = append(ours, r.Ours.Seconds), append(his, r.Peer.Seconds), append(cpu, r.Ours.CPU)
			memory, hisMemory = max(memory, r.Ours.Memory), max(hisMemory, r.Peer.Memory)
		}
		fmt.Fprintf(tw, "%s\t%s\t%.2f\t%.2f–%.2f\t%.2f s\t%.2f s\t%.2f s\t%d MB\t%d MB\n", c.Name, c.Peer, median(ratios),
			slices.Min(ratios), slices.Max(ratios), median(ours), median(his), median(cpu), memory>>20, hisMemory>>20)
	}
	return tw.Flush()
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}
