package clips

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Workbook is several clips delivered together as one file, each on a tab of its own, all of one moment: what adds up
// at the source adds up across the tabs.
type Workbook struct {
	Name        string // in addresses and on the command line, like a clip's slug
	Title       string
	Description string
	Owner       string
	Template    string // what identifies the file it is filled into: hex SHA-256; empty is none
	Clips       []Clip // with their current revisions, all of one source
}

// OnLag is what its readers get while a follower is late: an error, if that is so for any of its clips.
func (w Workbook) OnLag() OnLag {
	for _, c := range w.Clips {
		if c.Revision.OnLag == LagFail {
			return LagFail
		}
	}
	return LagStale
}

// MaxAge is how old its results may be before a reader causes a run: the least its clips allow.
func (w Workbook) MaxAge() time.Duration {
	age := w.Clips[0].Revision.MaxAge
	for _, c := range w.Clips {
		age = min(age, c.Revision.MaxAge)
	}
	return age
}

// Params are the parameters of its clips, in their order. One that several clips have is there once: a value goes to
// every clip that has the name.
func (w Workbook) Params() []Param {
	var all []Param
	for _, c := range w.Clips {
		for _, p := range c.Revision.Params {
			if !slices.ContainsFunc(all, func(q Param) bool { return q.Name == p.Name }) {
				all = append(all, p)
			}
		}
	}
	return all
}

// Bind resolves the parameters of every clip; see the function Bind. zone is where "today" is for a revision.
func (w Workbook) Bind(given map[string]string, now time.Time, zone func(Revision) *time.Location) ([]Bound, error) {
	all := make([]Bound, len(w.Clips))
	for i, c := range w.Clips {
		var err error
		if all[i], err = Bind(c.Revision, given, now, zone(c.Revision)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// WorkbookRequest asks for the results of a workbook's clips, all of one moment.
type WorkbookRequest struct {
	Workbook Workbook
	Bound    []Bound // of each of its clips
	Fresh    bool    // as in Request
}

// Key is equal for requests whose results may stand for each other: the same revisions with the same values.
func (r WorkbookRequest) Key() string {
	h := sha256.New()
	for i, c := range r.Workbook.Clips {
		fmt.Fprintf(h, "%d %d %q\n", c.ID, c.Revision.Number, r.Bound[i].Key)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// IsPlain tells whether all parameters have their defaults.
func (r WorkbookRequest) IsPlain() bool {
	for _, b := range r.Bound {
		if slices.ContainsFunc(b.Params, func(p BoundParam) bool { return p.Given }) {
			return false
		}
	}
	return true
}

// WorkbookAnswer is what serves a WorkbookRequest: the result of each clip, and why they may be older than was asked for.
type WorkbookAnswer struct {
	Infos []SnapshotInfo
	Stale string // as in Answer
}

// WorkbookResult is a set of results that were made together.
type WorkbookResult struct {
	Workbook string // its name
	Key      string // of the request
	IsPlain  bool   // made with the defaults of all parameters, so that it is kept for readers to fall back on
	Infos    []SnapshotInfo
}
