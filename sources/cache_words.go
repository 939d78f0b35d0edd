package sources

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"clipsheet/clips"
)

// staleReason turns a failure into words for the X-Clip-Stale header: one line of plain ASCII, of bounded length.
func staleReason(err error) string {
	const most = 240
	text := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}, clips.NoticeOf(err))
	if len(text) > most {
		text = text[:most] + "..."
	}
	return strings.TrimSuffix(text, ".")
}

// showing says which result stands in.
func showing(info clips.SnapshotInfo) string {
	at := info.Header.AsOf
	if at.IsZero() {
		at = info.CreatedAt
	}
	return at.UTC().Format("; showing the result of 2006-01-02 15:04 UTC")
}

func errPatience(patience time.Duration) error {
	return &clips.Error{Kind: clips.KindTimeout, Notice: fmt.Sprintf(
		"The query is still running after %s: it goes on, so ask again in a minute.", patience)}
}

func errLeft(ctx context.Context) error {
	return &clips.Error{Kind: clips.KindCanceled, Notice: "The reader left before the result was ready.",
		Cause: context.Cause(ctx)}
}

// errNobodyWaits ends a run. It is no failure of the clip.
var errNobodyWaits = &clips.Error{Kind: clips.KindCanceled, Notice: "Everybody who waited for it left, so the run was stopped."}

// errEnded is for work that may not go on.
func errEnded(ctx context.Context) error {
	if dropped(ctx) {
		return errNobodyWaits
	}
	return errClosed()
}

func errClosed() error {
	return &clips.Error{Kind: clips.KindCanceled, Notice: "The server is stopping: ask again in a minute."}
}

func errBusy() error {
	return &clips.Error{Kind: clips.KindBusy,
		Notice: "Too many clips are being refreshed at once: ask again in a minute, or raise limits.runs."}
}

func errCorrupt(cause error) error {
	return &clips.Error{Kind: clips.KindCorrupt, Notice: "The stored result is damaged: ask again and it is made anew.",
		Cause: cause}
}

func errNothing(name string) error {
	return fmt.Errorf("%s has no result yet: %w", name, clips.ErrNotFound)
}

func errNoSource(name string) error {
	return &clips.Error{Kind: clips.KindUnavailable, Notice: fmt.Sprintf(
		"The config has no source %q: add [sources.%s], or name another source in the clip.", name, cmp.Or(name, "NAME"))}
}

// errState is trouble with the state database. A failure it has words for itself keeps them.
func errState(doing string, cause error) error {
	if kind := clips.KindOf(cause); kind != clips.KindInternal {
		return fmt.Errorf("%s: %w", doing, cause)
	}
	return &clips.Error{Kind: clips.KindUnavailable, Cause: fmt.Errorf("%s: %w", doing, cause),
		Notice: "The state database does not answer: ask again in a minute, or run clipsheet check."}
}
