package web

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

func TestWhatIsWrittenBesideArrives(t *testing.T) {
	var want, got bytes.Buffer
	err := beside(&got, func(w io.Writer) error {
		buffer := make([]byte, 1000)
		for i := range 500 {
			for j := range buffer {
				buffer[j] = byte(i + j)
			}
			want.Write(buffer[:i])
			w.Write(buffer[:i]) // whose bytes are others in a moment
		}
		return nil
	})
	if err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d of %d bytes, or other ones: %v", got.Len(), want.Len(), err)
	}
}

// faulty takes some bytes and then fails, or panics.
type faulty struct {
	left   int
	panics bool
}

var errFull = errors.New("the disk is full")

func (f *faulty) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left >= 0 {
		return len(p), nil
	}
	if f.panics {
		panic("poisoned")
	}
	return 0, errFull
}

// Whichever of the two fails, the other one ends, and the reason is the first one's.
func TestWhatFailsBesideEndsBoth(t *testing.T) {
	text := strings.Repeat("x", 1000)
	forEver := func(w io.Writer) error {
		for {
			if _, err := io.WriteString(w, text); err != nil {
				return err
			}
		}
	}
	synctest.Test(t, func(t *testing.T) { // which sees goroutines that are left behind
		if err := beside(&faulty{left: 10_000}, forEver); !errors.Is(err, errFull) {
			t.Errorf("the writer failed: %v", err)
		}
		if err := beside(&faulty{left: 10_000, panics: true}, forEver); err == nil || !strings.Contains(err.Error(), "poisoned") {
			t.Errorf("the writer panicked: %v", err)
		}
		broken := errors.New("the rows ended early")
		if err := beside(io.Discard, func(w io.Writer) error { io.WriteString(w, text); return broken }); !errors.Is(err, broken) {
			t.Errorf("the rows failed: %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a panic was lost")
				}
			}()
			beside(io.Discard, func(io.Writer) error { panic("poisoned") })
		}()
		for _, format := range []coding{{name: "gzip"}, {name: "zstd"}} {
			if err := format.encode(&faulty{left: 1}, func(w io.Writer) error { return forEver(&limited{w, 1 << 20}) }); !errors.Is(err, errFull) {
				t.Errorf("%s: %v", format.name, err)
			}
		}
	})
}

// limited takes so much of what there is no end to.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, io.ErrShortWrite
	}
	return l.w.Write(p)
}
