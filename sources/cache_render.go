package sources

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"clipsheet/clips"
)

// readTimeout bounds fetching a snapshot from the state database.
const readTimeout = 10 * time.Minute

// Render opens a snapshot rendered by encode, at its start; the caller closes it. It is encoded once per snapshot and
// variant, however many ask, and kept as a file; what is served from it later is compared with the checksum taken
// when it was written.
//
// encode must depend on nothing but the snapshot and the variant. It goes on when the reader leaves, so it must not
// use the reader's context, and it may be called a second time.
//
// A damaged snapshot is fetched again from the state database. If that has no good copy either, the error is
// KindCorrupt and the cache disowns the result: the next Get runs the clip.
func (c *Cache) Render(ctx context.Context, info clips.SnapshotInfo, variant string,
	encode func(io.Writer, *clips.Snapshot) error) (*os.File, error) {
	file, err := c.o.Files.open(ctx, renderedName(info, variant), func(w io.Writer) error {
		return c.render(w, info, encode)
	})
	if clips.KindOf(err) == clips.KindCorrupt {
		c.disown(info)
	}
	return file, err
}

// render encodes the snapshot. A damaged one is removed from the cache, so that another try fetches it again.
func (c *Cache) render(w io.Writer, info clips.SnapshotInfo, encode func(io.Writer, *clips.Snapshot) error) error {
	if err := c.renders.take(c.ctx, c.o.RunTimeout); err != nil {
		return err
	}
	defer c.renders.give()
	file, err := c.snapshotFile(info)
	if err != nil {
		return err
	}
	defer file.Close()
	snapshot, err := openSnapshot(file, info)
	if err == nil {
		err = encode(stopWriter{c.ctx, w}, snapshot)
	}
	if clips.KindOf(err) == clips.KindCorrupt {
		c.o.Log.Warn("a stored result is damaged", "snapshot", info.ID, "err", err)
		c.o.Files.dropName(snapshotName(info))
	}
	return err
}

// Open opens a result for reading, from its first row as often as wanted; the caller closes the file that is under it.
// What is damaged is fetched again from the state database, once; if that has no good copy either, the error is
// KindCorrupt and the next Get runs the clip.
func (c *Cache) Open(info clips.SnapshotInfo) (*clips.Snapshot, io.Closer, error) {
	snapshot, file, err := c.openWhole(info)
	if clips.KindOf(err) == clips.KindCorrupt {
		c.o.Log.Warn("a stored result is damaged", "snapshot", info.ID, "err", err)
		c.o.Files.dropName(snapshotName(info))
		snapshot, file, err = c.openWhole(info)
	}
	if clips.KindOf(err) == clips.KindCorrupt {
		c.disown(info)
	}
	return snapshot, file, err
}

// openWhole reads the result through, so that damage is found before anyone works with a part of it.
func (c *Cache) openWhole(info clips.SnapshotInfo) (*clips.Snapshot, io.Closer, error) {
	file, err := c.snapshotFile(info)
	if err != nil {
		return nil, nil, err
	}
	snapshot, err := openSnapshot(file, info)
	if err == nil {
		err = snapshot.Verify()
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	return snapshot, file, nil
}

// snapshotFile opens the snapshot's file, from the state database when the cache no longer has it.
func (c *Cache) snapshotFile(info clips.SnapshotInfo) (*os.File, error) {
	return c.o.Files.open(c.ctx, snapshotName(info), func(w io.Writer) error {
		ctx, cancel := context.WithTimeout(c.ctx, readTimeout)
		defer cancel()
		err := c.o.Store.ReadSnapshot(ctx, info.ID, w)
		switch kind := clips.KindOf(err); {
		case err == nil, kind == clips.KindCorrupt, kind == clips.KindDiskFull:
			return err
		case errors.Is(err, clips.ErrNotFound):
			return errCorrupt(err)
		}
		return errState("read the stored result", err)
	})
}

// openSnapshot refuses a file that is whole but not the one meant.
func openSnapshot(file *os.File, info clips.SnapshotInfo) (*clips.Snapshot, error) {
	stat, err := file.Stat()
	if err != nil {
		return nil, err
	}
	snapshot, err := clips.OpenSnapshot(file, stat.Size())
	if err != nil {
		return nil, err
	}
	if snapshot.Digest() != info.Digest {
		return nil, errCorrupt(fmt.Errorf("snapshot %d has digest %s, not %s", info.ID, snapshot.Digest(), info.Digest))
	}
	return snapshot, nil
}

// disown forgets a result that cannot be read any more, and remembers not to believe the state database about it.
func (c *Cache) disown(info clips.SnapshotInfo) {
	r := c.hold(key{info.ClipID, info.Revision, info.ParamsKey})
	defer c.letGo(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.lost == info.ID {
		return
	}
	c.o.Log.Error("a stored result cannot be read any more: the next reader causes a run", "snapshot", info.ID)
	r.lost = info.ID
	if r.last.ID == info.ID {
		r.last = clips.SnapshotInfo{}
	}
}

// snapshotName and renderedName tell results apart by more than their ID, so that a cache directory that outlives
// its state database, where IDs begin again, serves nothing of the old one.
func snapshotName(info clips.SnapshotInfo) string {
	return fmt.Sprintf("%s%d-%s", snapshotPrefix, info.ID, nameHash(info, ""))
}

func renderedName(info clips.SnapshotInfo, variant string) string {
	return fmt.Sprintf("%s%d-%s", renderedPrefix, info.ID, nameHash(info, variant))
}

func nameHash(info clips.SnapshotInfo, variant string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s", info.Digest, info.CreatedAt.UnixMicro(), variant))
	return hex.EncodeToString(sum[:8])
}

// stopWriter ends an encoder at its next write once ctx is done.
type stopWriter struct {
	ctx context.Context
	w   io.Writer
}

func (s stopWriter) Write(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, errClosed()
	}
	return s.w.Write(p)
}
