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
	file, err := c.o.Files.open(ctx, renderedName(variant, info), func(w io.Writer) error {
		return c.render(w, set{info}, func(w io.Writer, snapshots []*clips.Snapshot) error { return encode(w, snapshots[0]) })
	})
	if clips.KindOf(err) == clips.KindCorrupt {
		c.disown(keyOfInfo(info), set{info})
	}
	return file, err
}

// render encodes snapshots. Damaged ones are removed from the cache, so that another try fetches them again.
func (c *Cache) render(w io.Writer, infos set, encode func(io.Writer, []*clips.Snapshot) error) error {
	if err := c.renders.take(c.ctx, c.o.RunTimeout); err != nil {
		return err
	}
	defer c.renders.give()
	var snapshots []*clips.Snapshot
	for _, info := range infos {
		file, err := c.snapshotFile(info)
		if err != nil {
			return err
		}
		defer file.Close()
		snapshot, err := openSnapshot(file, info)
		if err != nil {
			return c.doubt(infos, err)
		}
		snapshots = append(snapshots, snapshot)
	}
	return c.doubt(infos, encode(stopWriter{c.ctx, w}, snapshots))
}

// doubt removes what may be damaged from the cache.
func (c *Cache) doubt(infos set, err error) error {
	if clips.KindOf(err) == clips.KindCorrupt {
		c.o.Log.Warn("a stored result is damaged", "snapshot", infos.id(), "err", err)
		for _, info := range infos {
			c.o.Files.dropName(snapshotName(info))
		}
	}
	return err
}

// Open opens a result for reading, from its first row as often as wanted; the caller closes the file that is under it.
// What is damaged is fetched again from the state database, once; if that has no good copy either, the error is
// KindCorrupt and the next Get runs the clip.
func (c *Cache) Open(info clips.SnapshotInfo) (*clips.Snapshot, io.Closer, error) {
	snapshot, file, err := c.openWhole(info)
	if clips.KindOf(c.doubt(set{info}, err)) == clips.KindCorrupt {
		snapshot, file, err = c.openWhole(info)
	}
	if clips.KindOf(err) == clips.KindCorrupt {
		c.disown(keyOfInfo(info), set{info})
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
		if err := c.awaitStored(ctx, set{info}); err != nil {
			return err
		}
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
func (c *Cache) disown(k key, infos set) {
	r := c.hold(k)
	defer c.letGo(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.lost == infos.id() {
		return
	}
	c.o.Log.Error("a stored result cannot be read any more: the next reader causes a run", "snapshot", infos.id())
	r.lost = infos.id()
	if r.last.id() == infos.id() {
		r.last = nil
	}
}

func keyOfInfo(info clips.SnapshotInfo) key {
	return key{clip: info.ClipID, revision: info.Revision, params: info.ParamsKey}
}

// snapshotName and renderedName tell results apart by more than their ID, so that a cache directory that outlives
// its state database, where IDs begin again, serves nothing of the old one.
func snapshotName(info clips.SnapshotInfo) string {
	return fmt.Sprintf("%s%d-%s", snapshotPrefix, info.ID, nameHash("", info))
}

func renderedName(variant string, infos ...clips.SnapshotInfo) string {
	return fmt.Sprintf("%s%d-%s", renderedPrefix, infos[0].ID, nameHash(variant, infos...))
}

func nameHash(variant string, infos ...clips.SnapshotInfo) string {
	h := sha256.New()
	for _, info := range infos {
		fmt.Fprintf(h, "%s\x00%d\x00", info.Digest, info.CreatedAt.UnixMicro())
	}
	io.WriteString(h, variant)
	return hex.EncodeToString(h.Sum(nil)[:8])
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
