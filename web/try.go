package web

import (
	"context"
	"html/template"
	"net/http"
	"time"

	"clipsheet/clips"
)

// Desk is where authors try out SQL, under the policy of every run.
type Desk interface {
	Sources() []string
	// Try runs a query. The caller closes the rows, which ends the query.
	Try(ctx context.Context, source string, q clips.Query) (clips.Rows, error)
	// Explain plans a query, which has to be one that Try would run, and runs nothing.
	Explain(ctx context.Context, source string, q clips.Query) (clips.Plan, error)
	// Tables lists what queries on a source may read.
	Tables(ctx context.Context, source string) ([]clips.Table, error)
}

const (
	triedRows = 100
	triedTime = 2 * time.Minute
)

// triedLimits keep a try small, whatever the source allows a run.
var triedLimits = clips.Limits{Bytes: 32 << 20, Cell: 1 << 20}

// preview is what a try came to.
type preview struct {
	Table   template.HTML
	Rows    int64
	More    bool // the query has more rows than were read
	Took    string
	Columns []clips.Column
}

// try runs a draft, and reads its first rows, keeping how that goes. A most of 0 is for its columns alone.
func (s *site) try(ctx context.Context, d draft, most int64, how *progress) (p preview, err error) {
	rev := d.Clip.Revision
	bound, err := clips.Bind(rev, d.given(), s.Now(), s.zone(rev))
	if err != nil {
		return p, inParams(err)
	}
	ctx, cancel := context.WithTimeout(ctx, triedTime)
	defer cancel()
	query := bound.Query
	query.Limits = triedLimits
	query.Began = func() { how.hasBegun.Store(true) }
	began := time.Now()
	rows, err := s.Desk.Try(ctx, rev.Source, query)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	p.Columns = rows.Header().Columns
	if most == 0 {
		return p, nil
	}
	first := &firstRows{Rows: &countedRows{rows, &how.rows}, left: most}
	if err := how.table.write(first); err != nil {
		return p, err
	}
	p.Table = how.table.whole()
	p.Rows, p.More, p.Took = most-first.left, first.more, took(time.Since(began))
	return p, nil
}

// firstRows are rows up to a number.
type firstRows struct {
	clips.Rows
	left int64
	more bool
}

func (f *firstRows) Next() bool {
	if f.left == 0 {
		f.more = f.Rows.Next()
		return false
	}
	if !f.Rows.Next() {
		return false
	}
	f.left--
	return true
}

// tablesOf lists what queries may read, for the person's browser of the schema.
func (s *site) tablesOf(w http.ResponseWriter, r *http.Request, who clips.Person) {
	source := r.URL.Query().Get("source")
	page := tablesPage{Source: source}
	status := http.StatusOK
	err := badRequest("there is no such source, or you may not read it.")
	if who.May(source) {
		ctx, cancel := context.WithTimeout(r.Context(), triedTime)
		defer cancel()
		page.Tables, err = s.Desk.Tables(ctx, source)
	}
	if err != nil {
		visitOf(r).err = err
		p := problemOf(err, "")
		status, page.Wrong = p.Status, p.Text
	}
	s.show(w, r, who, "tables.html", status, "Tables of "+source, page)
}

// tablesPage is the schema of a source.
type tablesPage struct {
	Source string
	Tables []clips.Table
	Wrong  string
}
