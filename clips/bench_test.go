package clips

import (
	"bytes"
	"io"
	"testing"
)

func BenchmarkSnapshotWritten(b *testing.B) {
	r := manyRows(10_000)
	b.ReportAllocs()
	for b.Loop() {
		r.at = 0
		info, err := WriteSnapshot(io.Discard, r, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(info.Bytes)
	}
}

func BenchmarkSnapshotRead(b *testing.B) { benchmarkRows(b, 0, -1) }
func BenchmarkSnapshotPage(b *testing.B) { benchmarkRows(b, 5_000, 100) }

func benchmarkRows(b *testing.B, offset, limit int64) {
	var file bytes.Buffer
	if _, err := WriteSnapshot(&file, manyRows(10_000), nil); err != nil {
		b.Fatal(err)
	}
	s, err := OpenSnapshot(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		rows := s.Rows(offset, limit)
		for rows.Next() {
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
	}
}
