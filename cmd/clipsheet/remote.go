package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"clipsheet/clips"
)

// serverFlag lets a command work on a running server, over its API, where there is no config.
type serverFlag struct {
	Server string `env:"CLIPSHEET_SERVER" placeholder:"URL" help:"Work on this running server instead of a config, with the key in $$CLIPSHEET_TOKEN."`
}

// remote is a server that runs elsewhere.
type remote struct {
	base string
	key  clips.Token
}

const keyVariable = "CLIPSHEET_TOKEN"

// onServer does work on the server that the flag names.
func (f serverFlag) onServer(work func(*remote) error) error {
	base, err := url.Parse(f.Server)
	if err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Host == "" {
		return usagef("--server is an address such as https://clips.example.com, not %q", f.Server)
	}
	return work(&remote{base: strings.TrimSuffix(f.Server, "/") + "/api/v1", key: clips.Token(os.Getenv(keyVariable))})
}

// open asks for something; the caller closes the body of a good answer. What the server refuses is an error in its words.
func (r *remote) open(ctx context.Context, method, path string, body any) (*http.Response, error) {
	var text bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&text).Encode(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, &text)
	if err != nil {
		return nil, err
	}
	if r.key != "" {
		req.Header.Set("Authorization", "Bearer "+r.key.Reveal())
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	if answer.StatusCode < 300 {
		return answer, nil
	}
	defer answer.Body.Close()
	var said struct{ Error, Message, ID string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&said); err != nil || said.Message == "" {
		return nil, fmt.Errorf("the server answers %s: is %s the address of a Clipsheet?", answer.Status, strings.TrimSuffix(r.base, "/api/v1"))
	}
	switch {
	case answer.StatusCode == http.StatusUnauthorized:
		return nil, usagef("%s (in $%s)", said.Message, keyVariable)
	case answer.StatusCode == http.StatusNotFound:
		return nil, usageError{notThere(said.Message)}
	case answer.StatusCode == http.StatusBadRequest:
		return nil, usagef("%s", said.Message)
	}
	return nil, errors.New(said.Message)
}

// notThere is what a server says of something that it has not, or not for us.
type notThere string

func (n notThere) Error() string { return string(n) }

// call asks for something, and reads what comes back into into; nil reads nothing.
func (r *remote) call(ctx context.Context, method, path string, body, into any) error {
	answer, err := r.open(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if into == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// each reads a list to its end, part by part.
func each[T any](ctx context.Context, r *remote, path string, query url.Values, do func(T) error) error {
	for {
		var page struct {
			Items []T    `json:"items"`
			Next  string `json:"next"`
		}
		if err := r.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return err
		}
		for _, item := range page.Items {
			if err := do(item); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Set("cursor", page.Next)
	}
}

// runRemotely gets a result from a server. What it answers from its cache is as good there as here.
func (c *runCmd) runRemotely(ctx context.Context, std streams, r *remote) error {
	switch {
	case c.Clip == "" || c.SQL != "" || c.SQLFile != "":
		return usagef("a server runs clips alone: name one, and leave out --sql")
	case c.Source != "" || c.TimeZone != "" || c.MaxRows != 0 || c.MaxBytes != 0:
		return usagef("--source, --timezone, --max-rows and --max-bytes are the server's to say: leave them out with --server")
	}
	if c.Explain {
		return c.explainRemotely(ctx, std, r)
	}
	path, err := c.remotePath(ctx, r)
	if err != nil {
		return err
	}
	answer, err := r.open(ctx, http.MethodGet, path+"?"+c.remoteQuery().Encode(), nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if stale := answer.Header.Get("X-Clip-Stale"); stale != "" {
		fmt.Fprintf(std.Err, "clipsheet: not the newest: %s\n", stale)
	}
	return c.into(std, func(w io.Writer) error {
		n, err := io.Copy(w, answer.Body)
		if err == nil && answer.ContentLength >= 0 && n != answer.ContentLength {
			err = io.ErrUnexpectedEOF
		}
		return err
	})
}

// explainRemotely asks a server how it would run a clip of its own.
func (c *runCmd) explainRemotely(ctx context.Context, std streams, r *remote) error {
	var clip struct {
		Source   string
		Revision struct {
			SQL      string        `json:"sql"`
			Params   []clips.Param `json:"params"`
			TimeZone string        `json:"timezone"`
		}
	}
	if err := r.call(ctx, http.MethodGet, "/clips/"+url.PathEscape(c.Clip), nil, &clip); err != nil {
		return err
	}
	if err := knowParams("clip "+c.Clip, clip.Revision.Params, c.Param); err != nil {
		return err
	}
	rev := clip.Revision
	body := map[string]any{"sql": rev.SQL, "params": rev.Params, "timezone": rev.TimeZone, "values": c.Param}
	var plan struct {
		Verdict string
		Words   []string
	}
	if err := r.call(ctx, http.MethodPost, "/sources/"+url.PathEscape(clip.Source)+"/explain", body, &plan); err != nil {
		return err
	}
	return c.into(std, func(w io.Writer) error { return printPlan(w, plan.Verdict, plan.Words) })
}

// remotePath is where the result of the clip, or workbook, is.
func (c *runCmd) remotePath(ctx context.Context, r *remote) (string, error) {
	book := false
	err := each(ctx, r, "/workbooks", url.Values{}, func(w struct{ Name string }) error {
		book = book || w.Name == c.Clip
		return nil
	})
	name := url.PathEscape(c.Clip)
	if book {
		return "/workbooks/" + name + "/result.xlsx", err
	}
	return "/clips/" + name + "/result." + url.PathEscape(c.format()), err
}

// remoteQuery says the flags as a feed's address does.
func (c *runCmd) remoteQuery() url.Values {
	q := url.Values{"_fresh": {"1"}}
	for name, value := range c.Param {
		q.Set(name, value)
	}
	for name, value := range map[string]string{"_sep": c.Sep, "_decimal": c.Decimal} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Shape == "table" {
		q.Set("_shape", "table")
	}
	if c.NoHeader {
		q.Set("_header", "0")
	}
	if c.BOM {
		q.Set("_bom", "1")
	}
	if c.Safe {
		q.Set("_safe", "1")
	}
	return q
}

// remoteRun is a run of a sync as a server tells of it.
type remoteRun struct {
	ID       int64           `json:"id"`
	Slot     time.Time       `json:"slot"`
	Asked    string          `json:"asked"`
	State    clips.SyncState `json:"state"`
	EndedAt  *time.Time      `json:"ended_at"`
	Rows     int             `json:"rows"`
	Cells    int             `json:"cells_changed"`
	Verified int             `json:"cells_verified"`
	Message  string          `json:"message"`
	Notes    []string        `json:"notes"`
}

func (r remoteRun) words() string {
	switch {
	case r.Message != "":
		return r.Message
	case r.State == clips.SyncDone:
		return fmt.Sprintf("%s in the target, %s changed, %d read back and right.", count(r.Rows, "row"), count(r.Cells, "cell"), r.Verified)
	}
	return string(r.State)
}

// syncRemotely does with a sync of a server what can be done there.
func (c *syncCmd) syncRemotely(ctx context.Context, std streams, r *remote) error {
	path := "/syncs/" + url.PathEscape(c.Sync)
	switch {
	case c.Forecast:
		return usagef("--forecast runs where the server's config is: leave out --server")
	case c.Sync == "":
		return listRemotely(ctx, std.Out, r)
	case c.Pause:
		return r.call(ctx, http.MethodPost, path+"/pause", nil, nil)
	case c.Resume:
		return r.call(ctx, http.MethodPost, path+"/resume", nil, nil)
	case c.History:
		return historyRemotely(ctx, std.Out, r, path)
	}
	what := "/run"
	switch {
	case c.DryRun:
		return tryRemotely(ctx, std.Out, r, path)
	case c.Undo:
		what = "/undo"
	}
	var run remoteRun
	if err := r.call(ctx, http.MethodPost, path+what, nil, &run); err != nil {
		return err
	}
	run, err := awaitRemotely(ctx, r, path, run.ID)
	if err != nil {
		return err
	}
	if run.State != clips.SyncDone {
		return errors.New(run.words())
	}
	fmt.Fprintln(std.Out, "Done: "+run.words())
	return printNotes(std.Out, clips.Pushed{Notes: run.Notes})
}

// awaitRemotely asks for a run until it has ended.
func awaitRemotely(ctx context.Context, r *remote, path string, id int64) (remoteRun, error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		var found remoteRun
		var page struct {
			Items []remoteRun `json:"items"`
		}
		if err := r.call(ctx, http.MethodGet, path+"/runs?limit=50", nil, &page); err != nil {
			return found, err
		}
		for _, run := range page.Items {
			if run.ID == id {
				found = run
			}
		}
		if found.ID == 0 || found.EndedAt != nil {
			return found, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return found, errors.New("the run goes on at the server: clipsheet sync --history tells how it ends")
		}
	}
}
