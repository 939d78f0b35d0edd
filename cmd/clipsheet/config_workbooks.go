package main

import (
	"errors"
	"maps"
	"slices"

	"clipsheet/clips"
)

// WorkbookConfig is one [workbooks.NAME] table: several clips in one file, all of one moment.
type WorkbookConfig struct {
	Clips       []string          `toml:"clips"`
	Title       string            `toml:"title"`
	Description string            `toml:"description"`
	Owner       string            `toml:"owner"`
	To          string            `toml:"to"`
	Template    string            `toml:"template"`
	Tables      map[string]string `toml:"tables"`
	Params      map[string]any    `toml:"params"`

	template *template // nil without one
}

func (c *Config) checkWorkbooks(at places) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Workbooks)) {
		errs = append(errs, c.checkWorkbook(at, name))
	}
	return errors.Join(errs...)
}

func (c *Config) checkWorkbook(at places, name string) error {
	key, w := "workbooks."+name, c.Workbooks[name]
	if !slugForm.MatchString(name) || len(name) > 100 {
		return at.errorf(key, "%q cannot be in an address: use small letters, digits and single hyphens, such as month-end", name)
	}
	if _, taken := c.Clips[name]; taken {
		return at.errorf(key, "there is a clip %q too, and commands take either by its name: rename one of them", name)
	}
	switch {
	case w.To != "" && w.To != "xlsx" && w.To != "sheets":
		return at.errorf(key+".to", "%q is no form of a workbook: write \"xlsx\", or \"sheets\" when only syncs bring it", w.To)
	case !w.isFile() && w.Template != "":
		return at.errorf(key+".template", "is for files, and to = \"sheets\" makes none: remove one of them")
	}
	if err := c.checkWorkbookClips(at, key, w); err != nil {
		return err
	}
	if err := c.checkWorkbookParams(at, key, w); err != nil {
		return err
	}
	for slug := range w.Tables {
		if w.Template == "" {
			return at.errorf(key+".tables", "names tables of a template: add template = \"FILE.xlsx\"")
		}
		if !slices.Contains(w.Clips, slug) {
			return at.errorf(key+".tables."+slug, "the workbook has no clip %q: add it to clips", slug)
		}
	}
	if w.Template != "" {
		var err error
		if w.template, err = readTemplate(c.beside(w.Template)); err != nil {
			return at.errorf(key+".template", "%s", wordsFor(err))
		}
		if err := w.checkPlaces(); err != nil {
			return at.errorf(key+".template", "%s", clips.NoticeOf(err))
		}
	}
	c.Workbooks[name] = w
	return nil
}

func (c *Config) checkWorkbookClips(at places, key string, w WorkbookConfig) error {
	if len(w.Clips) == 0 {
		return at.errorf(key, "needs clips = [\"…\", \"…\"], in the order of its tabs")
	}
	for i, slug := range w.Clips {
		clip, ok := c.Clips[slug]
		if !ok {
			return c.missingClip(at, key, "clips", slug)
		}
		if slices.Contains(w.Clips[:i], slug) {
			return at.errorf(key+".clips", "names %s twice: remove one", slug)
		}
		if first := c.Clips[w.Clips[0]]; clip.Source != first.Source {
			return at.errorf(key+".clips", "%s reads source %s, and %s reads %s: all clips of a workbook are read in one snapshot, so they have one source",
				w.Clips[0], first.Source, slug, clip.Source)
		}
	}
	return nil
}

func (c *Config) checkWorkbookParams(at places, key string, w WorkbookConfig) error {
	book := c.workbookOf("", w)
	if err := knowParams("the workbook", book.Params(), valuesOf(w.Params)); err != nil {
		return at.errorf(key+".params", "%s", err)
	}
	for _, clip := range book.Clips {
		if err := checkLocked(clip.Revision, valuesOf(w.Params)); err != nil {
			return at.errorf(key+".params", "%s", clips.NoticeOf(err))
		}
	}
	return nil
}

// knowsClips tells whether a workbook has clips, and all of them are there; checkWorkbook says what is wrong.
func (c *Config) knowsClips(workbook string) bool {
	w := c.Workbooks[workbook]
	return len(w.Clips) > 0 && !slices.ContainsFunc(w.Clips, func(slug string) bool { _, ok := c.Clips[slug]; return !ok })
}

// isFile tells whether there is a file of it, rather than only tabs that a sync brings into a spreadsheet.
func (w WorkbookConfig) isFile() bool { return w.To != "sheets" }

// workbookOfSync is the name of the workbook that a sync brings; "" when it brings its clip.
func (c *Config) workbookOfSync(s clips.Sync) string {
	if !s.Declared {
		return ""
	}
	return c.Syncs[s.Name].Workbook
}

// workbook is a workbook of the file. Its clips have the revisions of the file, and no IDs yet.
func (c *Config) workbook(name string) clips.Workbook { return c.workbookOf(name, c.Workbooks[name]) }

func (c *Config) workbookOf(name string, f WorkbookConfig) clips.Workbook {
	w := clips.Workbook{Name: name, Title: or(f.Title, name), Description: f.Description, Owner: f.Owner, Template: f.filledInto()}
	for _, slug := range f.Clips {
		w.Clips = append(w.Clips, c.clip(slug))
	}
	w.Clips = f.preset(w.Clips)
	return w
}

// preset gives clips the workbook's values for their parameters in place of their own defaults. Readers may still give
// others.
func (w WorkbookConfig) preset(all []clips.Clip) []clips.Clip {
	all, values := slices.Clone(all), valuesOf(w.Params)
	for i := range all {
		params := slices.Clone(all[i].Revision.Params)
		for j, p := range params {
			if value, ok := values[p.Name]; ok {
				params[j].Default = &value
			}
		}
		all[i].Revision.Params = params
	}
	return all
}

// table is the name of the template's table, or range, that a clip goes into.
func (w WorkbookConfig) table(slug string) string { return or(w.Tables[slug], slug) }
