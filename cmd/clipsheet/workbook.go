package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"clipsheet/clips"
	"clipsheet/web"
	"clipsheet/xlsx"
)

// workbook makes the encoder of a clip's result as an Excel workbook: its rows on one tab, and what they are on another.
func workbook(s web.Subject) clips.Encoder {
	return xlsx.NewEncoder(xlsx.Book{
		Title:       s.Clip.Title,
		Description: s.Clip.Description,
		Author:      s.Clip.Owner,
		Cover:       xlsx.CoverLast,
		Sheets:      []xlsx.Sheet{sheet(s)},
	})
}

// sheet is a result as a tab; its rows come later.
func sheet(s web.Subject) xlsx.Sheet {
	return xlsx.Sheet{
		Name:    s.Clip.Title,
		Columns: s.Formats,
		Count:   s.Info.Rows,
		About: xlsx.About{
			Clip:        s.Clip.Slug,
			Title:       s.Clip.Title,
			Description: s.Clip.Description,
			Params:      s.Params,
			Revision:    s.Info.Revision,
			Author:      s.Clip.Revision.Author,
			Digest:      s.Info.Digest,
		},
	}
}

// workbooks are those of the config, as they are served.
type workbooks struct{ *core }

func (w workbooks) Find(ctx context.Context, name string) (clips.Workbook, error) {
	cfg := w.config.Load()
	if declared, ok := cfg.Workbooks[name]; !ok || !declared.isFile() {
		return clips.Workbook{}, clips.ErrNotFound
	}
	return w.find(ctx, cfg, name)
}

func (w workbooks) find(ctx context.Context, cfg *Config, name string) (clips.Workbook, error) {
	declared, book := cfg.Workbooks[name], cfg.workbook(name)
	all, err := w.state.ClipsNamed(ctx, declared.Clips)
	book.Clips = declared.preset(all)
	return book, err
}

// of finds the workbook that a sync brings, if it is one of a workbook.
func (w workbooks) of(ctx context.Context, s clips.Sync) (clips.Workbook, bool, error) {
	cfg := w.config.Load()
	name := cfg.workbookOfSync(s)
	if name == "" {
		return clips.Workbook{}, false, nil
	}
	book, err := w.find(ctx, cfg, name)
	return book, true, err
}

func (w workbooks) List() (all []clips.Workbook) {
	cfg := w.config.Load()
	for _, name := range slices.Sorted(maps.Keys(cfg.Workbooks)) {
		if cfg.Workbooks[name].isFile() {
			all = append(all, cfg.workbook(name))
		}
	}
	return all
}

func (w workbooks) Encode(out io.Writer, b web.Book, rows []clips.Rows) error {
	declared := w.config.Load().Workbooks[b.Workbook.Name]
	if declared.filledInto() != b.Workbook.Template {
		return &clips.Error{Kind: clips.KindConflict, Notice: "The template of this workbook has just changed: ask again."}
	}
	return declared.write(out, b, rows, nil)
}

// write writes the file of several clips: on tabs behind a cover, or in the places of the template.
func (w WorkbookConfig) write(out io.Writer, b web.Book, rows []clips.Rows, progress func(rows, bytes int64)) error {
	book := xlsx.Book{Title: b.Workbook.Title, Description: b.Workbook.Description, Author: b.Workbook.Owner}
	for i, s := range b.Subjects {
		tab := sheet(s)
		tab.Rows = rows[i]
		if b.Workbook.Template != "" {
			tab.Name = w.table(s.Clip.Slug)
		}
		book.Sheets = append(book.Sheets, tab)
	}
	if b.Workbook.Template == "" {
		_, err := xlsx.Write(out, book, progress)
		return err
	}
	_, err := w.template.Fill(out, book, progress)
	if e, ok := errors.AsType[*clips.Error](err); ok && e.Kind == clips.KindParameter {
		return &clips.Error{Kind: clips.KindTarget, Notice: e.Notice, Cause: err} // nothing of the reader's: the template and the clips do not fit
	}
	return err
}
