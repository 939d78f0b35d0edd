package sources

import (
	"context"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// Writing down how a run ended must happen although its own time may be up. It is bounded by saveTimeout, and by
// closeGrace once the cache closes.
const (
	saveTimeout = 5 * time.Minute
	closeGrace  = 10 * time.Second
)

// storedFirst is the size from which results are served before they are stored. A smaller one takes no longer to store
// than to ask for, and once it is stored a restart, and every other node, has it.
const storedFirst = 1 << 20

// store writes good results down, and then calls done. It does not wait for large ones: they are whole and in hand, and
// if this process ends before it has stored them, the next reader causes another run.
func (c *Cache) store(ctx context.Context, b *batch, done func()) {
	if b.bytes() < storedFirst {
		defer done()
		c.finish(ctx, b)
		return
	}
	stored := make(chan struct{})
	c.mu.Lock()
	for _, info := range b.set() {
		c.storing[info.ID] = stored
	}
	c.mu.Unlock()
	c.work.Go(func() {
		defer done()
		calmly(c.o.Log, "store a result", func() error { c.finish(ctx, b); return nil })
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, info := range b.set() {
			delete(c.storing, info.ID)
		}
		close(stored)
	})
}

// awaitStored waits until results that are being stored are, or could not be.
func (c *Cache) awaitStored(ctx context.Context, infos set) error {
	for _, info := range infos {
		c.mu.Lock()
		storing, ok := c.storing[info.ID]
		c.mu.Unlock()
		if !ok {
			continue
		}
		select {
		case <-storing:
		case <-ctx.Done():
			return errLeft(ctx)
		}
	}
	return nil
}

// finish writes down how the runs of a batch ended.
func (c *Cache) finish(ctx context.Context, b *batch) {
	defer b.close()
	for i, run := range b.runs {
		var result *made
		if i < len(b.made) {
			result = &b.made[i]
		}
		c.finishRun(ctx, b.reqs[i].Clip.Revision.Source, run, result)
	}
	if b.stored != nil && len(b.made) > 0 {
		b.stored(ctx, b.set())
	}
}

// finishRun writes an outcome down. It cannot fail the run: a whole result in hand is served, though only this process
// has it.
func (c *Cache) finishRun(ctx context.Context, source string, run clips.Run, result *made) {
	ctx, cancel := c.saving(ctx)
	defer cancel()
	if run.State == clips.RunDone {
		if err := c.save(ctx, run, result); err != nil {
			c.o.Log.Error("a result is served but could not be stored: a restart forgets it", "run", run.ID, "err", err)
			run.State, run.Kind = clips.RunFailed, clips.KindUnavailable
			run.Notice = "The result was served but could not be stored: see the server's log."
		}
	}
	if run.State != clips.RunDone {
		if err := c.o.Store.FinishRun(ctx, run); err != nil {
			c.o.Log.Error("the end of a run could not be stored", "run", run.ID, "kind", run.Kind, "err", err)
		}
	}
	c.o.OnRun(source, run, time.Since(run.StartedAt))
}

// save packs a result, which takes longer than reading it did, and stores it. The packed file is the cache's from then on.
func (c *Cache) save(ctx context.Context, run clips.Run, result *made) error {
	if err := failpoint.At("run.save"); err != nil {
		return err
	}
	info := result.info
	snapshot, err := clips.OpenSnapshot(result.draft.file, info.Size)
	if err != nil {
		return err
	}
	packed, err := c.o.Files.begin()
	if err != nil {
		return err
	}
	defer packed.abandon()
	if info.Size, err = snapshot.Pack(stopWriter{ctx, packed}); err != nil {
		return err
	}
	if err := packed.keep(snapshotName(info)); err != nil {
		return err
	}
	return c.o.Store.SaveSnapshot(ctx, info, run, packed.file)
}

// saving is the time there is to write down how a run ended.
func (c *Cache) saving(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	stop := context.AfterFunc(c.ctx, func() { time.AfterFunc(closeGrace, cancel) })
	return ctx, func() {
		stop()
		cancel()
	}
}
