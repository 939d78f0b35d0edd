package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"clipsheet/clips"
)

// checkRemotely is what a running server knows: of its sources by its last look at each, of its accounts, and of syncs
// whose last run failed.
func checkRemotely(ctx context.Context, r *remote) (all []clips.Finding, err error) {
	err = each(ctx, r, "/sources", url.Values{}, func(s struct {
		Name, State string
		Findings    []clips.Finding
	}) error {
		if s.State == "unknown" {
			all = append(all, clips.Finding{Level: clips.LevelWarning, Subject: "source " + s.Name, Text: "the server has not looked at it yet",
				Cure: "Wait a minute, and ask again."})
		}
		all = append(all, s.Findings...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	accounts, err := accountsRemotely(ctx, r)
	if err != nil {
		return nil, err
	}
	syncs, err := syncsRemotely(ctx, r)
	return append(append(all, accounts...), syncs...), err
}

func accountsRemotely(ctx context.Context, r *remote) (all []clips.Finding, err error) {
	err = each(ctx, r, "/accounts", url.Values{}, func(a struct {
		Name, Message string
		Works         bool
	}) error {
		f := clips.Finding{Level: clips.LevelOK, Subject: "account " + a.Name, Text: "works, by its last use"}
		if !a.Works {
			f.Level, f.Text, f.Cure = clips.LevelFatal, a.Message, "Connect it again, on the page /accounts."
		}
		all = append(all, f)
		return nil
	})
	if _, none := errors.AsType[notThere](err); none {
		err = nil // it has no Google to connect to
	}
	return all, err
}

func syncsRemotely(ctx context.Context, r *remote) (all []clips.Finding, err error) {
	well := 0
	err = each(ctx, r, "/syncs", url.Values{}, func(s struct {
		Name string
		Last *remoteRun `json:"last_run"`
	}) error {
		if s.Last != nil && s.Last.State == clips.SyncFailed {
			all = append(all, clips.Finding{Level: clips.LevelWarning, Subject: "sync " + s.Name, Text: "its last run failed: " + s.Last.Message,
				Cure: "Then: clipsheet sync " + s.Name})
		} else {
			well++
		}
		return nil
	})
	if well > 0 {
		all = append(all, clips.Finding{Level: clips.LevelOK, Subject: "syncs", Text: count(well, "sync") + " without trouble"})
	}
	return all, err
}

// tryRemotely tells which cells a run at the server would change.
func tryRemotely(ctx context.Context, w io.Writer, r *remote, path string) error {
	var said struct {
		Rows   int64
		Cells  int64 `json:"cells_changed"`
		Sample []clips.CellChange
		Notes  []string
	}
	if err := r.call(ctx, http.MethodPost, path+"/dry-run", nil, &said); err != nil {
		return err
	}
	return printDryRun(w, clips.Pushed{Rows: said.Rows, Cells: said.Cells, Sample: said.Sample, Notes: said.Notes})
}
