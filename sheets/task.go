package sheets

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"clipsheet/clips"
)

// task is a push without its rows.
type task struct {
	clips.Push
	target string // of the sync; a snapshot has one for each period
	label  string // of the period, for SyncSnapshot and SyncColumn
	now    time.Time
	part   int  // which of several that are done together
	newer  int  // tabs that the others make in front of its own, should that be new
	width  int  // columns of the result
	large  bool // its cells are not read while its digest is the same
	blind  bool // and it is
}

func newTask(p clips.Push, now time.Time) (task, error) {
	t := task{Push: p, target: p.Sync.Target, now: now, width: len(p.Info.Header.Columns)}
	if p.Sync.Mode != clips.SyncSnapshot && p.Sync.Mode != clips.SyncColumn {
		return t, nil
	}
	zone, err := time.LoadLocation(cmp.Or(p.Sync.TimeZone, p.Sync.Clip.Revision.TimeZone, p.Info.Header.TimeZone, "UTC"))
	if err != nil {
		return t, badSync("Sync %s has a time zone %q that this machine does not know: write one like Europe/Berlin.",
			p.Sync.Name, p.Sync.TimeZone)
	}
	t.label = periodLabel(p.Sync.Period, t.moment().In(zone))
	if p.Sync.Mode == clips.SyncSnapshot {
		t.target += "~" + t.label
	}
	return t, nil
}

// moment says which period a push is for: its slot, also when it comes late; without one, that of the data.
func (t task) moment() time.Time {
	for _, at := range []time.Time{t.Slot, t.Info.Header.AsOf} {
		if !at.IsZero() {
			return at
		}
	}
	return t.now
}

// periodLabel names a period so that names sort as periods do.
func periodLabel(p clips.Period, at time.Time) string {
	switch p {
	case clips.EachDay:
		return at.Format(time.DateOnly)
	case clips.EachWeek:
		year, week := at.ISOWeek()
		return fmt.Sprintf("%d-W%02d", year, week)
	case clips.EachMonth:
		return at.Format("2006-01")
	case clips.EachQuarter:
		return fmt.Sprintf("%d-Q%d", at.Year(), (at.Month()+2)/3)
	case clips.EachYear:
		return at.Format("2006")
	}
	return at.Format("2006-01-02 15.04.05") // a colon would have to be quoted wherever the title is
}

// title is that of the tab, when it has to be found or made for the first time.
func (t task) title() string {
	title := []rune(cmp.Or(strings.TrimSpace(t.Sync.Tab), t.Sync.Clip.Title, t.Sync.Name))
	suffix := ""
	if t.Sync.Mode == clips.SyncSnapshot {
		suffix = " " + t.label
	}
	return string(title[:min(len(title), longestTitle-len(suffix))]) + suffix
}

// key are the columns that identify a row.
func (t task) key() []string {
	if len(t.Sync.Key) > 0 {
		return t.Sync.Key
	}
	return t.Sync.Clip.Revision.Key
}

// small tells whether the first read can bring the cells along: by what there will be, and by what there was last.
func (t task) small() bool {
	rows := max(t.Info.Rows, t.Held)
	return t.Sync.Mode == clips.SyncValue || rows*int64(max(1, t.width)) <= smallTarget
}

// first tells whether the target is likely to be new.
func (t task) first() bool { return t.Fence <= 1 && t.Sync.Mode != clips.SyncSnapshot }

// headed tells whether there is a row of headings.
func (t task) headed() bool { return t.Sync.Mode != clips.SyncValue }

// digestOf is that of what the target shows: the result, and all that decides how it becomes cells. Two pushes with
// the same digest leave the same cells, whatever their as-of.
func (t task) digestOf(zone *time.Location) string {
	h := sha256.New()
	fmt.Fprintf(h, "1\x00%s\x00%s\x00%s\x00%q\x00%s\x00", t.Info.Digest, zone, t.Sync.Mode, t.key(), t.label)
	for _, c := range t.Info.Header.Columns {
		f := t.Formats[c.Name]
		fmt.Fprintf(h, "%q\x00%q\x00", f.Label, f.Format)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// badSync is a sync that is set up in a way that cannot be.
func badSync(format string, a ...any) *clips.Error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(format, a...)}
}
