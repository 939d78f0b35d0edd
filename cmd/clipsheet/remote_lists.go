package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"clipsheet/clips"
)

func listRemotely(ctx context.Context, w io.Writer, r *remote) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SYNC\tCLIP\tMODE\tSCHEDULE\tNEXT\tLAST")
	err := each(ctx, r, "/syncs", url.Values{}, func(s struct {
		Name, Clip, Mode, Schedule string
		Paused                     bool
		NextAt                     time.Time  `json:"next_at"`
		Last                       *remoteRun `json:"last_run"`
	}) error {
		last := "never"
		if s.Last != nil {
			last = fmt.Sprintf("%s %s: %s", s.Last.State, s.Last.Slot.Local().Format(minuteForm), s.Last.words())
		}
		next := nextOf(clips.Sync{Paused: s.Paused, NextAt: s.NextAt})
		_, err := fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", s.Name, s.Clip, s.Mode, or(s.Schedule, "by hand"), next, last)
		return err
	})
	if err != nil {
		return err
	}
	return tw.Flush()
}

func historyRemotely(ctx context.Context, w io.Writer, r *remote, path string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "SLOT\tASKED BY\tSTATE\tROWS\tCELLS\tVERIFIED\tNOTE")
	var page struct {
		Items []remoteRun `json:"items"`
	}
	if err := r.call(ctx, http.MethodGet, path+"/runs?limit=50", nil, &page); err != nil {
		return err
	}
	for _, run := range page.Items {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", run.Slot.Local().Format(minuteForm), or(run.Asked, "schedule"), run.State, run.Rows,
			run.Cells, run.Verified, run.Message)
	}
	return tw.Flush()
}

// remoteLink is a link as a server tells of it.
type remoteLink struct {
	ID         int64
	Clip       string
	Workbook   string
	Label      string
	Formats    []string
	Params     map[string]string
	CreatedAt  time.Time `json:"created_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	RevokedAt  time.Time `json:"revoked_at"`
	LastUsedAt time.Time `json:"last_used_at"`
	LastUsedBy string    `json:"last_used_by"`
	Addresses  map[string]string
}

func (l remoteLink) link() clips.Link {
	return clips.Link{ID: l.ID, ClipSlug: l.Clip, Workbook: l.Workbook, Label: l.Label, Formats: l.Formats, Locked: l.Params,
		CreatedAt: l.CreatedAt, ExpiresAt: l.ExpiresAt, RevokedAt: l.RevokedAt, LastUsedAt: l.LastUsedAt, LastUsedBy: l.LastUsedBy}
}

func (c *linkCreate) createRemotely(ctx context.Context, std streams, r *remote) error {
	expires, err := parseExpiry(c.Expires, time.Now())
	if err != nil {
		return err
	}
	said := map[string]any{"clip": c.Clip, "label": c.Label, "formats": c.Format, "params": c.Param}
	if !expires.IsZero() {
		said["expires_at"] = expires
	}
	err = each(ctx, r, "/workbooks", url.Values{}, func(w struct{ Name string }) error {
		if w.Name == c.Clip {
			said["clip"], said["workbook"] = "", c.Clip
		}
		return nil
	})
	if err != nil {
		return err
	}
	var made remoteLink
	if err := r.call(ctx, http.MethodPost, "/links", said, &made); err != nil {
		return err
	}
	return printLink(std.Out, made.Addresses, made.link())
}

func (c *linkList) listRemotely(ctx context.Context, std streams, r *remote) error {
	var all []clips.Link
	err := each(ctx, r, "/links", url.Values{"clip": {c.Clip}}, func(l remoteLink) error {
		all = append(all, l.link())
		return nil
	})
	if err != nil {
		return err
	}
	return printLinks(std, all)
}

func (c *linkRotate) rotateRemotely(ctx context.Context, std streams, r *remote) error {
	var made remoteLink
	said := map[string]float64{"grace_seconds": time.Duration(c.Grace).Seconds()}
	if err := r.call(ctx, http.MethodPost, linkPath(c.ID)+"/rotate", said, &made); err != nil {
		return err
	}
	return printLink(std.Out, made.Addresses, made.link())
}

func linkPath(id int64) string { return "/links/" + strconv.FormatInt(id, 10) }

// printLinks is the table of link list.
func printLinks(std streams, links []clips.Link) error {
	if len(links) == 0 {
		fmt.Fprintln(std.Err, "No links yet. Make one with: clipsheet link create CLIP")
		return nil
	}
	tw := tabwriter.NewWriter(std.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "ID\tOPENS\tLABEL\tSTATE\tFORMATS\tFIXED\tMADE\tLAST USED")
	for _, l := range links {
		fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.ID, l.Name(), or(l.Label, "-"), linkState(l, time.Now()),
			or(strings.Join(l.Formats, ","), allFormats(l)), or(fixed(l.Locked), "-"), l.CreatedAt.Local().Format(time.DateOnly), lastUse(l))
	}
	return tw.Flush()
}

// printLink shows a link that was made just now, and where it opens what.
func printLink(w io.Writer, addresses map[string]string, link clips.Link) error {
	fmt.Fprintf(w, "Link %d to %s", link.ID, link.Name())
	if link.Label != "" {
		fmt.Fprintf(w, " (%s)", link.Label)
	}
	fmt.Fprintln(w, ". Whoever has one of these addresses may read it; they are shown this once.")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, format := range slices.SortedFunc(maps.Keys(addresses), byFormat) {
		fmt.Fprintf(tw, "  %s\t%s\n", format, addresses[format])
	}
	tw.Flush()
	if csv, ok := addresses["csv"]; ok {
		fmt.Fprintf(w, "  In Google Sheets: =IMPORTDATA(%q)\n", csv)
	}
	return nil
}
