package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Contest is one kind of work, done by us and by a peer.
type Contest struct {
	Name   string  `json:"name"`
	Peer   string  `json:"peer"`
	Goal   float64 `json:"goal"` // of the ratio; 0: the peer is there to compare
	Rounds []Round `json:"rounds"`

	ours, his command
	slow      bool // a few rounds tell enough
}

// Round is one of us and one of the peer, one after the other.
type Round struct {
	Ours Usage `json:"ours"`
	Peer Usage `json:"peer"`
}

// slowRounds are the rounds of peers that take many times as long as the others.
const slowRounds = 2

// command is a program to run. A file that it makes is removed after each run.
type command struct {
	line []string
	file string
}

// Ratio is the median of our time to the peer's; least and most are its spread.
func (c Contest) Ratio() (median_, least, most float64) {
	var ratios []float64
	for _, r := range c.Rounds {
		ratios = append(ratios, r.Ours.Seconds/r.Peer.Seconds)
	}
	return median(ratios), slices.Min(ratios), slices.Max(ratios)
}

func (b *bench) contests(ctx context.Context) ([]Contest, error) {
	all := b.pairs()
	for round := range b.Rounds {
		b.say("Round %d of %d …", round+1, b.Rounds)
		for i := range all {
			if all[i].slow && round >= slowRounds {
				continue
			}
			if err := all[i].play(ctx, round); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func (b *bench) pairs() []Contest {
	ours := func(format string) command {
		return command{line: []string{b.Self, "run", "--config", b.config, "--sql", b.SQL, "--format", format}}
	}
	psql := func(sql string) command { return command{line: []string{b.psql, "-XAtq", "-d", b.DSN, "-c", sql}} }
	peer := func(name, file string) command {
		c := command{line: []string{b.Self, "bench", "--peer", name, "--dsn", b.DSN, "--sql", b.SQL}}
		if file != "" {
			c.file = filepath.Join(b.dir, file)
			c.line = append(c.line, "--file", c.file)
		}
		return c
	}
	workbook := command{file: filepath.Join(b.dir, "ours.xlsx")}
	workbook.line = append(ours("xlsx").line, "-o", workbook.file)
	copied := psql(`\copy (` + b.SQL + `) to stdout csv header`)

	all := []Contest{
		{Name: "CSV", Peer: `psql \copy`, Goal: 0.90, ours: ours("csv"), his: copied},
		{Name: "JSON", Peer: "psql json_agg", Goal: 0.30, ours: ours("json"), his: psql("select json_agg(t) from (" + b.SQL + ") t")},
		{Name: "XLSX", Peer: `psql \copy, as CSV`, Goal: 1.4, ours: workbook, his: copied},
	}
	if b.Quick {
		return all
	}
	all = append(all,
		Contest{Name: "XLSX", Peer: "excelize StreamWriter", Goal: 0.13, ours: workbook, his: peer("excelize", "peer.xlsx"), slow: true},
		Contest{Name: "CSV", Peer: "pgx and encoding/csv", ours: ours("csv"), his: peer("encoding-csv", ""), slow: true})
	for _, s := range scripts {
		if line := b.find(s); line != nil {
			all = append(all, Contest{Name: "CSV", Peer: s.name, ours: ours("csv"), his: command{line: line}, slow: true})
		}
	}
	return all
}

// play runs both once. Who begins changes with the round, since the second finds warmer caches.
func (c *Contest) play(ctx context.Context, round int) (err error) {
	var r Round
	turns := []func() error{
		func() (err error) { r.Ours, err = c.ours.run(ctx); return err },
		func() (err error) { r.Peer, err = c.his.run(ctx); return err },
	}
	if round%2 == 1 {
		slices.Reverse(turns)
	}
	for _, turn := range turns {
		if err := turn(); err != nil {
			return fmt.Errorf("%s beside %s: %w", c.Name, c.Peer, err)
		}
	}
	c.Rounds = append(c.Rounds, r)
	return nil
}

func (c command) run(ctx context.Context) (Usage, error) {
	u, err := measure(ctx, c.line)
	if c.file != "" && err == nil {
		info, err := os.Stat(c.file)
		if err != nil {
			return u, err
		}
		u.Bytes = info.Size()
		return u, os.Remove(c.file)
	}
	return u, err
}
