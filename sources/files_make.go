package sources

import (
	"bufio"
	"context"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// unfinished starts the name of a file being written. The next start sweeps such files.
const unfinished = "tmp-"

// writeBuffer is the size of the writes to a file of the cache.
const writeBuffer = 128 << 10

// draft is a file being written. It ends in keep or abandon.
type draft struct {
	files *Files
	file  *os.File
	size  int64
	sum   uint32
}

// begin makes an empty draft. The directory is made again when someone removed it.
func (f *Files) begin() (*draft, error) {
	file, err := os.CreateTemp(f.dir, unfinished)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(f.dir, 0o700); err == nil {
			file, err = os.CreateTemp(f.dir, unfinished)
		}
	}
	if err != nil {
		return nil, diskError(err)
	}
	return &draft{files: f, file: file}, nil
}

// Write appends, once there is room for it in the cache.
func (d *draft) Write(p []byte) (int, error) {
	d.files.grow(int64(len(p)))
	d.size += int64(len(p))
	d.sum = crc32.Update(d.sum, castagnoli, p)
	if err := failpoint.At("file.write"); err != nil {
		return 0, err
	}
	n, err := d.file.Write(p)
	return n, diskError(err)
}

// keep gives the draft its name and takes it into the cache. It stays open for its owner, at its start.
func (d *draft) keep(name string) error {
	d.files.mu.Lock()
	err := d.keepLocked(name)
	d.files.mu.Unlock()
	if err != nil {
		return err
	}
	if err := failpoint.At("file.renamed"); err != nil {
		d.files.dropName(name)
		return err
	}
	return nil
}

// keepLocked is keep under a lock that the caller holds, so that everyone who asks finds either the making or the file.
func (d *draft) keepLocked(name string) error {
	c := newCached(d.files.dir, fileName(name, d.sum), d.size)
	if _, err := d.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := failpoint.At("file.rename"); err != nil {
		return err
	}
	if err := os.Rename(d.file.Name(), c.path); err != nil {
		return diskError(err)
	}
	d.size = 0 // counted as the cache's from here
	d.files.keep(c)
	return nil
}

// fill appends what write writes, in large pieces.
func (d *draft) fill(write func(io.Writer) error) error {
	buffer := bufio.NewWriterSize(d, writeBuffer)
	if err := write(buffer); err != nil {
		return err
	}
	return buffer.Flush()
}

// restart empties the draft.
func (d *draft) restart() error {
	d.files.grow(-d.size)
	d.size, d.sum = 0, 0
	if _, err := d.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return d.file.Truncate(0)
}

// abandon closes the draft and removes what is not in the cache.
func (d *draft) abandon() {
	d.file.Close()
	os.Remove(d.file.Name())
	d.files.grow(-d.size)
}

// making is one file being made for whoever waits.
type making struct {
	draft *draft
	name  string
	done  chan struct{}
	err   error // once done
}

// run writes the file and takes it into the cache, or removes every trace of it. It is not synced: what a power cut
// leaves of a rendered file fails its checksum, and a snapshot's file fails its own.
func (m *making) run(write func(io.Writer) error) {
	f := m.draft.files
	err := m.write(write)
	f.mu.Lock()
	if err == nil {
		err = m.draft.keepLocked(m.name)
	}
	delete(f.making, m.name)
	f.mu.Unlock()
	m.draft.abandon()
	m.err = err
	close(m.done)
}

// write has a second try when what the file is made of was damaged: the first one has thrown that away.
func (m *making) write(write func(io.Writer) error) error {
	err := m.try(write)
	if clips.KindOf(err) != clips.KindCorrupt {
		return err
	}
	if err := m.draft.restart(); err != nil {
		return err
	}
	return m.try(write)
}

func (m *making) try(write func(io.Writer) error) error {
	return calmly(m.draft.files.log, "make file "+m.name, func() error {
		return m.draft.fill(write)
	})
}

// waiter is one reader of a file being made. Its handle is opened before the file is whole and stays good through
// rename and eviction, so that even a file too large to keep reaches everyone who waited for it.
type waiter struct {
	making *making
	file   *os.File
}

// wait hands the file over when it is whole.
func (w *waiter) wait(ctx context.Context) (*os.File, error) {
	var err error
	select {
	case <-w.making.done:
		if err = w.making.err; err == nil {
			return w.file, nil
		}
	case <-ctx.Done():
		err = errLeft(ctx)
	}
	w.file.Close()
	return nil, err
}

// diskError gives a full disk its words.
func diskError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &clips.Error{Kind: clips.KindDiskFull, Cause: err,
			Notice: "There is no room on the server's disk for the result: free some space, or lower limits.cache."}
	}
	return err
}

// newCached describes the file of that name in dir.
func newCached(dir, file string, size int64) *cached {
	name, sum, summed := splitName(file)
	return &cached{name: name, path: filepath.Join(dir, file), size: size, sum: sum, summed: summed}
}
