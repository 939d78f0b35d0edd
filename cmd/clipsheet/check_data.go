package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"clipsheet/clips"
	"clipsheet/clips/store"
)

// readData reads every stored result through, and compares it with its checksums and its digest.
func (c *checkCmd) readData(ctx context.Context, std streams) (findings []clips.Finding, err error) {
	tell := progressOf(std.Err)
	defer tell.end()
	err = withState(ctx, c.Config, streams{Out: std.Out, Err: io.Discard}, func(_ *Config, st *state) error {
		whole, last := 0, int64(0)
		for {
			some, err := st.StoredAfter(ctx, last, 100)
			if err != nil {
				return err
			}
			if len(some) == 0 {
				break
			}
			for _, kept := range some {
				last = kept.ID
				tell.stage("reading stored results", int64(whole+len(findings)), 0)
				switch err := verifyStored(ctx, st, kept); {
				case err == nil:
					whole++
				case clips.KindOf(err) == clips.KindCorrupt:
					findings = append(findings, damagedFinding(kept))
				case !errors.Is(err, clips.ErrNotFound): // pruned meanwhile
					return err
				}
			}
		}
		findings = append(findings, clips.Finding{Level: clips.LevelOK, Subject: "data", Text: count(whole, "stored result") + " read, and whole"})
		return nil
	})
	if err == nil && len(findings) > 1 {
		err = errSilent
	}
	return findings, err
}

func damagedFinding(kept store.Stored) clips.Finding {
	return clips.Finding{Level: clips.LevelFatal, Subject: "data",
		Text: fmt.Sprintf("the result of clip %s made at %s (%d) is damaged, and is not shown to anybody", kept.Slug,
			kept.CreatedAt.Local().Format(minuteForm), kept.ID),
		Cure: "Look at the state database's disk and its log. The clip's next run makes another result; syncs that read this one fail."}
}

// verifyStored takes a result out of the state database, as a reader would.
func verifyStored(ctx context.Context, st *state, kept store.Stored) error {
	file, err := os.CreateTemp("", "clipsheet-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := st.ReadSnapshot(ctx, kept.ID, file); err != nil {
		return err
	}
	snapshot, err := clips.OpenSnapshot(file, kept.Size)
	if err != nil {
		return err
	}
	if snapshot.Digest() != kept.Digest || snapshot.NumRows() != kept.Rows {
		return &clips.Error{Kind: clips.KindCorrupt, Notice: "The stored result is not the one that was described."}
	}
	return snapshot.Verify()
}
