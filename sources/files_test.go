package sources

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"clipsheet/clips"
)

func newTestFiles(t testing.TB, limit int64) *Files {
	t.Helper()
	f, err := NewFiles(filepath.Join(t.TempDir(), "cache"), limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.close)
	return f
}

// content writes s.
func content(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// onDisk adds up what is there.
func onDisk(t interface{ Fatal(...any) }, dir string) (names []string, bytes int64) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		names, bytes = append(names, e.Name()), bytes+info.Size()
	}
	return names, bytes
}

func TestFilesStayWithinTheirLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.Int64Range(0, 400).Draw(rt, "limit")
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		f, err := NewFiles(dir, limit)
		if err != nil {
			rt.Fatal(err)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"open": func(rt *rapid.T) {
				n := rapid.IntRange(0, 20).Draw(rt, "name")
				prefix := rapid.SampledFrom([]string{snapshotPrefix, renderedPrefix}).Draw(rt, "prefix")
				want := strings.Repeat(fmt.Sprint(n), n*n)
				file, err := f.open(context.Background(), fmt.Sprintf("%s%d-x", prefix, n), content(want))
				if err != nil {
					rt.Fatal(err)
				}
				defer file.Close()
				if got, err := io.ReadAll(file); err != nil || string(got) != want {
					rt.Fatalf("%d reads %q, %v", n, got, err)
				}
			},
			"fail": func(rt *rapid.T) {
				file, err := f.open(context.Background(), "r-99-x", func(w io.Writer) error {
					content(strings.Repeat("x", 100))(w)
					return io.ErrUnexpectedEOF
				})
				if err == nil {
					rt.Fatal("opened", file.Name())
				}
			},
			"restart": func(rt *rapid.T) {
				f.close()
				if f, err = NewFiles(dir, limit); err != nil {
					rt.Fatal(err)
				}
			},
			"": func(rt *rapid.T) {
				f.makes.Wait()
				if names, bytes := onDisk(rt, dir); bytes > limit || bytes != f.bytes || len(names) != len(f.kept) {
					rt.Fatalf("%d bytes on disk in %q, %d counted, %d allowed", bytes, names, f.bytes, limit)
				}
			},
		})
	})
}

func TestTheLeastRecentlyUsedGoFirst(t *testing.T) {
	t.Parallel()
	f := newTestFiles(t, 30)
	open := func(name string) {
		file, err := f.open(t.Context(), name, content("0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		file.Close()
		f.makes.Wait()
	}
	for _, name := range []string{"r-1-x", "r-2-x", "r-3-x", "r-1-x", "r-4-x"} {
		open(name)
	}
	if _, ok := f.kept["r-2-x"]; ok || len(f.kept) != 3 {
		t.Errorf("kept %v", f.kept)
	}
}

func TestFileEvictedWhileReadIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	f := newTestFiles(t, 1000)
	want := strings.Repeat("a", 1000)
	file, err := f.open(t.Context(), "r-1-x", content(want))
	if err != nil {
		t.Fatal(err)
	}
	half := make([]byte, 500)
	if _, err := io.ReadFull(file, half); err != nil {
		t.Fatal(err)
	}
	other, err := f.open(t.Context(), "r-2-x", content(want))
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	if _, ok := f.kept["r-1-x"]; ok {
		t.Error("it was not evicted")
	}
	if rest := drain(t, file); string(half)+rest != want {
		t.Errorf("%d bytes", len(half)+len(rest))
	}
}

func TestFileLargerThanTheCacheReachesEveryoneWhoWaits(t *testing.T) {
	t.Parallel()
	f := newTestFiles(t, 10)
	want := strings.Repeat("large", 1<<16)
	waiting := make(chan struct{})
	made := 0
	var readers sync.WaitGroup
	for range 50 {
		readers.Go(func() {
			file, err := f.open(t.Context(), "r-1-x", func(w io.Writer) error {
				<-waiting
				made++
				return content(want)(w)
			})
			if err != nil {
				t.Error(err)
			} else if got := drain(t, file); got != want {
				t.Errorf("%d bytes", len(got))
			}
		})
	}
	close(waiting)
	readers.Wait()
	f.makes.Wait()
	if names, _ := onDisk(t, f.dir); len(names) != 0 || f.bytes != 0 {
		t.Errorf("left %v, %d bytes counted", names, f.bytes)
	}
}

// Every byte of a file, flipped in every way, is noticed.
func TestEveryFlippedByteIsNoticed(t *testing.T) {
	t.Parallel()
	f := newTestFiles(t, 1<<20)
	const want = "id,total\n1,10.00\n2,20.00\n"
	for at := range int64(len(want)) {
		file, err := f.open(t.Context(), "r-1-x", content(want))
		if err != nil {
			t.Fatal(err)
		}
		if got := drain(t, file); got != want {
			t.Fatalf("byte %d: read %q", at-1, got)
		}
		f.makes.Wait()
		if err := flip(f.kept["r-1-x"].Value.(*cached).path, at); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNewFilesLeavesStrangersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/notes.txt", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFiles(dir, 0); err != nil {
		t.Fatal(err)
	}
	if names, _ := onDisk(t, dir); len(names) != 1 {
		t.Errorf("left %v", names)
	}
}

func TestFullDiskHasWords(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this platform has no /dev/full")
	}
	d := &draft{files: newTestFiles(t, 1<<20), file: full}
	defer full.Close()
	if _, err := d.Write([]byte("x")); clips.KindOf(err) != clips.KindDiskFull {
		t.Errorf("%v", err)
	}
}
