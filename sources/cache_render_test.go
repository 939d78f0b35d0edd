package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

func TestRenderingIsMadeOncePerVariant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	info := w.get(t, ask()).Info
	var made atomic.Int64
	var readers sync.WaitGroup
	for i := range 300 {
		variant := fmt.Sprint("variant ", i%3)
		readers.Go(func() {
			file, err := w.Render(t.Context(), info, variant, func(out io.Writer, s *clips.Snapshot) error {
				made.Add(1)
				_, err := io.WriteString(out, variant)
				return err
			})
			if err != nil {
				t.Error(err)
			} else if got := drain(t, file); got != variant {
				t.Errorf("%s reads %q", variant, got)
			}
		})
	}
	readers.Wait()
	if made.Load() != 3 {
		t.Errorf("made %d times", made.Load())
	}
}

func TestReaderWhoLeavesARenderingDoesNotEndIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		info := w.get(t, ask()).Info
		encode := func(out io.Writer, s *clips.Snapshot) error {
			time.Sleep(time.Minute)
			return text(out, s)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := w.Render(ctx, info, "csv", encode); clips.KindOf(err) != clips.KindCanceled {
			t.Errorf("%v", err)
		}
		file, err := w.Render(t.Context(), info, "csv", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := drain(t, file); got != "1\n" {
			t.Errorf("read %q", got)
		}
	})
}

func TestFailedRenderingLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	info := w.get(t, ask()).Info
	before := w.o.Files.bytes
	for name, encode := range map[string]func(io.Writer, *clips.Snapshot) error{
		"error": func(out io.Writer, _ *clips.Snapshot) error {
			io.WriteString(out, strings.Repeat("half", 1<<16))
			return errors.New("broken")
		},
		"panic": func(io.Writer, *clips.Snapshot) error { panic("poison") },
	} {
		if _, err := w.Render(t.Context(), info, "text", encode); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if entries, _ := os.ReadDir(w.dir); len(entries) != 1 || w.o.Files.bytes != before {
		t.Errorf("left: %v, %d bytes", entries, w.o.Files.bytes-before)
	}
	if got := w.read(t, info); got != "1\n" {
		t.Errorf("the failure stayed: %q", got)
	}
}

// each damage is done to a file of the cache, by path.
var damages = map[string]func(path string) error{
	"flipped byte": func(path string) error { return flip(path, 0) },
	"flipped byte, times set back": func(path string) error {
		info, err := os.Stat(path)
		return errors.Join(err, flip(path, 0), os.Chtimes(path, info.ModTime(), info.ModTime()))
	},
	"truncated":   func(path string) error { return os.Truncate(path, 1) },
	"emptied":     func(path string) error { return os.Truncate(path, 0) },
	"longer":      func(path string) error { return os.Truncate(path, 1<<16) },
	"removed":     os.Remove,
	"a directory": func(path string) error { return errors.Join(os.Remove(path), os.MkdirAll(path+"/x", 0o700)) },
	"everything removed": func(path string) error {
		return os.RemoveAll(path[:strings.LastIndexByte(path, '/')])
	},
}

// flip changes one byte in place.
func flip(path string, at int64) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	var b [1]byte
	if _, err := file.ReadAt(b[:], at); err != nil {
		return err
	}
	b[0] ^= 0x20
	_, err = file.WriteAt(b[:], at)
	return err
}

func (w *world) path(name string) string {
	w.o.Files.mu.Lock()
	defer w.o.Files.mu.Unlock()
	return w.o.Files.kept[name].Value.(*cached).path
}

func TestDamagedRenderingIsNeverServed(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			info := w.get(t, ask()).Info
			w.read(t, info)
			for _, when := range []string{"at once", "after a restart"} {
				if err := damage(w.path(renderedName("text", info))); err != nil {
					t.Fatal(err)
				}
				if when == "after a restart" {
					w.restart(t, 1<<20)
				}
				if got := w.read(t, info); got != "1\n" {
					t.Errorf("%s: read %q", when, got)
				}
			}
		})
	}
}

// A disk that decays changes no times, so a good check is not believed for ever.
func TestDecayIsNoticedInTime(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/r-1-x-" + fmt.Sprintf("%08x", 0xe3069283) // CRC-32C of "123456789"
	if err := os.WriteFile(path, []byte("123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCached(t.TempDir(), path[strings.LastIndexByte(path, '/')+1:], 9)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := c.check(file); err != nil || c.seen == nil || c.until.After(time.Now()) {
		t.Fatalf("a file changed just now is not to be believed after one check: %v, until %s", err, c.until)
	}
	c.sum++ // as if the bytes had changed
	if err := c.check(file); !errors.Is(err, errDamaged) {
		t.Errorf("%v", err)
	}
	c.until = time.Now().Add(time.Hour)
	if err := c.check(file); err != nil {
		t.Errorf("a check that still holds was made again: %v", err)
	}
	c.until = time.Now()
	if err := c.check(file); !errors.Is(err, errDamaged) {
		t.Errorf("an old check was believed: %v", err)
	}
}

// With a good check still in force, whatever touches the file makes it void, also when it sets the times back.
func TestTouchedFileIsComparedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	info := w.get(t, ask()).Info
	w.read(t, info)
	w.read(t, info)
	w.o.Files.mu.Lock()
	c := w.o.Files.kept[renderedName("text", info)].Value.(*cached)
	w.o.Files.mu.Unlock()
	c.until = time.Now().Add(time.Hour)
	for untouchedSince(t, c) { // the clock of a file system ticks slowly
		if err := damages["flipped byte, times set back"](c.path); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.read(t, info); got != "1\n" {
		t.Errorf("read %q", got)
	}
}

func untouchedSince(t *testing.T, c *cached) bool {
	now, err := os.Stat(c.path)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(c.path)
	return err != nil || untouched(c.seen, now) || string(content) == "1\n"
}

func TestWholeSnapshotOfAnotherResultIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	info := w.get(t, ask()).Info
	march := ask()
	march.Bound.Key = "march"
	other := w.get(t, march).Info
	if err := os.Rename(w.path(snapshotName(other)), w.path(snapshotName(info))); err != nil {
		t.Fatal(err)
	}
	if got := w.read(t, info); got != "1\n" || w.store.read != 1 {
		t.Errorf("read %q after %d fetches", got, w.store.read)
	}
}

func TestRenderingBegunOnADamagedSnapshotBeginsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	info := w.get(t, ask()).Info
	calls := 0
	file, err := w.Render(t.Context(), info, "csv", func(out io.Writer, s *clips.Snapshot) error {
		if calls++; calls == 1 {
			io.WriteString(out, strings.Repeat("the first blocks were whole\n", 10_000))
			return errCorrupt(errors.New("block 7"))
		}
		return text(out, s)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, file); got != "1\n" {
		t.Errorf("read %d bytes", len(got))
	}
}

func TestDamagedSnapshotIsFetchedAgain(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			info := w.get(t, ask()).Info
			if err := damage(w.path(snapshotName(info))); err != nil {
				t.Fatal(err)
			}
			if got := w.read(t, info); got != "1\n" || w.store.read != 1 || w.source.count() != 1 {
				t.Errorf("read %q after %d fetches and %d runs", got, w.store.read, w.source.count())
			}
		})
	}
}

func TestOpenedResultIsWhole(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			info := w.get(t, ask()).Info
			if err := damage(w.path(snapshotName(info))); err != nil {
				t.Fatal(err)
			}
			snapshot, file, err := w.Open(info)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			for range 2 { // as often as wanted
				rows := snapshot.Rows(0, -1)
				if !rows.Next() || string(rows.Row()[0]) != "1" || rows.Next() || rows.Err() != nil {
					t.Errorf("the rows are not those of the result: %v", rows.Err())
				}
			}
		})
	}
	t.Run("damaged everywhere", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		info := w.get(t, ask()).Info
		w.store.set(func(m *memory) { m.files[1][len(m.files[1])/2] ^= 1 })
		if err := flip(w.path(snapshotName(info)), info.Size/2); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.Open(info); clips.KindOf(err) != clips.KindCorrupt {
			t.Fatalf("%v", err)
		}
		if again := w.get(t, ask()); again.Info.ID == info.ID {
			t.Error("the next reader gets it again")
		}
	})
}

func TestResultDamagedEverywhereIsRunAgain(t *testing.T) {
	for name, damage := range map[string]func(m *memory){
		"damaged": func(m *memory) { m.files[1][len(m.files[1])/2] ^= 1 },
		"gone":    func(m *memory) { delete(m.files, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			info := w.get(t, ask()).Info
			w.store.set(damage)
			if err := flip(w.path(snapshotName(info)), info.Size/2); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Render(t.Context(), info, "text", text); clips.KindOf(err) != clips.KindCorrupt {
				t.Fatalf("%v", err)
			}
			again := w.get(t, ask())
			if got := w.read(t, again.Info); got != "2\n" || again.Stale != "" || w.source.count() != 2 {
				t.Errorf("then %+v, which reads %q, after %d runs", again, got, w.source.count())
			}
		})
	}
}

func TestCacheOfAnotherStateDatabaseIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.read(t, w.get(t, ask()).Info)
	w.store = newMemory() // IDs begin again
	w.source.set(func(context.Context, int) (clips.Rows, error) { return table("another"), nil })
	w.restart(t, 1<<20)
	if got := w.read(t, w.get(t, ask()).Info); got != "another\n" {
		t.Errorf("read %q", got)
	}
}

func TestRestartKeepsResultsAndSweepsTheRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	info := w.get(t, ask()).Info
	w.read(t, info)
	stray := w.dir + "/" + unfinished + "123"
	if err := os.WriteFile(stray, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.restart(t, 1<<20)
	if _, err := os.Stat(stray); !os.IsNotExist(err) {
		t.Errorf("the unfinished file is still there: %v", err)
	}
	w.store.set(func(m *memory) { m.files = nil })
	a := w.get(t, ask())
	file, err := w.Render(t.Context(), a.Info, "text", nil) // neither fetched nor encoded
	if err != nil || a.Info.ID != info.ID || w.source.count() != 1 {
		t.Fatalf("%v, %+v after %d runs", err, a, w.source.count())
	}
	if got := drain(t, file); got != "1\n" {
		t.Errorf("read %q", got)
	}
}
