package sources

import (
	"context"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

// A disk that really fills up: a memory file system of half a megabyte.
func TestFullDiskLeavesTheLastGoodResult(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=512k"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no disk can be filled without the right to mount (%v): run the tests as root, in a container with --cap-add SYS_ADMIN", err)
		}
		t.Skip("needs the right to mount:", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.dir = dir
		w.restart(t, 1<<30)
		first := w.get(t, ask())
		if got := w.read(t, first.Info); got != "1\n" {
			t.Fatalf("read %q", got)
		}
		time.Sleep(time.Hour)
		w.source.set(func(context.Context, int) (clips.Rows, error) { return table(noise(2 << 20)), nil })
		a := w.get(t, ask())
		if a.Info.ID != first.Info.ID || !strings.Contains(a.Stale, "no room") || w.store.runs[2].Kind != clips.KindDiskFull {
			t.Errorf("%+v, noted as %+v", a, w.store.runs[2])
		}
		if got := w.read(t, a.Info); got != "1\n" {
			t.Errorf("read %q", got)
		}
		_, err := w.Render(t.Context(), a.Info, "large", func(out io.Writer, _ *clips.Snapshot) error {
			_, err := io.WriteString(out, strings.Repeat("x", 1<<20))
			return err
		})
		if clips.KindOf(err) != clips.KindDiskFull {
			t.Errorf("Render: %v", err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 2 {
			t.Errorf("left %v", entries)
		}
		w.source.set(nil)
		time.Sleep(time.Minute)
		if a := w.get(t, ask()); a.Stale != "" {
			t.Errorf("with room again: %+v", a)
		}
	})
}

// noise is text of n bytes that does not compress below half of that.
func noise(n int) string {
	b := make([]byte, n/2)
	rand.NewChaCha8([32]byte{}).Read(b)
	return hex.EncodeToString(b)
}
