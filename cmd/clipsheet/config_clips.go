package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"clipsheet/clips"
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (c *Config) checkClips(at places) error {
	var errs []error
	for _, slug := range slices.Sorted(maps.Keys(c.Clips)) {
		errs = append(errs, c.checkClip(at, slug))
	}
	return errors.Join(errs...)
}

func (c *Config) checkClip(at places, slug string) error {
	key, clip := "clips."+slug, c.Clips[slug]
	if !slugForm.MatchString(slug) || len(slug) > 100 {
		return at.errorf(key, "%q cannot be in an address: use small letters, digits and single hyphens, such as mrr-by-month", slug)
	}
	if clip.Source == "" && len(c.Sources) == 1 {
		for clip.Source = range c.Sources {
		}
	}
	if _, ok := c.Sources[clip.Source]; !ok {
		return c.missingSource(at, key, clip.Source)
	}
	if (clip.SQL == "") == (clip.SQLFile == "") {
		return at.errorf(key, "needs either sql or sql_file, and not both")
	}
	if clip.SQLFile != "" {
		sql, err := os.ReadFile(c.beside(clip.SQLFile))
		if err != nil {
			return at.errorf(key+".sql_file", "%v: a relative path starts at the folder of this file", unplaced(err))
		}
		clip.SQL = string(sql)
	}
	if strings.TrimSpace(clip.SQL) == "" {
		return at.errorf(key, "its SQL is empty")
	}
	if clip.TimeZone != "" {
		if _, err := time.LoadLocation(clip.TimeZone); err != nil {
			return at.errorf(key+".timezone", "%q is no time zone: write one such as \"Europe/Berlin\"", clip.TimeZone)
		}
	}
	if clip.MaxAge != nil && *clip.MaxAge < 0 {
		return at.errorf(key+".max_age", "cannot be negative")
	}
	if clip.MaxLag < 0 {
		return at.errorf(key+".max_lag", "cannot be negative")
	}
	if _, err := clips.ParseOnLag(clip.OnLag); err != nil {
		return at.errorf(key+".on_lag", "%s", clips.NoticeOf(err))
	}
	if _, err := clips.ParseVisibility(clip.Visibility); err != nil {
		return at.errorf(key+".visibility", "%s", clips.NoticeOf(err))
	}
	for name, column := range clip.Columns {
		if err := column.format().Check(); err != nil {
			return at.errorf(key+".columns."+name, "%s", clips.NoticeOf(err))
		}
	}
	clip.order = at.order(key + ".params")
	c.Clips[slug] = clip
	if err := clips.CheckParams(c.clip(slug).Revision); err != nil {
		return at.errorf(paramPlace(at, key, err), "%s", clips.NoticeOf(err))
	}
	return nil
}

// unplaced is what is wrong with a file, without its path: the config has that as it was written.
func unplaced(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

func (c *Config) missingSource(at places, key, name string) error {
	if len(c.Sources) == 0 {
		return at.errorf(key, "there is no source to run it on: add [sources.NAME] with a dsn")
	}
	known := slices.Sorted(maps.Keys(c.Sources))
	if name == "" {
		return at.errorf(key, "needs a source; there are %s", strings.Join(known, ", "))
	}
	return at.errorf(key+".source", "there is no source %q; there are %s", name, strings.Join(known, ", "))
}

// paramPlace finds the line of the parameter an error speaks of, else that of the clip.
func paramPlace(at places, key string, err error) string {
	for place := range at.at {
		if name, ok := strings.CutPrefix(place, key+".params."); ok && !strings.Contains(name, ".") {
			if strings.Contains(err.Error(), name) {
				return place
			}
		}
	}
	return key
}

// declared are the clips of the file, ready for the store.
func (c *Config) declared() []clips.Clip {
	var all []clips.Clip
	for _, slug := range slices.Sorted(maps.Keys(c.Clips)) {
		all = append(all, c.clip(slug))
	}
	return all
}

func (c *Config) clip(slug string) clips.Clip {
	f := c.Clips[slug]
	maxAge := clips.DefaultMaxAge
	if f.MaxAge != nil {
		maxAge = time.Duration(*f.MaxAge)
	}
	return clips.Clip{
		Slug:        slug,
		Title:       or(f.Title, slug),
		Description: f.Description,
		Owner:       f.Owner,
		Tags:        f.Tags,
		Visibility:  clips.Visibility(f.Visibility),
		Declared:    true,
		Revision: clips.Revision{
			Source:   f.Source,
			SQL:      f.SQL,
			Params:   f.params(),
			TimeZone: f.TimeZone,
			MaxAge:   maxAge,
			MaxLag:   time.Duration(f.MaxLag),
			OnLag:    clips.OnLag(f.OnLag),
			Key:      f.Key,
			Author:   "config",
		},
	}
}

func (c ColumnConfig) format() clips.ColumnFormat {
	return clips.ColumnFormat{Label: c.Label, Format: c.Format, Width: c.Width, Hidden: c.Hidden, Total: clips.Total(c.Total)}
}

// formats are how the columns of a clip look, by their names.
func (c *Config) formats(slug string) map[string]clips.ColumnFormat {
	all := map[string]clips.ColumnFormat{}
	for name, column := range c.Clips[slug].Columns {
		all[name] = column.format()
	}
	return all
}

// params come in the order of the file, in which people are to be asked for them.
func (f ClipConfig) params() []clips.Param {
	var all []clips.Param
	names := slices.SortedFunc(maps.Keys(f.Params), func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(f.order, a), slices.Index(f.order, b)), cmp.Compare(a, b))
	})
	for _, name := range names {
		p := f.Params[name]
		param := clips.Param{Name: name, Type: clips.ParamType(or(p.Type, "text")), Choices: p.Choices, Label: p.Label}
		if p.Default != nil {
			text := fmt.Sprint(p.Default)
			param.Default = &text
		}
		all = append(all, param)
	}
	return all
}
