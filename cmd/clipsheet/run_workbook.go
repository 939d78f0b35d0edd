package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"clipsheet/clips"
	"clipsheet/sources"
	"clipsheet/web"
)

// workbookRun is one run of a workbook: its clips in one snapshot, each kept in a file until all are there, since the
// first tabs tell of the last.
type workbookRun struct {
	config *Config
	book   web.Book
	bound  []clips.Bound
	files  []*os.File
	rows   []clips.Rows
	err    io.Writer
}

// runWorkbook runs the clips of a workbook and writes them as one file.
func (c *runCmd) runWorkbook(ctx context.Context, std streams, cfg *Config) error {
	if err := c.checkWorkbook(cfg, std); err != nil {
		return usageError{err}
	}
	w := &workbookRun{config: cfg, book: web.Book{Workbook: cfg.workbook(c.Clip)}, err: std.Err}
	defer w.close()
	source, err := openSource(cfg, w.book.Workbook.Clips[0].Revision.Source)
	if err != nil {
		return err
	}
	zone := func(rev clips.Revision) *time.Location { return zoneOf(ctx, rev, source) }
	if w.bound, err = w.book.Workbook.Bind(c.Param, time.Now(), zone); err != nil {
		return usageError{err}
	}
	for i := range w.bound {
		w.bound[i].Query.Limits = clips.Limits{Rows: c.MaxRows, Bytes: int64(c.MaxBytes)}
	}
	if err := w.read(ctx, source); err != nil {
		return err
	}
	return c.into(std, w.write)
}

func (c *runCmd) checkWorkbook(cfg *Config, std streams) error {
	book := cfg.workbook(c.Clip)
	if format := or(c.Format, strings.TrimPrefix(filepath.Ext(c.Output), ".")); format != "xlsx" && format != "" {
		return fmt.Errorf("a workbook is an .xlsx file, not %s", format)
	}
	if f, ok := std.Out.(*os.File); ok && c.Output == "" && isTerminal(f) {
		return fmt.Errorf("a workbook is nothing for a terminal: name a file with --output, such as -o %s.xlsx", c.Clip)
	}
	if c.Source != "" || c.TimeZone != "" {
		return usagef("--source and --timezone go with --sql; a workbook's clips have their own")
	}
	return knowParams("workbook "+c.Clip, book.Params(), c.Param)
}

// read runs the queries.
func (w *workbookRun) read(ctx context.Context, source *sources.Follower) error {
	var queries []clips.Query
	for _, b := range w.bound {
		queries = append(queries, b.Query)
	}
	err := source.Together(ctx, queries, w.keep)
	if at := len(w.rows); err != nil && at < len(queries) {
		clip := w.book.Workbook.Clips[at]
		return fmt.Errorf("clip %s: %w", clip.Slug, explain(err, clip.Revision.SQL))
	}
	return err
}

// keep keeps the rows of one clip in a file.
func (w *workbookRun) keep(i int, rows clips.Rows) error {
	file, err := os.CreateTemp("", "clipsheet-*")
	if err != nil {
		return err
	}
	w.files = append(w.files, file)
	clip := w.book.Workbook.Clips[i]
	watched := watch(rows, w.err)
	watched.label = fmt.Sprintf("%s (%d of %d)  ", clip.Slug, i+1, len(w.bound))
	defer watched.done()
	info, err := clips.WriteSnapshot(file, watched, nil)
	if err != nil {
		return err
	}
	snapshot, err := clips.OpenSnapshot(file, info.Size)
	if err != nil {
		return err
	}
	w.rows = append(w.rows, snapshot.Rows(0, -1))
	w.book.Subjects = append(w.book.Subjects, web.Subject{Clip: clip, Params: w.bound[i].Params, Info: info, Formats: w.config.formats(clip.Slug)})
	return nil
}

func (w *workbookRun) write(out io.Writer) error {
	written := watch(nil, w.err)
	written.label = "writing  "
	defer written.done()
	return w.config.Workbooks[w.book.Workbook.Name].write(out, w.book, w.rows, written.told)
}

// told shows the count of whoever reads the rows, once in a while.
func (p *progress) told(rows, bytes int64) {
	if p.w == nil {
		return
	}
	p.rows, p.bytes = rows, bytes
	if now := time.Now(); now.After(p.next) {
		p.show()
		p.next = now.Add(200 * time.Millisecond)
	}
}

func (w *workbookRun) close() {
	for _, file := range w.files {
		file.Close()
		os.Remove(file.Name())
	}
}
