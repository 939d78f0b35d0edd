package store

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"clipsheet/clips"
	"clipsheet/internal/failpoint"
)

// A file is kept in chunks, since a Postgres value is held in memory whole. Each has a checksum: a bit that turns
// on a disk is noticed, whether or not the server checks its own pages.
const chunkSize = 1 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// chunker cuts a file into rows for COPY, one at a time.
type chunker struct {
	snapshot int64
	file     io.Reader
	buf      []byte
	chunk    []byte // the current one, in buf
	number   int32
	size     int64 // so far
	err      error // of the file
}

func newChunker(snapshot int64, file io.Reader) *chunker {
	return &chunker{snapshot: snapshot, file: file, buf: make([]byte, chunkSize), number: -1}
}

func (c *chunker) Next() bool {
	if c.err = failpoint.At("save.chunk"); c.err != nil {
		return false
	}
	n, err := io.ReadFull(c.file, c.buf)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		c.err = err
		return false
	}
	c.chunk = c.buf[:n]
	c.number++
	c.size += int64(n)
	return n > 0
}

func (c *chunker) Values() ([]any, error) {
	return []any{c.snapshot, c.number, int64(crc32.Checksum(c.chunk, castagnoli)), c.chunk}, nil
}

func (c *chunker) Err() error { return c.err }

// copyInto stores the file, which must be size bytes long: a shorter one was cut on its way.
func (c *chunker) copyInto(ctx context.Context, tx pgx.Tx, size int64) error {
	table := pgx.Identifier{"clipsheet", "snapshot_chunks"}
	if _, err := tx.CopyFrom(ctx, table, []string{"snapshot_id", "number", "crc", "data"}, c); err != nil {
		return err
	}
	if c.size != size {
		return fmt.Errorf("the file has %d bytes where %d were announced", c.size, size)
	}
	return nil
}

// fileWriter puts a file together again.
type fileWriter struct {
	snapshot int64
	w        io.Writer
	size     int64 // so far
	err      error // of w
}

func (f *fileWriter) copyFrom(ctx context.Context, tx pgx.Tx, size int64) error {
	rows, err := tx.Query(ctx, `
		select number, crc, data
		from clipsheet.snapshot_chunks
		where snapshot_id = $1
		order by number`, f.snapshot)
	if err != nil {
		return err
	}
	defer rows.Close()
	for want := int32(0); rows.Next(); want++ {
		var number int32
		var crc int64
		var data pgtype.DriverBytes // the connection's own buffer, good until Next
		if err := rows.Scan(&number, &crc, &data); err != nil {
			return err
		}
		if number != want || int64(crc32.Checksum(data, castagnoli)) != crc {
			return damaged(fmt.Sprintf("snapshot %d, chunk %d", f.snapshot, want))
		}
		if _, f.err = f.w.Write(data); f.err != nil {
			return f.err
		}
		f.size += int64(len(data))
	}
	if rows.Err() == nil && f.size != size {
		return damaged(fmt.Sprintf("snapshot %d has %d of %d bytes", f.snapshot, f.size, size))
	}
	return rows.Err()
}

func damaged(detail string) error {
	return &clips.Error{Kind: clips.KindCorrupt, Detail: detail,
		Notice: "A stored result is damaged and is not served: run the clip again, and have the database's disk checked."}
}
