package xlsx

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"

	"clipsheet/clips"
)

// bookWriter is a workbook being written.
type bookWriter struct {
	zip      *partWriter
	book     Book
	progress func(rows, bytes int64)
	skeleton *skeleton
	report   Report
	tabs     names
	tables   names
	fixed    []string       // the names of the tabs of the sheets
	headers  []clips.Header // of the sheets
	cover    string         // the name of its tab
	path     string         // of the cover's part
	spare    []byte         // room for the XML of the next tab
}

func newBookWriter(w io.Writer, book Book, progress func(rows, bytes int64)) (*bookWriter, error) {
	book.Sheets = slices.Clone(book.Sheets) // their digests may come later
	b := &bookWriter{zip: newPartWriter(w), book: book, progress: progress, skeleton: newSkeleton(),
		tabs: names{}, tables: names{}}
	if len(book.Sheets) == 0 {
		return nil, &clips.Error{Kind: clips.KindParameter, Notice: "A workbook needs at least one clip: name one."}
	}
	b.nameTabs()
	if book.Cover == CoverFirst {
		if err := b.addCover(); err != nil {
			return nil, err
		}
	}
	return b, b.opening()
}

// nameTabs settles the names that are asked for before the ones we make up, for what does not fit on a tab.
func (b *bookWriter) nameTabs() {
	if b.book.Cover != NoCover {
		b.cover = b.tabs.take(coverName, numberedTab)
	}
	for _, s := range b.book.Sheets {
		b.fixed = append(b.fixed, b.tabs.take(tabName(s.Name), numberedTab))
	}
}

// opening writes the parts that never change. Programs that look into a file to tell what it is want them in front.
func (b *bookWriter) opening() error {
	if err := b.skeleton.file.Write(io.Discard); err != nil {
		return err
	}
	return errors.Join(b.writePart("_rels/.rels"), b.writePart("xl/theme/theme1.xml"))
}

func (b *bookWriter) writePart(path string) error {
	part, ok := b.skeleton.part(path)
	if !ok {
		return fmt.Errorf("the workbook has no part %s", path)
	}
	return b.zip.write(path, part)
}

// writeSheet writes all rows of a sheet, on as many tabs as they need.
func (b *bookWriter) writeSheet(i int) error {
	s := b.book.Sheets[i]
	h := s.Rows.Header()
	b.headers = append(b.headers, h)
	if len(h.Columns) > mostColumns {
		return &clips.Error{Kind: clips.KindTooLarge, Notice: fmt.Sprintf("The result has %s columns, and Excel has room for %s: "+
			"select fewer.", grouped(int64(len(h.Columns))), grouped(mostColumns))}
	}
	name := s.Name
	if name == "" {
		name = b.fixed[i]
	}
	tableName := b.tables.take(tableName(name), numbered)
	t, err := b.newTab(i, b.fixed[i], tableName, h, 0)
	if err != nil {
		return err
	}
	defer func() { t.abandon() }()
	for done := int64(0); s.Rows.Next(); {
		if t.tab.Rows == t.most {
			if err := t.end(); err != nil {
				return err
			}
			done += t.tab.Rows
			if t, err = b.newTab(i, b.tabs.take(b.fixed[i], numberedTab), b.tables.take(tableName, numbered), h, done); err != nil {
				return err
			}
		}
		row := s.Rows.Row()
		for _, v := range row {
			b.report.Bytes += int64(len(v))
		}
		if err := t.row(row); err != nil {
			return err
		}
	}
	if err := s.Rows.Err(); err != nil {
		return err
	}
	if whole, ok := s.Rows.(digested); ok {
		b.book.Sheets[i].About.Digest = whole.Digest()
	}
	return t.end()
}

// digested are rows that know their digest once they were read: who writes them while they arrive cannot say it before.
type digested interface{ Digest() string }

// told tells the progress.
func (b *bookWriter) told(t *tab) { b.progress(b.report.Rows+t.tab.Rows, b.report.Bytes) }

// finish writes the cover, now that all is known, and what remains.
func (b *bookWriter) finish() error {
	if b.book.Cover == CoverLast {
		if err := b.addCover(); err != nil {
			return err
		}
	}
	if b.cover != "" {
		if err := b.writeCover(); err != nil {
			return err
		}
	}
	if err := b.open(); err != nil {
		return err
	}
	if err := b.skeleton.styles.err; err != nil {
		return err
	}
	if err := b.skeleton.file.Write(io.Discard); err != nil {
		return err
	}
	b.skeleton.orderFonts()
	b.skeleton.properties(b.book, b.asOf())
	b.skeleton.emptyString()
	for _, path := range b.skeleton.paths() {
		if b.zip.has[path] {
			continue
		}
		if err := b.writePart(path); err != nil {
			return err
		}
	}
	return b.zip.close()
}

// open settles which tab people see first, and that formulas are calculated when they do.
func (b *bookWriter) open() error {
	first := 0
	if b.book.Cover == CoverFirst && len(b.book.Sheets) == 1 {
		first = 1
	}
	b.skeleton.file.SetActiveSheet(first)
	calculate := true
	return b.skeleton.file.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &calculate})
}

// asOf is the latest moment of the sheets. Nothing in the file depends on when it was written.
func (b *bookWriter) asOf() (latest time.Time) {
	for _, t := range b.report.Tabs {
		if t.AsOf.After(latest) {
			latest = t.AsOf
		}
	}
	return latest
}
