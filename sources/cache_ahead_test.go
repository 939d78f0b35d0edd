package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"clipsheet/clips"
)

// lines is the form "text", made of rows as they come.
func lines(w io.Writer, rows clips.Rows) error {
	for rows.Next() {
		if _, err := fmt.Fprintf(w, "%s\n", rows.Row()[0]); err != nil {
			return err
		}
	}
	return rows.Err()
}

func askAhead(encode func(io.Writer, clips.Rows) error) clips.Request {
	req := ask()
	req.Ahead = func(clips.Header) clips.Form { return clips.Form{Variant: "text", Encode: encode} }
	return req
}

// notAgain is an encoder for what should be there already.
func notAgain(io.Writer, *clips.Snapshot) error { return errors.New("it was made again") }

func TestAFormIsMadeWhileTheRowsArrive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun := make(chan bool)
	w.source.set(func(context.Context, int) (clips.Rows, error) {
		rows := table("1", "2", "3")
		rows.before = func(row int) error {
			if row == 1 {
				<-begun // the second row comes when somebody has written the first
			}
			return nil
		}
		return rows, nil
	})
	a := w.get(t, askAhead(func(out io.Writer, rows clips.Rows) error {
		if rows.Next() {
			fmt.Fprintf(out, "%s\n", rows.Row()[0])
		}
		close(begun)
		return lines(out, rows)
	}))
	file, err := w.Render(t.Context(), a.Info, "text", notAgain)
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, file); got != "1\n2\n3\n" || a.Info.Rows != 3 {
		t.Errorf("%q of %d rows", got, a.Info.Rows)
	}
}

func TestAFormThatCannotBeMadeAheadDoesNoHarm(t *testing.T) {
	t.Parallel()
	for name, encode := range map[string]func(io.Writer, clips.Rows) error{
		"fails at once":   func(io.Writer, clips.Rows) error { return errors.New("not mine") },
		"fails half way":  func(_ io.Writer, rows clips.Rows) error { rows.Next(); return errors.New("not mine") },
		"panics half way": func(_ io.Writer, rows clips.Rows) error { rows.Next(); panic("poisoned") },
		"leaves early":    func(_ io.Writer, rows clips.Rows) error { return rows.Close() },
	} {
		w := newWorld(t)
		w.source.set(func(context.Context, int) (clips.Rows, error) { return table("1", "2", "3"), nil })
		info := w.get(t, askAhead(encode)).Info
		if got := w.read(t, info); got != "1\n2\n3\n" && name != "leaves early" {
			t.Errorf("%s: the result reads %q", name, got)
		}
		if info.Rows != 3 {
			t.Errorf("%s: %d rows", name, info.Rows)
		}
	}
}

// A run that ends in an error leaves no form of the rows that came before it, and its next try begins anew.
func TestAFormOfHalfAResultIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.set(func(_ context.Context, n int) (clips.Rows, error) {
		rows := table("1", "2")
		if n == 1 {
			rows.before = func(row int) error {
				if row == 1 {
					return &clips.Error{Kind: clips.KindConflict, Notice: "the follower went on"}
				}
				return nil
			}
		}
		return rows, nil
	})
	info := w.get(t, askAhead(lines)).Info
	file, err := w.Render(t.Context(), info, "text", notAgain)
	if err != nil {
		t.Fatal(err)
	}
	if got := drain(t, file); got != "1\n2\n" || w.source.count() != 2 {
		t.Errorf("%q after %d tries", got, w.source.count())
	}
}

// A source that panics has no result, whoever was reading it.
func TestAPanicOfTheSourceIsNotTakenForTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.set(func(context.Context, int) (clips.Rows, error) {
		rows := table("1", "2")
		rows.before = func(row int) error {
			if row == 1 {
				panic("poisoned")
			}
			return nil
		}
		return rows, nil
	})
	if a, err := w.Get(t.Context(), askAhead(lines)); err == nil {
		t.Errorf("there is an answer: %+v", a)
	}
}

// slowToKeep is a store that takes no result before it may.
type slowToKeep struct {
	*memory
	may chan struct{}
}

func (s slowToKeep) SaveSnapshot(ctx context.Context, info clips.SnapshotInfo, r clips.Run, file io.Reader) error {
	select {
	case <-s.may:
	case <-ctx.Done():
	}
	return s.memory.SaveSnapshot(ctx, info, r, file)
}

// large makes every result one that is served before it is stored, and that packing makes no smaller.
func (w *world) large() string {
	noise := make([]byte, storedFirst)
	rand.NewChaCha8([32]byte{}).Read(noise)
	w.source.set(func(context.Context, int) (clips.Rows, error) { return table(string(noise)), nil })
	return string(noise) + "\n"
}

func TestALargeResultIsServedWhileItIsBeingStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		may := make(chan struct{})
		w := newWorld(t, func(o *CacheOptions) { o.Store = slowToKeep{o.Store.(*memory), may} })
		want := w.large()
		info := w.get(t, ask()).Info
		if again := w.get(t, ask()).Info; again.ID != info.ID || w.source.count() != 1 {
			t.Errorf("the next reader got result %d after %d runs", again.ID, w.source.count())
		}
		// Its file may be evicted, and everything above the limit of this cache is: then whoever wants it waits.
		read, stored := make(chan string, 1), make(chan error, 1)
		go func() { read <- w.read(t, info) }()
		go func() { // and so does a sync, whose runs speak of stored results
			_, err := w.Run(t.Context(), ask())
			stored <- err
		}()
		synctest.Wait()
		if len(read) > 0 || len(stored) > 0 || w.source.count() != 2 {
			t.Errorf("%d readers and %d syncs did not wait, after %d runs", len(read), len(stored), w.source.count())
		}
		close(may)
		if got := <-read; got != want {
			t.Errorf("%d bytes were read", len(got))
		}
		if err := <-stored; err != nil {
			t.Error(err)
		}
		for id, run := range w.store.runs {
			if run.State != clips.RunDone || w.store.infos[id].Size != int64(len(w.store.files[id])) {
				t.Errorf("run %d: %+v, %d bytes stored", id, run, len(w.store.files[id]))
			}
		}
	})
}

func TestALargeResultThatCannotBeStoredIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.restart(t, 8<<20) // with room for it, or it would be gone
	want := w.large()
	w.store.set(func(m *memory) { m.saveDown = true })
	info := w.get(t, ask()).Info
	if err := w.awaitStored(t.Context(), set{info}); err != nil {
		t.Fatal(err)
	}
	if got := w.read(t, info); got != want {
		t.Errorf("%d bytes were read", len(got))
	}
	if run := w.store.runs[info.ID]; run.State != clips.RunFailed || run.Kind != clips.KindUnavailable {
		t.Errorf("%+v", run)
	}
}

// Close waits until what is being stored is.
func TestCloseStoresWhatWasServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source.set(func(context.Context, int) (clips.Rows, error) { return table(strings.Repeat("x", storedFirst)), nil })
	info := w.get(t, ask()).Info
	w.Close()
	if run, size := w.store.runs[info.ID], len(w.store.files[info.ID]); run.State != clips.RunDone || size > storedFirst/10 {
		t.Errorf("%+v, %d bytes stored", run, size)
	}
}
