package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"

	"clipsheet/clips"
)

type checkCmd struct {
	configFlag
	JSON bool `name:"json" help:"Print the findings as JSON."`
}

// Help is shown below the flags.
func (checkCmd) Help() string {
	return "Exits with 1 when anything is wrong, with 2 when the config is."
}

func (c *checkCmd) Run(ctx context.Context, std streams) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	findings, code := examine(ctx, c.Config)
	if c.JSON {
		e := json.NewEncoder(std.Out)
		e.SetIndent("", "  ")
		if err := e.Encode(map[string]any{"ok": code == nil, "findings": findings}); err != nil {
			return err
		}
		return code
	}
	printFindings(std.Out, findings)
	return code
}

// examine looks at everything in the order in which things depend on each other; the error carries the exit code.
func examine(ctx context.Context, path string) ([]clips.Finding, error) {
	cfg, err := Load(path)
	if err != nil {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "config", Text: err.Error(),
			Cure: "Correct the file; config.example.toml explains every key."}}, silent{usageError{err}}
	}
	all := []clips.Finding{{Level: clips.LevelOK, Subject: "config",
		Text: fmt.Sprintf("%s: %s, %s", cfg.path, count(len(cfg.Sources), "source"), count(len(cfg.Clips), "clip"))}}
	if len(cfg.Sources) == 0 {
		all = append(all, clips.Finding{Level: clips.LevelWarning, Subject: "config", Text: "there is no source, so nothing can run",
			Cure: "Add [sources.NAME] with the dsn of a follower."})
	}
	all = append(all, checkState(ctx, cfg))
	for _, name := range slices.Sorted(maps.Keys(cfg.Sources)) {
		all = append(all, checkSource(ctx, cfg, name)...)
	}
	for _, f := range all {
		if f.Level != clips.LevelOK {
			return all, errSilent
		}
	}
	return all, nil
}

func checkState(ctx context.Context, cfg *Config) clips.Finding {
	st, err := openState(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return clips.Finding{Level: clips.LevelFatal, Subject: "state", Text: err.Error(),
			Cure: "Correct state.dsn, or leave it empty for a private database under server.data_dir."}
	}
	defer st.Close()
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

func checkSource(ctx context.Context, cfg *Config, name string) []clips.Finding {
	source, err := openSource(cfg, name)
	if err != nil {
		return []clips.Finding{{Level: clips.LevelFatal, Subject: "source " + name, Text: err.Error(),
			Cure: fmt.Sprintf("Correct sources.%s.dsn.", name)}}
	}
	return source.Check(ctx)
}

func printFindings(w io.Writer, findings []clips.Finding) {
	marks := map[clips.Level]string{clips.LevelOK: "ok     ", clips.LevelWarning: "warning", clips.LevelFatal: "FATAL  "}
	wrong := 0
	for _, f := range findings {
		fmt.Fprintf(w, "%s  %s: %s\n", marks[f.Level], f.Subject, f.Text)
		if f.Cure != "" {
			fmt.Fprintf(w, "         → %s\n", f.Cure)
		}
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
