package clips

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// snapshotOf writes r as a snapshot in memory.
func snapshotOf(t interface{ Fatal(...any) }, r Rows) ([]byte, SnapshotInfo) {
	var file bytes.Buffer
	info, err := WriteSnapshot(&file, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), info
}

func open(file []byte) (*Snapshot, error) {
	return OpenSnapshot(bytes.NewReader(file), int64(len(file)))
}

func mustOpen(t interface{ Fatal(...any) }, file []byte) *Snapshot {
	s, err := open(file)
	if err != nil {
		t.Fatal(err, errors.Unwrap(err))
	}
	return s
}

// readAll copies rows to the end.
func readAll(r Rows) ([][][]byte, error) {
	rows := [][][]byte{}
	for r.Next() {
		row := [][]byte{}
		for _, value := range r.Row() {
			row = append(row, bytes.Clone(value))
		}
		rows = append(rows, row)
	}
	return rows, r.Err()
}

// sameRows compares values and NULLs.
func sameRows(a, b [][][]byte) bool {
	return slices.EqualFunc(a, b, func(a, b [][]byte) bool {
		return slices.EqualFunc(a, b, func(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) })
	})
}

var november = time.Date(2026, 11, 24, 11, 59, 58, 123456789, time.UTC)

// drawResult is a result of any shape: no rows or columns, many blocks, names and values of any bytes.
func drawResult(t *rapid.T) *fixed {
	column := rapid.Custom(func(t *rapid.T) Column {
		return Column{
			Name:   string(rapid.SliceOfN(rapid.Byte(), 0, 63).Draw(t, "name")),
			Type:   Type(rapid.IntRange(0, len(typeNames)-1).Draw(t, "type")),
			Elem:   Type(rapid.IntRange(0, len(typeNames)-1).Draw(t, "elem")),
			OID:    rapid.Uint32().Draw(t, "oid"),
			Typmod: rapid.Int32().Draw(t, "typmod"),
		}
	})
	r := &fixed{header: Header{AsOf: november, Lag: time.Duration(rapid.Int64().Draw(t, "lag")), TimeZone: "Europe/Berlin"}}
	r.header.Columns = rapid.SliceOfN(column, 0, 5).Draw(t, "columns")
	value := rapid.Custom(func(t *rapid.T) []byte {
		switch rapid.IntRange(0, 19).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, rapid.SampledFrom([]int{126, 127, 128, 16383, blockSize - 4, blockSize, 700_000}).Draw(t, "length"))
		}
		return rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "value")
	})
	r.rows = rapid.SliceOfN(rapid.SliceOfN(value, len(r.header.Columns), len(r.header.Columns)), 0, 30).Draw(t, "rows")
	if rapid.IntRange(0, 9).Draw(t, "long") == 0 {
		r.rows = slices.Repeat(r.rows, 10)
	}
	return r
}

func TestASnapshotIsTheResult(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		result := drawResult(t)
		file, info := snapshotOf(t, result)
		s := mustOpen(t, file)
		if diff := cmp.Diff(result.header, s.Header()); diff != "" {
			t.Fatal(diff)
		}
		got, err := readAll(s.Rows(0, -1))
		if err != nil || !sameRows(got, result.rows) {
			t.Fatalf("%d of %d rows came back, or other ones (%v)", len(got), len(result.rows), err)
		}
		size := int64(0)
		for _, row := range result.rows {
			size += int64(len(bytes.Join(row, nil)))
		}
		want := SnapshotInfo{Header: result.header, Rows: int64(len(result.rows)), Bytes: size, Size: int64(len(file)), Digest: s.Digest()}
		if diff := cmp.Diff(want, info); diff != "" || s.NumRows() != info.Rows || len(info.Digest) != 64 {
			t.Fatal(diff, s.NumRows(), info.Digest)
		}
		if err := s.Verify(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnyPageIsASliceOfTheRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		result := drawResult(t)
		file, _ := snapshotOf(t, result)
		s := mustOpen(t, file)
		n := len(result.rows)
		offset, limit := rapid.IntRange(0, n+2).Draw(t, "offset"), rapid.IntRange(-1, n+2).Draw(t, "limit")
		want := result.rows[min(offset, n):]
		if limit >= 0 {
			want = want[:min(limit, len(want))]
		}
		got, err := readAll(s.Rows(int64(offset), int64(limit)))
		if err != nil || !sameRows(got, want) {
			t.Fatalf("%d rows from %d on: %d rows, or other ones (%v)", limit, offset, len(got), err)
		}
	})
}

// The index finds the block a page begins in, so one page costs one read, wherever it is.
func TestAPageReadsOneBlock(t *testing.T) {
	r := &fixed{header: result("a text").header, rows: slices.Repeat([][][]byte{{bytes.Repeat([]byte("x"), 1000)}}, 2000)}
	file, _ := snapshotOf(t, r)
	counted := &failingReader{Reader: bytes.NewReader(file), left: math.MaxInt}
	s, err := OpenSnapshot(counted, int64(len(file)))
	if err != nil || len(s.footer.Blocks) < 7 {
		t.Fatal(err, len(s.footer.Blocks))
	}
	for block, first := range s.first[:len(s.first)-1] {
		last := s.first[block+1] - 1
		for _, page := range [][2]int64{{first, 1}, {first, last - first + 1}, {last, 1}} {
			before := counted.left
			if err := drain(s.Rows(page[0], page[1])); err != nil || before-counted.left != 1 {
				t.Errorf("%d rows from %d on: %d reads (%v)", page[1], page[0], before-counted.left, err)
			}
		}
	}
}

func TestPagesBeyondTheRows(t *testing.T) {
	file, _ := snapshotOf(t, result("a int", row("1"), row("2"), row("3")))
	s := mustOpen(t, file)
	for _, c := range []struct {
		offset, limit int64
		want          int
	}{
		{-5, 2, 2}, {math.MinInt64, math.MinInt64, 3}, {0, math.MaxInt64, 3}, {2, math.MaxInt64, 1}, {3, -1, 0}, {4, 1, 0},
		{math.MaxInt64, math.MaxInt64, 0}, {1, 0, 0},
	} {
		if got, err := readAll(s.Rows(c.offset, c.limit)); err != nil || len(got) != c.want {
			t.Errorf("%d rows from %d on: %d (%v), want %d", c.limit, c.offset, len(got), err, c.want)
		}
	}
}

// Rows without columns take no room, and still there are not more of them in a block than a reader accepts.
func TestManyRowsOfNothing(t *testing.T) {
	file, info := snapshotOf(t, &fixed{rows: make([][][]byte, maxBlockRows+5)})
	s := mustOpen(t, file)
	rows, n := s.Rows(3, -1), 0
	for rows.Next() {
		n++
	}
	if n != maxBlockRows+2 || rows.Err() != nil || info.Rows != maxBlockRows+5 || len(s.footer.Blocks) != 2 || s.Verify() != nil {
		t.Errorf("%d rows in %d blocks (%v)", n, len(s.footer.Blocks), rows.Err())
	}
}

// Nothing packs better than a value that is one letter throughout.
func TestAHugeValue(t *testing.T) {
	r := &fixed{header: result("a text").header, rows: [][][]byte{{bytes.Repeat([]byte("x"), 32<<20)}, {[]byte("y")}}}
	file, _ := snapshotOf(t, r)
	if got, err := readAll(mustOpen(t, file).Rows(0, -1)); err != nil || !sameRows(got, r.rows) || len(file) > 10_000 {
		t.Errorf("%d rows from %d bytes, or other ones (%v)", len(got), len(file), err)
	}
}

func TestRowsKeepTheirContract(t *testing.T) {
	file, _ := snapshotOf(t, result("a text, b text", row("one", "two"), row("three", "four")))
	rows := mustOpen(t, file).Rows(0, -1)
	rows.Next()
	if a := append(rows.Row()[0], "!!!!"...); string(rows.Row()[1]) != "two" || string(a) != "one!!!!" {
		t.Errorf("appending to a value changed its neighbour: %q", rows.Row())
	}
	if rows.Close() != nil || rows.Next() || rows.Err() != nil || rows.Close() != nil {
		t.Error("closed rows go on")
	}
}

func TestEqualResultsHaveEqualDigests(t *testing.T) {
	digest := func(change func(*fixed)) string {
		r := result("a int, b text", row("1", "x"), row("2", "␀"))
		r.header.AsOf, r.header.TimeZone = november, "UTC"
		change(r)
		_, info := snapshotOf(t, r)
		return info.Digest
	}
	same := digest(func(*fixed) {})
	for name, change := range map[string]func(*fixed){
		"as of":     func(r *fixed) { r.header.AsOf = time.Now() },
		"lag":       func(r *fixed) { r.header.Lag = time.Hour },
		"time zone": func(r *fixed) { r.header.TimeZone = "Asia/Kathmandu" },
	} {
		if digest(change) != same {
			t.Errorf("another %s is another digest", name)
		}
	}
	seen := map[string]string{same: "nothing"}
	for name, change := range map[string]func(*fixed){
		"a name":              func(r *fixed) { r.header.Columns[0].Name = "c" },
		"a type":              func(r *fixed) { r.header.Columns[0].OID = 20 },
		"a scale":             func(r *fixed) { r.header.Columns[0].Typmod = 4 },
		"the order":           func(r *fixed) { slices.Reverse(r.header.Columns) },
		"a value":             func(r *fixed) { r.rows[0][1] = []byte("y") },
		"an empty value":      func(r *fixed) { r.rows[1][1] = []byte{} },
		"values that move":    func(r *fixed) { r.rows[0] = [][]byte{[]byte("1x"), {}} },
		"the order of rows":   func(r *fixed) { slices.Reverse(r.rows) },
		"a row more":          func(r *fixed) { r.rows = append(r.rows, r.rows[0]) },
		"no row":              func(r *fixed) { r.rows = nil },
		"no column":           func(r *fixed) { r.header.Columns, r.rows = nil, [][][]byte{{}, {}} },
		"no column and 3 row": func(r *fixed) { r.header.Columns, r.rows = nil, [][][]byte{{}, {}, {}} },
		// The bytes of a column, its number and its scale, as values of the column before it.
		"a column": func(r *fixed) {
			*r = *result("a int, d text", row("␀", "␀"), row("␀", "␀"))
			r.header.Columns[1].OID = 12
		},
		"a column's bytes": func(r *fixed) {
			*r = *result("a int", row("d"), row("\x00\x00\x00\xff\xff\xff\xff\x00\x00\x00\x00"))
		},
	} {
		d := digest(change)
		if other, known := seen[d]; known {
			t.Errorf("changing %s and changing %s give one digest", name, other)
		}
		seen[d] = name
	}
}

// The digest does not depend on where blocks end, which may change between versions.
func TestTheDigestIsThatOfTheValues(t *testing.T) {
	many := &fixed{header: result("a text").header, rows: slices.Repeat([][][]byte{{bytes.Repeat([]byte("x"), 1000)}}, 2000)}
	_, info := snapshotOf(t, many)
	d := newDigest(many.header.Columns)
	for _, row := range many.rows {
		d.Write(appendValue(nil, row[0]))
	}
	if want := finishDigest(d, 2000); info.Digest != want {
		t.Errorf("%s, not %s", info.Digest, want)
	}
}

func TestProgressIsTold(t *testing.T) {
	rows := &fixed{header: result("a text").header, rows: slices.Repeat([][][]byte{{bytes.Repeat([]byte("x"), 1000)}}, 2000)}
	var told [][2]int64
	tell := func(rows, bytes int64) { told = append(told, [2]int64{rows, bytes}) }
	if _, err := WriteSnapshot(&bytes.Buffer{}, rows, tell); err != nil {
		t.Fatal(err)
	}
	if len(told) < 7 || told[len(told)-1] != [2]int64{2000, 2_000_000} {
		t.Errorf("%v", told)
	}
	for i := range told {
		if told[i][1] != 1000*told[i][0] || i > 0 && told[i][0] < told[i-1][0] {
			t.Errorf("%v after %v", told[i], told[:i])
		}
	}
}

// Wherever the rows or the disk fail, the error comes through and what is on disk is no snapshot.
func TestWhatFailsIsNoSnapshot(t *testing.T) {
	rows := func() *fixed {
		noise := make([]byte, 100_000)
		rand.NewChaCha8([32]byte{}).Read(noise)
		return &fixed{header: result("a text").header, rows: slices.Repeat([][][]byte{{noise}}, 8)}
	}
	broken := rows()
	broken.err = &Error{Kind: KindConflict, Notice: "the follower went on"}
	var file bytes.Buffer
	if info, err := WriteSnapshot(&file, broken, nil); KindOf(err) != KindConflict || info.Digest != "" {
		t.Errorf("%+v %v", info, err)
	}
	if _, err := open(file.Bytes()); KindOf(err) != KindCorrupt {
		t.Errorf("half a snapshot opens: %v", err)
	}
	whole, _ := snapshotOf(t, rows())
	for left := 0; left < len(whole); left += 1 + len(whole)/50 {
		last := int64(0)
		info, err := WriteSnapshot(&failing{left}, rows(), func(rows, _ int64) {
			if rows < last {
				t.Errorf("%d rows after %d", rows, last)
			}
			last = rows
		})
		if err == nil || err.Error() != "the pipe is closed" || info.Digest != "" {
			t.Errorf("room for %d of %d bytes: %+v %v", left, len(whole), info, err)
		}
	}
	if _, err := WriteSnapshot(&failing{len(whole)}, rows(), nil); err != nil {
		t.Error(err)
	}
}

// endless yields the same row over and over.
type endless struct {
	fixed
	left int
}

func (e *endless) Next() bool    { e.left--; return e.left >= 0 }
func (e *endless) Row() [][]byte { return e.rows[0] }

// 60 MB are written, read and verified in the memory that 3 MB take.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	value := make([]byte, 500)
	rand.NewChaCha8([32]byte{1}).Read(value)
	allocated := func(rows int) int64 {
		file, err := os.Create(filepath.Join(t.TempDir(), "snapshot"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		before := allocatedSoFar()
		info, err := WriteSnapshot(file, &endless{fixed{header: result("a text, b text").header, rows: [][][]byte{{value, value}}}, rows}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := OpenSnapshot(file, info.Size)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(drain(s.Rows(0, -1)), s.Verify()); err != nil {
			t.Fatal(err)
		}
		return allocatedSoFar() - before
	}
	allocated(3000) // what is made once
	few, many := allocated(3000), allocated(60_000)
	if more := many - few; more > 2<<20 {
		t.Errorf("60 MB took %d kB more than 3 MB", more>>10)
	}
}

func allocatedSoFar() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}

func TestManyReadersAtOnce(t *testing.T) {
	result := &fixed{header: result("a text").header}
	for i := range 5000 {
		result.rows = append(result.rows, [][]byte{fmt.Appendf(nil, "%d %s", i, strings.Repeat("x", 200))})
	}
	file, _ := snapshotOf(t, result)
	s := mustOpen(t, file)
	var readers sync.WaitGroup
	for i := range 16 {
		readers.Go(func() {
			offset := i * 300
			got, err := readAll(s.Rows(int64(offset), 400))
			if err != nil || !sameRows(got, result.rows[offset:min(offset+400, 5000)]) {
				t.Errorf("reader %d got %d rows, or other ones (%v)", i, len(got), err)
			}
			if err := s.Verify(); err != nil {
				t.Error(err)
			}
			if again, _ := snapshotOf(t, &fixed{header: result.header, rows: result.rows}); !bytes.Equal(again, file) {
				t.Errorf("writer %d wrote other bytes", i)
			}
		})
	}
	readers.Wait()
}

// A file written by the first version, which every later one reads. Its digest is known to people and to stores.
const firstSnapshot = `
Y2xpcHNoZWV0IHNuYXBzaG90IDEKDwAAAAIAAACTI+ZFKLUv/QAAeQAAAjEBBnthLGJ9AjIAA3t9eyJoZWFkZXIiOnsiY29sdW1ucyI6W3si
bmFtZSI6ImlkIiwidHlwZSI6ImludGVnZXIiLCJvaWQiOjIwLCJ0eXBtb2QiOi0xfSx7Im5hbWUiOiJjYWZcdWZmZmQiLCJ0eXBlIjoidGV4
dCIsIm9pZCI6MjUsInR5cG1vZCI6LTF9LHsibmFtZSI6InRhZ3MiLCJ0eXBlIjoiYXJyYXkiLCJlbGVtIjoidGV4dCIsIm9pZCI6MCwidHlw
bW9kIjotMX1dLCJhc19vZiI6IjIwMjYtMTEtMjRUMTE6NTk6NTguMTIzNDU2Nzg5WiIsImxhZyI6MzAwMDAwMDAwMCwidGltZXpvbmUiOiJF
dXJvcGUvQmVybGluIn0sInJvd3MiOjIsImJ5dGVzIjo5LCJkaWdlc3QiOiJhM2ZlYTc2OTY3ZTUwOWYxNGU3ZDZlNTQzMGRmNjRlM2UzOGQ2
M2IyM2UyZjJiMWQ5MDEzOGM0M2RiZWMyNzM0IiwiYmxvY2tzIjpbeyJhdCI6MjEsInJvd3MiOjJ9XSwicmF3X25hbWVzIjp7IjEiOiJZMkZt
NlE9PSJ9fTkAAAAAAAAAtAEAAFpoG5BjbGlwc2VuZA==`

func TestOldSnapshotsStayReadable(t *testing.T) {
	want := result("id integer, café text, tags array of text", row("1", "", "{a,b}"), row("2", "␀", "{}"))
	want.header.AsOf, want.header.Lag, want.header.TimeZone = november, 3*time.Second, "Europe/Berlin"
	want.header.Columns[0].OID, want.header.Columns[1].OID, want.header.Columns[1].Name = 20, 25, "caf\xe9"
	file, err := base64.StdEncoding.DecodeString(firstSnapshot)
	if err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, file)
	got, err := readAll(s.Rows(0, -1))
	if err != nil || !sameRows(got, want.rows) || s.Verify() != nil {
		t.Errorf("%q %v %v", got, err, s.Verify())
	}
	if diff := cmp.Diff(want.header, s.Header()); diff != "" {
		t.Error(diff)
	}
	if _, info := snapshotOf(t, want); info.Digest != s.Digest() {
		t.Errorf("the digest of the same result has become %s", info.Digest)
	}
}
