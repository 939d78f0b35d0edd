package sources

import (
	"cmp"
	"container/list"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Files keeps snapshots, and files rendered from them, in one directory of bounded size. It is a cache: all of it
// may be deleted at any moment, and every file can be made again. The least recently used go first, also while
// someone reads them, since an open file outlives its name.
//
// Nothing is believed because it is there. A snapshot carries checksums inside and proves itself as it is read. A
// rendered file is served raw, so its checksum is part of its name and is compared before it is served (see check).
type Files struct {
	dir   string
	limit int64
	log   *slog.Logger
	makes sync.WaitGroup

	mu     sync.Mutex
	closed bool
	kept   map[string]*list.Element // of *cached, by name
	order  *list.List               // most recently used first
	making map[string]*making       // by name
	bytes  int64                    // of everything kept and everything being written
}

// NewFiles opens the cache in dir, makes the directory if need be, and removes what a crash left half written. limit
// is in bytes and holds at every moment. A single file above it can still be made and read; it is not kept.
func NewFiles(dir string, limit int64) (*Files, error) {
	f := &Files{dir: dir, limit: limit, log: slog.New(slog.DiscardHandler),
		kept: map[string]*list.Element{}, order: list.New(), making: map[string]*making{}}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the cache directory: %w", err)
	}
	found, err := f.sweep()
	if err != nil {
		return nil, fmt.Errorf("list the cache directory: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, info := range found {
		f.bytes += info.Size()
		f.keep(newCached(dir, info.Name(), info.Size()))
	}
	return f, nil
}

// sweep lists the files that are ours, oldest first, and removes what cannot be one. Strangers are left alone.
func (f *Files) sweep() ([]os.FileInfo, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	var found []os.FileInfo
	for _, entry := range entries {
		name := entry.Name()
		finished := strings.HasPrefix(name, snapshotPrefix) || strings.HasPrefix(name, renderedPrefix)
		if !finished && !strings.HasPrefix(name, unfinished) {
			continue
		}
		if info, err := entry.Info(); err == nil && finished && info.Mode().IsRegular() {
			found = append(found, info)
		} else if err := os.RemoveAll(filepath.Join(f.dir, name)); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b os.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	return found, nil
}

// open opens a file at its start; the caller closes it. When it is missing or damaged, write makes it first: once,
// however many ask meanwhile. A caller who leaves (ctx) neither stops the making nor spoils it for the others.
func (f *Files) open(ctx context.Context, name string, write func(io.Writer) error) (*os.File, error) {
	for {
		kept, waiter, err := f.findOrMake(name, write)
		if err != nil {
			return nil, err
		}
		if waiter != nil {
			return waiter.wait(ctx)
		}
		file, err := kept.open()
		if err == nil || !isDamage(err) {
			return file, err
		}
		if f.drop(kept) {
			f.log.Warn("a cached file is damaged or gone and is made again", "file", kept.path, "err", err)
		}
	}
}

// close waits for the files being made and refuses to make more.
func (f *Files) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.makes.Wait()
}

// findOrMake yields the file that is kept or, when there is none, a place among those who wait for its making.
func (f *Files) findOrMake(name string, write func(io.Writer) error) (*cached, *waiter, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at, ok := f.kept[name]; ok {
		f.order.MoveToFront(at)
		return at.Value.(*cached), nil, nil
	}
	m, ok := f.making[name]
	if !ok {
		if f.closed {
			return nil, nil, errClosed()
		}
		draft, err := f.begin()
		if err != nil {
			return nil, nil, err
		}
		m = &making{draft: draft, name: name, done: make(chan struct{})}
		f.making[name] = m
		f.makes.Go(func() { m.run(write) })
	}
	file, err := os.Open(m.draft.file.Name())
	return nil, &waiter{making: m, file: file}, err
}

// keep takes a finished file in, in the place of an earlier one of its name. The caller holds mu and has counted
// the bytes.
func (f *Files) keep(c *cached) {
	if at, ok := f.kept[c.name]; ok {
		if old := at.Value.(*cached); old.path == c.path {
			f.forget(at)
		} else {
			f.remove(at)
		}
	}
	f.kept[c.name] = f.order.PushFront(c)
	f.evict()
}

// evict removes the least recently used files until the rest is within the limit. The caller holds mu.
func (f *Files) evict() {
	for f.bytes > f.limit && f.order.Len() > 0 {
		f.remove(f.order.Back())
	}
}

func (f *Files) remove(at *list.Element) {
	f.forget(at)
	// RemoveAll, since whatever damaged a file may have left a directory in its place.
	if err := os.RemoveAll(at.Value.(*cached).path); err != nil {
		f.log.Error("a file of the cache cannot be removed: remove it by hand", "err", err)
	}
}

func (f *Files) forget(at *list.Element) {
	c := f.order.Remove(at).(*cached)
	delete(f.kept, c.name)
	f.bytes -= c.size
}

// drop removes a file, unless it is gone already or another has taken its name.
func (f *Files) drop(c *cached) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, ok := f.kept[c.name]
	if !ok || at.Value.(*cached) != c {
		return false
	}
	f.remove(at)
	return true
}

// dropName removes the file of that name, if there is one.
func (f *Files) dropName(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at, ok := f.kept[name]; ok {
		f.remove(at)
	}
}

// grow counts bytes about to be written (or, negative, given up) and makes room for them.
func (f *Files) grow(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bytes += n
	f.evict()
}
