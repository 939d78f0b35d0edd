package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// SaveSnapshot stores the file of a result, its description, and that the run which made it is done: all three or
// nothing. info.ID is r.ID. The file is read once, from where it stands to its end, and never held whole.
func (s *Store) SaveSnapshot(ctx context.Context, info clips.SnapshotInfo, r clips.Run, file io.Reader) error {
	if info.ID != r.ID {
		return fmt.Errorf("snapshot %d is not of run %d", info.ID, r.ID)
	}
	r.State, r.Kind, r.Notice = clips.RunDone, "", ""
	chunks := newChunker(info.ID, file)
	ctx = atLength(ctx)
	err := s.write(ctx, func(tx pgx.Tx) error {
		if err := allowBulk(ctx, tx); err != nil {
			return err
		}
		if err := finish(ctx, tx, r); err != nil {
			return err
		}
		if err := insertSnapshot(ctx, tx, info); err != nil {
			return err
		}
		return errors.Join(chunks.copyInto(ctx, tx, info.Size), failpoint.At("save.commit"))
	})
	if err == nil {
		err = failpoint.At("save.done")
	}
	if chunks.err != nil {
		return fmt.Errorf("read the file of snapshot %d: %w", info.ID, chunks.err)
	}
	return explain(fmt.Sprintf("save snapshot %d", info.ID), err)
}

// allowBulk gives a transaction that moves a file the time it takes.
func allowBulk(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `set local statement_timeout = '`+bulkTimeout+`'`)
	return err
}

func insertSnapshot(ctx context.Context, tx pgx.Tx, info clips.SnapshotInfo) error {
	header, err := packHeader(info.Header)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into clipsheet.snapshots
			(id, clip_id, revision, params_key, header, rows, bytes, size, digest, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, now()))`,
		info.ID, info.ClipID, info.Revision, info.ParamsKey, header, info.Rows, info.Bytes, info.Size, info.Digest,
		moment(&info.CreatedAt))
	return err
}

// Of snapshots s, in the order of scanSnapshot.
const snapshotColumns = `
	s.id, s.clip_id, s.revision, s.params_key, s.rows, s.bytes, s.size, s.digest, s.created_at, s.header`

// scanSnapshot reads snapshotColumns, and the columns in front of them into others.
func scanSnapshot(row pgx.Row, others ...any) (info clips.SnapshotInfo, err error) {
	var header []byte
	err = row.Scan(append(others, &info.ID, &info.ClipID, &info.Revision, &info.ParamsKey, &info.Rows, &info.Bytes,
		&info.Size, &info.Digest, &info.CreatedAt, &header)...)
	if err == nil {
		info.Header, err = unpackHeader(header)
	}
	return info, err
}

// LatestSnapshot finds the newest result of a revision with these parameters: that of the run which was started
// last, so that a slow run ending late cannot take readers back in time.
func (s *Store) LatestSnapshot(ctx context.Context, clipID int64, revision int, key string) (clips.SnapshotInfo, error) {
	info, err := scanSnapshot(s.pool.QueryRow(ctx, `
		select `+snapshotColumns+`
		from clipsheet.snapshots s
		where clip_id = $1 and revision = $2 and params_key = $3
		order by id desc
		limit 1`, clipID, revision, key))
	if err != nil {
		return clips.SnapshotInfo{}, explain("find the latest snapshot", err)
	}
	return info, nil
}

// ReadSnapshot writes the file of a snapshot to w, checked chunk by chunk and as it stood at one moment. After an
// error what w has got is to be thrown away: KindCorrupt for a damaged file, ErrNotFound for one that is no more.
func (s *Store) ReadSnapshot(ctx context.Context, id int64, w io.Writer) error {
	out := &fileWriter{snapshot: id, w: w}
	ctx = atLength(ctx)
	oneMoment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, oneMoment, func(tx pgx.Tx) error {
		if err := allowBulk(ctx, tx); err != nil {
			return err
		}
		var size int64
		err := tx.QueryRow(ctx, `select size from clipsheet.snapshots where id = $1`, id).Scan(&size)
		if err != nil {
			return err
		}
		return out.copyFrom(ctx, tx, size)
	})
	if out.err != nil {
		return fmt.Errorf("write the file of snapshot %d: %w", id, out.err)
	}
	return explain(fmt.Sprintf("read snapshot %d", id), err)
}

// storedHeader is a header as it is kept. JSON holds Unicode alone, and a server with encoding SQL_ASCII may name a
// column in any bytes: those names are kept beside it as they are.
type storedHeader struct {
	clips.Header
	RawNames map[int][]byte `json:"raw_names,omitempty"` // by the number of the column
}

func packHeader(h clips.Header) ([]byte, error) {
	stored := storedHeader{Header: h, RawNames: map[int][]byte{}}
	for i, c := range h.Columns {
		if !utf8.ValidString(c.Name) {
			stored.RawNames[i] = []byte(c.Name)
		}
	}
	return json.Marshal(stored)
}

func unpackHeader(b []byte) (clips.Header, error) {
	var stored storedHeader
	if err := json.Unmarshal(b, &stored); err != nil {
		return clips.Header{}, damaged("its header cannot be read")
	}
	for i, name := range stored.RawNames {
		if i < 0 || i >= len(stored.Columns) {
			return clips.Header{}, damaged("its header names a column that is not there")
		}
		stored.Columns[i].Name = string(name)
	}
	return stored.Header, nil
}
