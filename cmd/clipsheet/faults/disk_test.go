package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// TestAFullDiskOfTheCache: readers get the last good result, marked, as long as there is no room for another, no half file
// is left, and with room again they get the newest.
func TestAFullDiskOfTheCache(t *testing.T) {
	t.Parallel()
	l := newLedger(t, 300)
	state, _ := pgtest.Database(t)
	s := newService(t, serving, state, l.follower)
	s.young()
	disk := mount(t, filepath.Join(s.dir, "data"), "1m")
	s.start()
	link := s.link("ledger")["csv"]
	l.read(link)
	filler := disk.fill()
	l.turn()
	pgtest.Eventually(t, "the last good result, marked", func() bool {
		turn, a := l.read(link)
		if turn != 1 {
			t.Fatal("there was room for another result")
		}
		return strings.Contains(a.header.Get("X-Clip-Stale"), "no room on the server's disk")
	})
	pgtest.Eventually(t, "the half files to be removed", func() bool { return len(s.temporary()) == 0 })
	filler.remove()
	pgtest.EventuallyWithin(t, time.Minute, "the newest result", func() bool {
		turn, a := l.read(link)
		return turn == l.last && a.header.Get("X-Clip-Stale") == ""
	})
	s.end(syscall.SIGTERM)
}

// disk is a memory file system of a size, which really fills up.
type disk struct {
	testing.TB
	dir string
}

// mount needs rights that not everybody has. Where changes are judged it must not be left out.
func mount(t testing.TB, dir, size string) *disk {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755,size="+size); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no disk can be filled without the right to mount (%v): run the tests as root, in a container with --cap-add SYS_ADMIN", err)
		}
		t.Skip("needs the right to mount:", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	return &disk{t, dir}
}

// filler is a file of somebody else's that takes all the room there is.
type filler struct {
	disk *disk
	file *os.File
}

func (d *disk) fill() *filler {
	d.Helper()
	file, err := os.Create(filepath.Join(d.dir, "somebody-elses"))
	if err != nil {
		d.Fatal(err)
	}
	f := &filler{d, file}
	f.grow()
	return f
}

// grow takes what room has come about since.
func (f *filler) grow() {
	block := make([]byte, 4096)
	for {
		if _, err := f.file.Write(block); err != nil {
			return
		}
	}
}

func (f *filler) remove() {
	f.disk.Helper()
	f.file.Close()
	if err := os.Remove(f.file.Name()); err != nil {
		f.disk.Fatal(fmt.Errorf("remove the filler: %w", err))
	}
}
