package sources

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

// pack is a request for a workbook of the clip of ask and another, with a max_age of half a minute.
func pack() clips.WorkbookRequest {
	one, two := ask().Clip, ask().Clip
	two.ID, two.Slug, two.Revision.MaxAge = 8, "cash", 30*time.Second
	return clips.WorkbookRequest{Workbook: clips.Workbook{Name: "month-end", Clips: []clips.Clip{one, two}}, Bound: make([]clips.Bound, 2)}
}

func (w *world) together(t testing.TB, req clips.WorkbookRequest) clips.WorkbookAnswer {
	t.Helper()
	a, err := w.Together(t.Context(), req)
	if err != nil {
		t.Fatalf("Together: %v", err)
	}
	return a
}

// ids are the runs that made an answer.
func ids(a clips.WorkbookAnswer) string {
	var ids []int64
	for _, info := range a.Infos {
		ids = append(ids, info.ID)
	}
	return fmt.Sprint(ids)
}

func TestThousandReadersOfAWorkbookCauseOneRunOfEachClip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.source.set(func(ctx context.Context, n int) (clips.Rows, error) {
			return slow(ctx, time.Second, fmt.Sprint(n)), nil
		})
		var readers sync.WaitGroup
		for range 1000 {
			readers.Go(func() {
				if a, err := w.Together(t.Context(), pack()); err != nil || ids(a) != "[1 2]" || a.Stale != "" {
					t.Errorf("%+v, %v", a, err)
				}
			})
		}
		readers.Wait()
		if w.source.count() != 2 {
			t.Errorf("%d queries", w.source.count())
		}
		for id, clip := range map[int64]int64{1: 7, 2: 8} {
			if run := w.store.runs[id]; run.State != clips.RunDone || run.ClipID != clip || run.Rows != 1 {
				t.Errorf("run %d was noted as %+v", id, run)
			}
		}
		if a := w.get(t, ask()); a.Info.ID != 1 || w.source.count() != 2 { // the clip alone has the workbook's result
			t.Errorf("the clip alone: %+v after %d queries", a, w.source.count())
		}
	})
}

func TestWorkbookIsAsYoungAsItsClipsAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.together(t, pack())
		time.Sleep(29 * time.Second)
		if a := w.together(t, pack()); ids(a) != "[1 2]" || a.Stale != "" {
			t.Errorf("before the smallest max_age: %+v", a)
		}
		time.Sleep(time.Minute)
		if a := w.together(t, pack()); ids(a) != "[3 4]" || a.Stale != "" {
			t.Errorf("after twice that: %+v", a)
		}
		time.Sleep(clips.MinFreshAge)
		req := pack()
		req.Fresh = true
		if a := w.together(t, req); ids(a) != "[5 6]" || a.Stale != "" {
			t.Errorf("asked to be fresh: %+v", a)
		}
	})
}

func TestFailureOfOneClipLeavesTheLastGoodWorkbook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.together(t, pack())
		fail := func(_ context.Context, n int) (clips.Rows, error) {
			if n%2 == 0 {
				return nil, errNoAnswer
			}
			return table("new"), nil
		}
		w.source.set(fail)
		time.Sleep(time.Hour)
		const why = "The follower does not answer; showing the result of 2026-11-24 09:05 UTC"
		if a := w.together(t, pack()); ids(a) != "[1 2]" || a.Stale != why {
			t.Errorf("%+v", a)
		}
		if p, err := w.PeekTogether(t.Context(), pack()); err != nil || ids(p) != "[1 2]" || p.Stale != why {
			t.Errorf("PeekTogether: %+v, %v", p, err)
		}
		if run := w.store.runs[4]; run.State != clips.RunFailed || run.Kind != clips.KindUnavailable {
			t.Errorf("the run to blame was noted as %+v", run)
		}
		if run := w.store.runs[3]; run.State != clips.RunFailed || run.Kind != clips.KindCanceled || !strings.Contains(run.Notice, "cash, which failed") {
			t.Errorf("the run beside it was noted as %+v", run)
		}
		w.restart(t, 1<<20) // or another node, which has never seen it
		if a := w.together(t, pack()); ids(a) != "[1 2]" || a.Stale != why || w.readTogether(t, a) != "1 2" {
			t.Errorf("after a restart: %+v", a)
		}
		w.source.set(nil)
		time.Sleep(15 * time.Second)
		if a := w.together(t, pack()); ids(a) != "[7 8]" || a.Stale != "" {
			t.Errorf("after the follower returned: %+v", a)
		}
	})
}

// readTogether renders the values of a workbook's results in one line.
func (w *world) readTogether(t testing.TB, a clips.WorkbookAnswer) string {
	t.Helper()
	file, err := w.RenderTogether(t.Context(), pack(), a.Infos, "text", texts)
	if err != nil {
		t.Fatalf("RenderTogether: %v", err)
	}
	return strings.Join(strings.Fields(drain(t, file)), " ")
}

func texts(w io.Writer, snapshots []*clips.Snapshot) error {
	for _, s := range snapshots {
		if err := text(w, s); err != nil {
			return err
		}
	}
	return nil
}

func TestWorkbookDamagedEverywhereIsRunAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.together(t, pack())
	w.store.set(func(m *memory) { delete(m.files, 2) })
	w.Cache.o.Files.dropName(snapshotName(a.Infos[1]))
	if _, err := w.RenderTogether(t.Context(), pack(), a.Infos, "text", texts); clips.KindOf(err) != clips.KindCorrupt {
		t.Fatalf("%v", err)
	}
	again := w.together(t, pack())
	if got := w.readTogether(t, again); got != "3 4" || again.Stale != "" {
		t.Errorf("then %+v, which reads %q", again, got)
	}
}

func TestWorkbooksDifferByTheirClipsRevisionsAndValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.together(t, pack())
	changed := pack()
	changed.Workbook.Clips[1].Revision.Number = 2
	valued := pack()
	valued.Bound[0].Key = "value"
	turned := pack()
	turned.Workbook.Clips[0], turned.Workbook.Clips[1] = turned.Workbook.Clips[1], turned.Workbook.Clips[0]
	for i, req := range []clips.WorkbookRequest{changed, valued, turned} {
		if a := w.together(t, req); a.Infos[0].ID != int64(3+2*i) {
			t.Errorf("request %d got %s", i, ids(a))
		}
	}
}

func TestWorkbookIsOfOneSource(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	req := pack()
	req.Workbook.Clips[1].Revision.Source = "crm"
	_, err := w.Together(t.Context(), req)
	wantError(t, err, clips.KindSQL, "erp and crm")
	if w.source.count() != 0 {
		t.Errorf("%d queries", w.source.count())
	}
}

func TestWorkbookThatCannotBeStoredIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.store.set(func(m *memory) { m.saveDown = true })
	if a := w.together(t, pack()); w.readTogether(t, a) != "1 2" {
		t.Errorf("%+v", a)
	}
	if run := w.store.runs[2]; run.State != clips.RunFailed {
		t.Errorf("the run was noted as %+v", run)
	}
}

func TestRunTogetherIsNeverAnOlderResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.together(t, pack())
		for _, want := range []string{"[3 4]", "[5 6]"} {
			infos, err := w.RunTogether(t.Context(), pack())
			if got := ids(clips.WorkbookAnswer{Infos: infos}); err != nil || got != want {
				t.Errorf("the results of runs %s, want %s: %v", got, want, err)
			}
		}
		w.source.set(func(context.Context, int) (clips.Rows, error) { return nil, errNoAnswer })
		if infos, err := w.RunTogether(t.Context(), pack()); err == nil {
			t.Errorf("a failed run gives %+v", infos)
		}
	})
}
