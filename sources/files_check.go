package sources

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Names in the cache. A snapshot is snap-ID-HASH; a rendered file is r-ID-HASH-CRC, its checksum in its name, so that
// both appear in one rename.
const (
	snapshotPrefix = "snap-"
	renderedPrefix = "r-"
)

// castagnoli is the checksum processors compute by themselves, at the speed of memory. It sees every flipped byte.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A check of a rendered file holds for a hundred times what it cost, so that checking takes a hundredth of the time
// of serving, but no longer and no shorter than these.
const (
	checkHoldsLeast = time.Second
	checkHoldsMost  = time.Minute
	checkShare      = 100
)

// settled is how old the last change of a file must be for its times to tell it from a later change: clocks of file
// systems tick slowly.
const settled = time.Second

// cached is a file in the cache.
type cached struct {
	name   string // without the checksum
	path   string
	size   int64
	sum    uint32
	summed bool // there is a checksum to compare; a snapshot has its own inside

	mu    sync.Mutex
	seen  os.FileInfo // the file as it was at the last good check
	until time.Time   // how long that check holds if nothing touches the file
}

// errDamaged is a file that is not what was written.
var errDamaged = errors.New("not what was written")

// isDamage tells a bad file, which is made again, from a bad moment (no descriptors left), which passes.
func isDamage(err error) bool {
	return errors.Is(err, errDamaged) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)
}

// open opens the file and checks it.
func (c *cached) open() (*os.File, error) {
	file, err := os.Open(c.path)
	if err != nil {
		return nil, err
	}
	if err := c.check(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// check compares the file with what was written: all of its bytes at the first use in this process, again whenever
// anything touched it (size, inode, time of change, which no program can set back), and again when the last check
// is older than it may be, since decay of a disk touches nothing.
func (c *cached) check(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() != c.size {
		return fmt.Errorf("%w: %s of %d bytes, not a file of %d", errDamaged, info.Mode().Type(), info.Size(), c.size)
	}
	if !c.summed {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	began := time.Now()
	if c.seen != nil && began.Before(c.until) && untouched(c.seen, info) {
		return nil
	}
	if err := c.compare(file); err != nil {
		return err
	}
	c.seen, c.until = info, began
	if now := time.Now(); now.Sub(changed(info)) > settled {
		c.until = now.Add(min(max(checkShare*now.Sub(began), checkHoldsLeast), checkHoldsMost))
	}
	return nil
}

// compare reads the whole file, without moving its offset.
func (c *cached) compare(file *os.File) error {
	sum := crc32.New(castagnoli)
	n, err := io.Copy(sum, io.NewSectionReader(file, 0, c.size))
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", errDamaged, err)
	case n != c.size || sum.Sum32() != c.sum:
		return fmt.Errorf("%w: checksum %08x, not %08x", errDamaged, sum.Sum32(), c.sum)
	}
	return nil
}

// untouched tells whether two looks at a path saw the same file in the same state.
func untouched(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && changed(a).Equal(changed(b))
}

// fileName is the name on disk of a finished file.
func fileName(name string, sum uint32) string {
	if strings.HasPrefix(name, snapshotPrefix) {
		return name
	}
	return fmt.Sprintf("%s-%08x", name, sum)
}

// splitName undoes fileName. A rendered file without a readable checksum gets one that does not fit.
func splitName(file string) (name string, sum uint32, summed bool) {
	if strings.HasPrefix(file, snapshotPrefix) {
		return file, 0, false
	}
	at := strings.LastIndexByte(file, '-')
	n, _ := strconv.ParseUint(file[at+1:], 16, 32)
	return file[:at], uint32(n), true
}
