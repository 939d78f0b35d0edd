package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"clipsheet/clips"
	"clipsheet/web"
)

type linkCmd struct {
	Create linkCreate `cmd:"" help:"Make a link that opens one clip or workbook, and print its addresses. They are shown this once."`
	List   linkList   `cmd:"" help:"List the links, with their last use."`
	Rotate linkRotate `cmd:"" help:"Make a new address for a link; the old one goes on for a while."`
	Revoke linkRevoke `cmd:"" help:"End a link now."`
}

type linkCreate struct {
	configFlag
	serverFlag
	Clip    string            `arg:"" help:"The clip, or the workbook, it opens."`
	Label   string            `short:"l" placeholder:"TEXT" help:"What it is for, so that it can be told from others later."`
	Expires string            `placeholder:"WHEN" help:"When it ends: a length of time such as 90d, or a date such as 2027-01-31."`
	Format  []string          `short:"f" placeholder:"FORMAT" help:"Only these formats: xlsx, csv, tsv, json, ndjson, html. Default: all."`
	Param   map[string]string `short:"p" mapsep:"none" placeholder:"NAME=VALUE" help:"Fix a parameter, so that readers cannot change it."`
}

// atCommandLine is whoever works with the state database from here, as the audit log names them.
var atCommandLine = clips.Act{Who: "command line"}

func (c *linkCreate) Run(ctx context.Context, std streams) error {
	if c.Server != "" {
		return c.onServer(func(r *remote) error { return c.createRemotely(ctx, std, r) })
	}
	return withState(ctx, c.Config, std, func(cfg *Config, st *state) error {
		link, err := c.link(ctx, cfg, st)
		if err != nil {
			return err
		}
		token := clips.NewToken()
		if link, err = st.CreateLink(ctx, link, token.Hash(), atCommandLine); err != nil {
			return err
		}
		return printLink(std.Out, addressesOf(cfg, link, token), link)
	})
}

func (c *linkCreate) link(ctx context.Context, cfg *Config, st *state) (l clips.Link, err error) {
	l = clips.Link{Label: c.Label, Formats: c.Format, Locked: c.Param}
	what, opened := "clip "+c.Clip, []clips.Clip(nil)
	if w, ok := cfg.Workbooks[c.Clip]; ok && !w.isFile() {
		return l, usagef("workbook %s has to = \"sheets\", so there is no file to link to; the spreadsheets it is brought into are shared in Google",
			c.Clip)
	} else if ok {
		what, l.Workbook, opened = "workbook "+c.Clip, c.Clip, cfg.workbook(c.Clip).Clips
	} else {
		clip, err := findClip(ctx, cfg, st, c.Clip)
		if err != nil {
			return l, err
		}
		l.ClipID, l.ClipSlug, opened = clip.ID, clip.Slug, []clips.Clip{clip}
	}
	for _, f := range c.Format {
		if !slices.Contains(formatsOf(l), f) {
			return l, usagef("--format %s: a link to %s serves %s", f, what, strings.Join(formatsOf(l), ", "))
		}
	}
	if err := knowParams(what, clips.Workbook{Clips: opened}.Params(), c.Param); err != nil {
		return l, err
	}
	for _, clip := range opened {
		if err := checkLocked(clip.Revision, c.Param); err != nil {
			return l, usageError{err}
		}
	}
	l.ExpiresAt, err = parseExpiry(c.Expires, time.Now())
	return l, err
}

// formatsOf are the formats that a link of its kind can serve.
func formatsOf(l clips.Link) []string {
	if l.Workbook != "" {
		return []string{"xlsx"}
	}
	return web.Formats()
}

// checkLocked tries the fixed values alone: parameters without a default are the reader's to give.
func checkLocked(rev clips.Revision, locked map[string]string) error {
	rev.Params = slices.DeleteFunc(slices.Clone(rev.Params), func(p clips.Param) bool { return locked[p.Name] == "" })
	if len(rev.Params) == 0 {
		return nil
	}
	var mentions []string
	for _, p := range rev.Params {
		mentions = append(mentions, ":"+p.Name)
	}
	rev.SQL = "select " + strings.Join(mentions, ", ")
	_, err := clips.Bind(rev, locked, time.Now(), time.UTC)
	return err
}

func parseExpiry(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		var d time.Duration
		d, err = parseDuration(text)
		at = now.Add(d)
	}
	if err != nil {
		return at, usagef("--expires %q: write a length of time such as 90d, or a date such as 2027-01-31", text)
	}
	if !at.After(now) {
		return at, usagef("--expires %s has passed already", text)
	}
	return at, nil
}

// findClip looks in the state database, and applies the config first when that declares a clip not there yet.
func findClip(ctx context.Context, cfg *Config, st *state, slug string) (clips.Clip, error) {
	clip, err := st.Clip(ctx, slug)
	if _, declared := cfg.Clips[slug]; !errors.Is(err, clips.ErrNotFound) || !declared {
		if errors.Is(err, clips.ErrNotFound) {
			err = noClip(cfg, slug)
		}
		return clip, err
	}
	if _, err := st.Apply(ctx, cfg.declared(), cfg.syncs()...); err != nil {
		return clip, err
	}
	return st.Clip(ctx, slug)
}

// addressesOf are where a link opens what, by format.
func addressesOf(cfg *Config, link clips.Link, token clips.Token) map[string]string {
	all := map[string]string{}
	for _, format := range formatsOf(link) {
		if link.Allows(format) {
			all[format] = feedURL(cfg, token, link.Name(), format)
		}
	}
	return all
}

// byFormat sorts formats as we always show them.
func byFormat(a, b string) int {
	return slices.Index(web.Formats(), a) - slices.Index(web.Formats(), b)
}

func feedURL(cfg *Config, token clips.Token, slug, format string) string {
	return cfg.Server.BaseURL + "/d/" + token.Reveal() + "/" + slug + "." + format
}

type linkList struct {
	configFlag
	serverFlag
	Clip string `arg:"" optional:"" help:"Only the links to this clip or workbook."`
}

func (c *linkList) Run(ctx context.Context, std streams) error {
	if c.Server != "" {
		return c.onServer(func(r *remote) error { return c.listRemotely(ctx, std, r) })
	}
	return withState(ctx, c.Config, std, func(cfg *Config, st *state) error {
		if _, ok := cfg.Workbooks[c.Clip]; c.Clip != "" && !ok {
			if _, err := findClip(ctx, cfg, st, c.Clip); err != nil {
				return err
			}
		}
		links, err := st.Links(ctx, c.Clip)
		if err != nil {
			return err
		}
		return printLinks(std, links)
	})
}

// allFormats are those of a link that has none by name.
func allFormats(l clips.Link) string {
	if l.Workbook != "" {
		return "xlsx"
	}
	return "all"
}

func linkState(l clips.Link, now time.Time) string {
	const day = "2006-01-02 15:04"
	switch {
	case !l.RevokedAt.IsZero() && now.Before(l.RevokedAt):
		return "rotated, until " + l.RevokedAt.Local().Format(day)
	case !l.RevokedAt.IsZero():
		return "revoked"
	case !l.Works(now):
		return "expired"
	case !l.ExpiresAt.IsZero():
		return "until " + l.ExpiresAt.Local().Format(day)
	}
	return "works"
}

func fixed(locked map[string]string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(locked)) {
		all = append(all, name+"="+locked[name])
	}
	return strings.Join(all, " ")
}

func lastUse(l clips.Link) string {
	if l.LastUsedAt.IsZero() {
		return "never"
	}
	return l.LastUsedAt.Local().Format("2006-01-02 15:04") + " by " + or(l.LastUsedBy, "other")
}

type linkRotate struct {
	configFlag
	serverFlag
	ID    int64    `arg:"" help:"The link's number, as link list shows it."`
	Grace Duration `default:"7d" placeholder:"TIME" help:"How long the old address goes on. Default: 7d."`
}

func (c *linkRotate) Run(ctx context.Context, std streams) error {
	if c.Server != "" {
		return c.onServer(func(r *remote) error { return c.rotateRemotely(ctx, std, r) })
	}
	return withState(ctx, c.Config, std, func(cfg *Config, st *state) error {
		token := clips.NewToken()
		link, err := st.RotateLink(ctx, c.ID, token.Hash(), time.Duration(c.Grace), atCommandLine)
		if err != nil {
			return noLink(err, c.ID)
		}
		return printLink(std.Out, addressesOf(cfg, link, token), link)
	})
}

type linkRevoke struct {
	configFlag
	serverFlag
	ID int64 `arg:"" help:"The link's number, as link list shows it."`
}

func (c *linkRevoke) Run(ctx context.Context, std streams) (err error) {
	if c.Server != "" {
		err = c.onServer(func(r *remote) error { return r.call(ctx, http.MethodDelete, linkPath(c.ID), nil, nil) })
	} else {
		err = withState(ctx, c.Config, std, func(_ *Config, st *state) error { return noLink(st.RevokeLink(ctx, c.ID, atCommandLine), c.ID) })
	}
	if err == nil {
		fmt.Fprintf(std.Out, "Link %d opens nothing any more.\n", c.ID)
	}
	return err
}

func noLink(err error, id int64) error {
	if errors.Is(err, clips.ErrNotFound) {
		return usagef("there is no link %d; clipsheet link list shows them", id)
	}
	return err
}

// withState loads the config and opens the state database around one piece of work.
func withState(ctx context.Context, path string, std streams, work func(*Config, *state) error) error {
	cfg, err := Load(path)
	if err != nil {
		return err
	}
	st, err := openState(ctx, cfg, slog.New(slog.NewTextHandler(std.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	return errors.Join(work(cfg, st), st.Close())
}
