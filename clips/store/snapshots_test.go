package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

const mib = 1 << 20

// noise is a file of n bytes that no compression shortens.
func noise(n int64) io.Reader {
	return io.LimitReader(rand.NewChaCha8([32]byte{byte(n)}), n)
}

func infoOf(r clips.Run, size int64) clips.SnapshotInfo {
	return clips.SnapshotInfo{ID: r.ID, ClipID: r.ClipID, Revision: r.Revision, ParamsKey: r.ParamsKey, Size: size,
		Rows: 2, Bytes: 9, Digest: "d1", CreatedAt: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Header: clips.Header{AsOf: time.Date(2026, 11, 24, 11, 59, 58, 123456789, time.UTC), Lag: 3 * time.Second,
			TimeZone: "UTC", Columns: []clips.Column{{Name: "id", Type: clips.Int, OID: 20, Typmod: -1}}}}
}

// save runs a clip, with a result of so many bytes.
func save(t testing.TB, s *store.Store, slug, key string, size int64) clips.SnapshotInfo {
	t.Helper()
	r := start(t, s, slug, key)
	info := infoOf(r, size)
	if err := s.SaveSnapshot(t.Context(), info, r, noise(size)); err != nil {
		t.Fatal(err)
	}
	return info
}

func latest(s *store.Store, info clips.SnapshotInfo) (clips.SnapshotInfo, error) {
	return s.LatestSnapshot(context.Background(), info.ClipID, info.Revision, info.ParamsKey)
}

func TestAFileComesBackAsItWasSaved(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	for _, size := range []int64{0, 1, mib - 1, mib, mib + 1, 3*mib + 17} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			info := save(t, s, "sales", "", size)
			got, err := latest(s, info)
			if diff := cmp.Diff(info, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
			want, _ := io.ReadAll(noise(size))
			var file bytes.Buffer
			if err := s.ReadSnapshot(t.Context(), info.ID, &file); err != nil || !bytes.Equal(file.Bytes(), want) {
				t.Errorf("%d bytes came back, not as they were saved (%v)", file.Len(), err)
			}
		})
	}
}

func TestSavingASnapshotEndsItsRun(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	r := start(t, s, "sales", "k")
	r.Rows, r.Bytes, r.Digest, r.EndedAt = 2, 9, "d1", time.Date(2026, 11, 24, 12, 0, 1, 0, time.UTC)
	if err := s.SaveSnapshot(t.Context(), infoOf(r, 5), r, noise(5)); err != nil {
		t.Fatal(err)
	}
	r.State = clips.RunDone
	ignore := cmpopts.IgnoreFields(clips.Run{}, "StartedAt")
	if diff := cmp.Diff([]clips.Run{r}, runs(t, s, "sales"), ignore); diff != "" {
		t.Error(diff)
	}
	failed := r
	failed.State, failed.Notice = clips.RunFailed, "a reply that was lost"
	wantNotFound(t, s.FinishRun(t.Context(), failed)) // done stays done
	if diff := cmp.Diff([]clips.Run{r}, runs(t, s, "sales"), ignore); diff != "" {
		t.Error(diff)
	}
}

func TestHeadersHoldAnyName(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	r := start(t, s, "sales", "")
	info := infoOf(r, 0)
	for _, name := range []string{"", "", "caf\xe9", "\xff\xfe", "a\nb\"\\", "\u2028😀", "raw_names", "�"} {
		info.Header.Columns = append(info.Header.Columns, clips.Column{Name: name, Type: clips.Array, Elem: clips.Text})
	}
	if err := s.SaveSnapshot(t.Context(), info, r, noise(0)); err != nil {
		t.Fatal(err)
	}
	got, err := latest(s, info)
	if diff := cmp.Diff(info, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestAFailedSaveLeavesNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk broke")
	for name, c := range map[string]struct {
		file io.Reader
		edit func(*clips.SnapshotInfo)
		is   error
	}{
		"the reader fails at once":    {file: iotest.ErrReader(broken), is: broken},
		"the reader fails half way":   {file: io.MultiReader(noise(3*mib+5), iotest.ErrReader(broken)), is: broken},
		"the file was cut short":      {file: noise(4*mib - 1)},
		"the file goes on for longer": {file: noise(4*mib + 1)},
		"a truncated inner stream":    {file: io.MultiReader(noise(2*mib), iotest.ErrReader(io.ErrUnexpectedEOF))},
		"another revision":            {file: noise(4 * mib), edit: func(i *clips.SnapshotInfo) { i.Revision = 9 }},
		"another run":                 {file: noise(4 * mib), edit: func(i *clips.SnapshotInfo) { i.ID++ }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dsn := openWith(t, "sales")
			r := start(t, s, "sales", "")
			info := infoOf(r, 4*mib)
			if c.edit != nil {
				c.edit(&info)
			}
			err := s.SaveSnapshot(t.Context(), info, r, c.file)
			if err == nil || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("error is %v, want %v", err, c.is)
			}
			wantNothing(t, s, dsn)
			if err := s.SaveSnapshot(t.Context(), infoOf(r, 5), r, noise(5)); err != nil {
				t.Errorf("the next try: %v", err)
			}
		})
	}
}

// wantNothing checks that there is no trace of a save.
func wantNothing(t *testing.T, s *store.Store, dsn string) {
	t.Helper()
	n := pgtest.Query(t, dsn, `select (select count(*) from clipsheet.snapshots) + (select count(*) from clipsheet.snapshot_chunks)`)[0]
	if state := runs(t, s, "sales")[0].State; n != "0" || state != clips.RunRunning {
		t.Errorf("%s rows are left, and the run is %s", n, state)
	}
}

func TestACancelledOrCutSaveLeavesNothing(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	ctx, cancel := context.WithCancel(t.Context())
	for name, cut := range map[string]func(){
		"cancelled": cancel,
		"cut": func() {
			pgtest.Eventually(t, "the copy to begin", func() bool {
				return pgtest.Query(t, dsn, `select count(pg_terminate_backend(pid)) from pg_stat_activity
					where application_name = 'clipsheet' and datname = current_database() and query ilike 'copy%'`)[0] != "0"
			})
		},
	} {
		r := start(t, s, "sales", "")
		half := io.MultiReader(noise(2*mib), readerFunc(func([]byte) (int, error) { cut(); return 0, nil }), noise(2*mib))
		err := s.SaveSnapshot(map[bool]context.Context{true: ctx, false: t.Context()}[name == "cancelled"], infoOf(r, 4*mib), r, half)
		if want := map[string]clips.Kind{"cancelled": clips.KindInternal, "cut": clips.KindUnavailable}[name]; clips.KindOf(err) != want {
			t.Errorf("%s: error is %v (%s), want %s", name, err, clips.KindOf(err), want)
		}
		wantNothing(t, s, dsn)
	}
}

// readerFunc acts once, and is at its end from then on.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { f(b); return 0, io.EOF }

func TestADamagedChunkIsNoticed(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"a flipped bit":      "update clipsheet.snapshot_chunks set data = set_bit(data, 4321, 1 - get_bit(data, 4321)) where number = 1",
		"a missing chunk":    "delete from clipsheet.snapshot_chunks where number = 1",
		"a missing tail":     "delete from clipsheet.snapshot_chunks where number = 2",
		"no chunk left":      "delete from clipsheet.snapshot_chunks",
		"a chunk cut short":  "update clipsheet.snapshot_chunks set data = substr(data, 2) where number = 0",
		"chunks in disorder": "update clipsheet.snapshot_chunks set number = 10 - number",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dsn := openWith(t, "sales")
			info := save(t, s, "sales", "", 2*mib+5)
			pgtest.Exec(t, dsn, damage)
			err := s.ReadSnapshot(t.Context(), info.ID, io.Discard)
			if clips.KindOf(err) != clips.KindCorrupt {
				t.Errorf("error is %v, want %s", err, clips.KindCorrupt)
			}
			wantSays(t, err, "run the clip again")
		})
	}
}

func TestADamagedHeaderIsNoticed(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "sales")
	info := save(t, s, "sales", "", 5)
	for _, header := range []string{`{"columns":`, `{"columns":[],"raw_names":{"3":"YQ=="}}`} {
		pgtest.Exec(t, dsn, "update clipsheet.snapshots set header = '"+header+"'")
		if _, err := latest(s, info); clips.KindOf(err) != clips.KindCorrupt {
			t.Errorf("error is %v, want %s", err, clips.KindCorrupt)
		}
	}
}

func TestTheWritersErrorIsTheWriters(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales")
	info := save(t, s, "sales", "", 2*mib)
	if err := s.ReadSnapshot(t.Context(), info.ID, iotest.TruncateWriter(io.Discard, mib)); err != nil {
		t.Fatal(err) // says it wrote all
	}
	pr, pw := io.Pipe()
	full := errors.New("no space left")
	pr.CloseWithError(full)
	if err := s.ReadSnapshot(t.Context(), info.ID, pw); !errors.Is(err, full) {
		t.Errorf("error is %v, want %v", err, full)
	}
	wantNotFound(t, s.ReadSnapshot(t.Context(), 999, io.Discard))
	if err := s.ReadSnapshot(t.Context(), info.ID, io.Discard); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestTheLatestIsOfTheRunStartedLast(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "sales", "other")
	slow, quick := start(t, s, "sales", "k"), start(t, s, "sales", "k")
	save(t, s, "other", "k", 1)
	save(t, s, "sales", "", 1)
	for _, r := range []clips.Run{quick, slow} {
		if err := s.SaveSnapshot(t.Context(), infoOf(r, 1), r, noise(1)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := latest(s, infoOf(slow, 1)); err != nil || got.ID != quick.ID {
		t.Errorf("the latest is of run %d (%v), want %d", got.ID, err, quick.ID)
	}
	_, err := s.LatestSnapshot(t.Context(), slow.ClipID, 1, "none")
	wantNotFound(t, err)
	_, err = s.LatestSnapshot(t.Context(), slow.ClipID, 2, "k")
	wantNotFound(t, err)
}

func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	s, _ := openWith(t, "sales")
	const size = 64 * mib
	info := save(t, s, "sales", "", size)
	peak := &peakWriter{}
	if err := s.ReadSnapshot(t.Context(), info.ID, peak); err != nil || peak.written != size {
		t.Fatalf("%d bytes, %v", peak.written, err)
	}
	r := start(t, s, "sales", "")
	if err := s.SaveSnapshot(t.Context(), infoOf(r, size), r, io.TeeReader(noise(size), peak)); err != nil {
		t.Fatal(err)
	}
	if limit := uint64(24 * mib); peak.heap > limit {
		t.Errorf("%d MiB of heap for a file of %d MiB, want at most %d", peak.heap/mib, size/mib, limit/mib)
	}
}

// peakWriter looks at the live heap now and then.
type peakWriter struct {
	written int64
	heap    uint64
}

func (p *peakWriter) Write(b []byte) (int, error) {
	if p.written/(8*mib) != (p.written+int64(len(b)))/(8*mib) {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		p.heap = max(p.heap, m.HeapAlloc)
	}
	p.written += int64(len(b))
	return len(b), nil
}
