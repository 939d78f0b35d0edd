package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"clipsheet/clips"
	"clipsheet/sheets/account"
	"clipsheet/sheets/selftest"
	"clipsheet/web"
)

type checkCmd struct {
	configFlag
	serverFlag
	JSON     bool   `name:"json" help:"Print the findings as JSON."`
	Google   string `xor:"instead" placeholder:"SPREADSHEET" help:"Instead, try on a real spreadsheet what we rely on Google to do: its address, best of an empty one. It takes some minutes, in tabs of its own, which go at the end."`
	ReadData bool   `name:"read-data" xor:"instead" help:"Instead, read every stored result, and compare it with its checksums."`
	Account  string `placeholder:"NAME" help:"The Google account for --google; may be left out when there is one."`
}

// Help is shown below the flags.
func (checkCmd) Help() string {
	return "Exits with 1 when anything is wrong, with 2 when the config is.\n\n" +
		"With --server it tells what a running server knows: of its sources, accounts and syncs."
}

func (c *checkCmd) Run(ctx context.Context, std streams) error {
	findings, code := []clips.Finding(nil), error(nil)
	switch {
	case c.Server != "" && (c.Google != "" || c.ReadData):
		return usagef("--google and --read-data work where the server's config is: leave out --server")
	case c.Server != "":
		code = c.onServer(func(r *remote) (err error) {
			findings, err = checkRemotely(ctx, r)
			return err
		})
		if code == nil && !allWell(findings) {
			code = errSilent
		} else if code != nil {
			return code
		}
	case c.Google != "":
		findings, code = c.tryGoogle(ctx, std)
	case c.ReadData:
		if findings, code = c.readData(ctx, std); code != nil && !errors.Is(code, errSilent) {
			return code
		}
	default:
		findings, code = examine(ctx, c.Config)
	}
	if c.JSON {
		e := json.NewEncoder(std.Out)
		e.SetIndent("", "  ")
		if err := e.Encode(map[string]any{"ok": code == nil, "findings": findings}); err != nil {
			return err
		}
		return code
	}
	if c.Google == "" {
		printFindings(std.Out, findings)
	} else if code == nil || errors.Is(code, errSilent) {
		printSum(std.Out, findings) // each was shown as it was found
	}
	return code
}

// tryGoogle runs the self-test on a spreadsheet.
func (c *checkCmd) tryGoogle(ctx context.Context, std streams) (findings []clips.Finding, err error) {
	tell := func(f clips.Finding) { printFinding(std.Out, f) }
	if c.JSON {
		tell = nil
	}
	err = withCore(ctx, c.Config, func(k *core) error {
		name, err := k.google.resolve(ctx, c.Account)
		if err != nil {
			return err
		}
		who, err := k.google.identity(ctx, name)
		if err != nil {
			return err
		}
		at := k.config.Load().Google.Endpoints
		findings = selftest.Run(ctx, selftest.Options{Client: who.Client, Email: who.Email, Endpoint: at.Sheets, DriveEndpoint: at.Drive,
			Spreadsheet: clips.SpreadsheetID(c.Google), Tell: tell})
		return nil
	})
	if err == nil && slices.ContainsFunc(findings, func(f clips.Finding) bool { return f.Level == clips.LevelFatal }) {
		err = errSilent
	}
	return findings, err
}

// examineTime bounds a look at everything.
const examineTime = time.Minute

// examine looks at everything in the order in which things depend on each other; the error carries the exit code.
func examine(ctx context.Context, path string) ([]clips.Finding, error) {
	ctx, cancel := context.WithTimeout(ctx, examineTime)
	defer cancel()
	cfg, err := Load(path)
	if err != nil {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "config", Text: err.Error(),
			Cure: "Correct the file; config.example.toml explains every key."}}, silent{usageError{err}}
	}
	all := []clips.Finding{{Level: clips.LevelOK, Subject: "config",
		Text: fmt.Sprintf("%s: %s, %s, %s, %s", cfg.path, count(len(cfg.Sources), "source"), count(len(cfg.Clips), "clip"),
			count(len(cfg.Workbooks), "workbook"), count(len(cfg.Syncs), "sync"))}}
	if len(cfg.Sources) == 0 {
		all = append(all, clips.Finding{Level: clips.LevelWarning, Subject: "config", Text: "there is no source, so nothing can run",
			Cure: "Add [sources.NAME] with the dsn of a follower."})
	}
	if in := cfg.Auth.signIn(); in != nil {
		all = append(all, web.CheckSignIn(ctx, *in, cfg.Server.BaseURL, nil)...)
	}
	st, err := openState(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		all = append(all, clips.Finding{Level: clips.LevelFatal, Subject: "state", Text: err.Error(),
			Cure: "Correct state.dsn, or leave it empty for a private database under server.data_dir."})
	} else {
		defer st.Close()
		all = append(all, checkState(ctx, cfg, st))
		all = append(all, checkGoogle(ctx, cfg, st)...)
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Sources)) {
		all = append(all, checkSource(ctx, cfg, name)...)
	}
	if !allWell(all) {
		return all, errSilent
	}
	return all, nil
}

func allWell(findings []clips.Finding) bool {
	return !slices.ContainsFunc(findings, func(f clips.Finding) bool { return f.Level != clips.LevelOK })
}

func checkState(ctx context.Context, cfg *Config, st *state) clips.Finding {
	where := "at state.dsn"
	if cfg.State.DSN == "" {
		where = "private, under " + cfg.Server.DataDir
	}
	inUse, err := st.Clips(ctx)
	if err != nil {
		return clips.Finding{Level: clips.LevelFatal, Subject: "state", Text: clips.NoticeOf(err), Cure: "Look at the database's own log."}
	}
	return clips.Finding{Level: clips.LevelOK, Subject: "state", Text: fmt.Sprintf("%s; %s in use", where, count(len(inUse), "clip"))}
}

// checkGoogle looks at the accounts and at the last runs of the syncs, where there are any.
func checkGoogle(ctx context.Context, cfg *Config, st *state) []clips.Finding {
	syncs, err := st.Syncs(ctx)
	if err != nil {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "syncs", Text: clips.NoticeOf(err), Cure: "Look at the state database's own log."}}
	}
	if cfg.Google.ClientID == "" && cfg.Google.ServiceAccountFile == "" && len(cfg.Syncs)+len(syncs) == 0 {
		return nil
	}
	g, err := openGoogle(ctx, cfg, st, slog.New(slog.DiscardHandler), nil, newMetrics(prometheus.NewRegistry()))
	if err != nil {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "google", Text: err.Error(), Cure: "See docs/google.md."}}
	}
	defer g.Close()
	return append(checkAccounts(ctx, g, len(cfg.Syncs)), checkSyncs(ctx, st, syncs)...)
}

func checkAccounts(ctx context.Context, g *google, syncs int) []clips.Finding {
	accounts, err := g.List(ctx)
	if err != nil {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "google", Text: clips.NoticeOf(err), Cure: "Look at the state database's own log."}}
	}
	if len(accounts) == 0 && syncs > 0 {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "google", Text: "there are syncs, and no account to write as",
			Cure: "Connect one at the page /accounts, or name a key file in google.service_account_file."}}
	}
	var all []clips.Finding
	for _, a := range accounts {
		f := clips.Finding{Level: clips.LevelOK, Subject: "account " + a.Name, Text: "gets a token from Google"}
		source, err := g.accounts.Source(ctx, a.Name)
		if err == nil {
			_, err = source.TokenContext(ctx)
		}
		if err != nil {
			f.Level, f.Text, f.Cure = clips.LevelFatal, clips.NoticeOf(err), "See docs/google.md."
		} else if warning := account.Warning(a); warning != "" {
			f.Level, f.Text, f.Cure = clips.LevelWarning, warning, "See docs/google.md, step 2b."
		}
		all = append(all, f)
	}
	return all
}

// checkSyncs tells of those whose last run failed.
func checkSyncs(ctx context.Context, st *state, syncs []clips.Sync) []clips.Finding {
	var all []clips.Finding
	for _, s := range syncs {
		runs, err := st.SyncRuns(ctx, s.ID, 1)
		if err != nil {
			return append(all, clips.Finding{Level: clips.LevelFatal, Subject: "syncs", Text: clips.NoticeOf(err), Cure: "Look at the state database's own log."})
		}
		if len(runs) > 0 && runs[0].State == clips.SyncFailed {
			all = append(all, clips.Finding{Level: clips.LevelWarning, Subject: "sync " + s.Name, Text: "its last run failed: " + runs[0].Notice,
				Cure: "Then: clipsheet sync " + s.Name})
		}
	}
	if len(syncs) > len(all) {
		all = append(all, clips.Finding{Level: clips.LevelOK, Subject: "syncs", Text: count(len(syncs)-len(all), "sync") + " without trouble"})
	}
	return all
}

func checkSource(ctx context.Context, cfg *Config, name string) []clips.Finding {
	source, err := openSource(cfg, name)
	if err != nil {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "source " + name, Text: err.Error(),
			Cure: fmt.Sprintf("Correct sources.%s.dsn.", name)}}
	}
	return source.Check(ctx)
}

func printFindings(w io.Writer, findings []clips.Finding) {
	for _, f := range findings {
		printFinding(w, f)
	}
	printSum(w, findings)
}

var marks = map[clips.Level]string{clips.LevelOK: "ok     ", clips.LevelWarning: "warning", clips.LevelFatal: "FATAL  "}

func printFinding(w io.Writer, f clips.Finding) {
	fmt.Fprintf(w, "%s  %s: %s\n", marks[f.Level], f.Subject, f.Text)
	if f.Cure != "" {
		fmt.Fprintf(w, "         → %s\n", f.Cure)
	}
}

func printSum(w io.Writer, findings []clips.Finding) {
	wrong := 0
	for _, f := range findings {
		if f.Level != clips.LevelOK {
			wrong++
		}
	}
	if wrong == 0 {
		fmt.Fprintln(w, "All is well.")
	} else {
		fmt.Fprintf(w, "%s to look at.\n", count(wrong, "finding"))
	}
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
