package web

import (
	"cmp"
	"fmt"
	"io"
	"runtime/debug"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// On tables, higher levels take twice as long and save nothing worth it.
const gzipLevel = 3

// encode has write's bytes compressed, beside what makes them.
func (c coding) encode(w io.Writer, write func(io.Writer) error) error {
	var packed io.WriteCloser
	var err error
	switch c.name {
	case "gzip":
		packed, err = gzip.NewWriterLevel(w, gzipLevel)
	case "zstd":
		// Browsers refuse windows above 8 MB, and small readers are glad of less.
		packed, err = zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	default:
		return write(w)
	}
	if err != nil {
		return err
	}
	if err := beside(packed, write); err != nil {
		return err
	}
	return packed.Close()
}

// beside runs write while what it writes is being taken by w, a few pieces later.
func beside(w io.Writer, write func(io.Writer) error) error {
	b := &belt{full: make(chan []byte, pieces), empty: make(chan []byte, pieces), broken: make(chan struct{})}
	for range pieces {
		b.empty <- nil
	}
	var taking sync.WaitGroup
	taking.Go(func() { b.take(w) })
	err := func() error {
		defer taking.Wait()
		defer close(b.full) // also when write panics
		return write(b)
	}()
	return cmp.Or(b.err, err)
}

const pieces = 3

// belt carries pieces from one goroutine to another, in the same few buffers.
type belt struct {
	full, empty chan []byte
	broken      chan struct{} // closed when nothing more is taken
	err         error         // why; for after that, or after the end
}

func (b *belt) Write(p []byte) (int, error) {
	select {
	case <-b.broken:
		return 0, b.err
	case piece := <-b.empty:
		b.full <- append(piece[:0], p...)
		return len(p), nil
	}
}

func (b *belt) take(w io.Writer) {
	defer func() {
		if p := recover(); p != nil { // nobody above could
			b.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			close(b.broken)
		}
	}()
	for piece := range b.full {
		if _, err := w.Write(piece); err != nil {
			b.err = err
			close(b.broken)
			return
		}
		b.empty <- piece
	}
}
