// Package selftest asks Google itself.
//
// How Clipsheet writes into spreadsheets follows what Google documents and what people have seen Google do. The
// self-test tries each point of that on a real account, once, and says for each whether Google behaves as we rely on.
// It works in tabs of its own, which it removes, whatever happens; nothing else in the spreadsheet is touched.
package selftest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"clipsheet/clips"
)

// Options say where to try, and as whom. Client and Spreadsheet are required.
type Options struct {
	Client *http.Client // carries the account's tokens
	Email  string       // whom people share spreadsheets with; may be empty

	Endpoint      string // of the Sheets API; empty is Google's
	DriveEndpoint string // of the Drive API; empty is Google's

	Spreadsheet string              // the ID of one with some two million cells to spare; an empty one is best
	Tell        func(clips.Finding) // is told of each finding at once; may be nil
}

// Run tries the points one after the other. LevelOK is a point that holds, LevelFatal one where Google behaves otherwise
// than we rely on, and LevelWarning one that cannot be told from here: Cure says how to try it by hand. It takes a few
// minutes, since Google asks for a second between two requests. When ctx ends, it tidies up before it returns.
func Run(ctx context.Context, o Options) []clips.Finding { return run(ctx, o, points) }

func run(ctx context.Context, o Options, points []point) []clips.Finding {
	var all []clips.Finding
	tell := func(f clips.Finding) {
		all = append(all, f)
		if o.Tell != nil {
			o.Tell(f)
		}
	}
	t, err := begin(ctx, o)
	if err != nil {
		tell(o.refused(err))
		return all
	}
	if len(t.earlier) > 0 {
		tell(clips.Finding{Level: clips.LevelWarning, Subject: "google",
			Text: fmt.Sprintf("tabs of an earlier test are there: %q", t.earlier),
			Cure: "Delete them when that test has ended; they are hidden (View, Hidden sheets)."})
	}
	if err := t.knock(ctx); err != nil {
		tell(o.refused(err))
	} else {
		t.tryAll(ctx, points, tell)
	}
	t.tidy(ctx, tell)
	return all
}

// tryAll tidies up after each point, so that the next has room.
func (t *trial) tryAll(ctx context.Context, points []point, tell func(clips.Finding)) {
	for _, p := range points {
		text, err := p.try(ctx, t)
		if ctx.Err() != nil {
			tell(clips.Finding{Level: clips.LevelWarning, Subject: p.subject(),
				Text: "the test was stopped here", Cure: "Run it again."})
			return
		}
		tell(p.finding(text, err))
		_ = t.sweep(ctx) // tidy tries again, and tells
	}
}

// tidy sweeps once more, and tells what it could not remove. Unless somebody stopped the test, it waits until nothing can
// be on its way any more.
func (t *trial) tidy(ctx context.Context, tell func(clips.Finding)) {
	if !t.unclear.IsZero() {
		_ = sleep(ctx, time.Until(t.unclear.Add(callTimeout+pause)))
	}
	if err := t.sweep(ctx); err != nil {
		tell(clips.Finding{Level: clips.LevelWarning, Subject: "google",
			Text: "what the test made could not be removed: " + said(err),
			Cure: fmt.Sprintf("Delete the tabs and files whose names begin with %q; the tabs are hidden (View, Hidden sheets).",
				prefix)})
	}
}
