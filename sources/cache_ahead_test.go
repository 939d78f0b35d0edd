package sources

import (
	"context"
	"io"
	"testing"

	"clipsheet/clips"
)

// slowToKeep is a store that takes no result before it may.
type slowToKeep struct {
	*memory
	may chan struct{}
}

func (s slowToKeep) SaveSnapshot(ctx context.Context, info clips.SnapshotInfo, r clips.Run, file io.Reader) error {
	<-s.may
	return s.memory.SaveSnapshot(ctx, info, r, file)
}

func TestAFormIsMadeWhileTheResultIsBeingStored(t *testing.T) {
	t.Parallel()
	may := make(chan struct{})
	w := newWorld(t, func(o *CacheOptions) { o.Store = slowToKeep{o.Store.(*memory), may} })
	made := make(chan string, 1)
	text := func(w io.Writer, _ *clips.Snapshot) error { _, err := io.WriteString(w, "a form"); return err }
	req := ask()
	req.Ahead = func(info clips.SnapshotInfo) {
		file, err := w.Render(context.Background(), info, "form", text)
		if err != nil {
			made <- err.Error()
			return
		}
		defer file.Close()
		content, _ := io.ReadAll(file)
		made <- string(content)
	}
	answered := make(chan error, 1)
	go func() { _, err := w.Get(t.Context(), req); answered <- err }()
	if got := <-made; got != "a form" {
		t.Fatalf("made ahead: %q", got)
	}
	select {
	case err := <-answered:
		t.Fatalf("the answer came before the result was stored: %v", err)
	default:
	}
	close(may)
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
}

func TestAFormThatCannotBeMadeAheadDoesNoHarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := ask()
	req.Ahead = func(clips.SnapshotInfo) { panic("poisoned") }
	if _, err := w.Get(t.Context(), req); err != nil {
		t.Fatal(err)
	}
}
