package clips

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// spooled writes r as a spool of which somebody reads some rows.
func spooled(t interface{ Fatal(...any) }, r Rows, read int) (file []byte, seen [][][]byte, info SnapshotInfo) {
	var out bytes.Buffer
	spool := NewSpool(&out, r)
	for len(seen) < read && spool.Next() {
		row := [][]byte{}
		for _, value := range spool.Row() {
			row = append(row, bytes.Clone(value))
		}
		seen = append(seen, row)
	}
	info, err := spool.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), seen, info
}

// However much of it somebody reads, a spool is the snapshot; packed, it is the one WriteSnapshot writes, byte for byte.
func TestASpoolIsTheSnapshot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		result := drawResult(t)
		packed, want := snapshotOf(t, result)
		result.at = 0
		file, seen, info := spooled(t, result, rapid.IntRange(0, len(result.rows)+1).Draw(t, "read"))
		if !sameRows(seen, result.rows[:len(seen)]) {
			t.Fatal("other rows were read")
		}
		s := mustOpen(t, file)
		got, err := readAll(s.Rows(0, -1))
		if err != nil || !sameRows(got, result.rows) {
			t.Fatalf("%d of %d rows came back, or other ones (%v)", len(got), len(result.rows), err)
		}
		if err := s.Verify(); err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		size, err := s.Pack(&again)
		if err != nil || !bytes.Equal(again.Bytes(), packed) {
			t.Fatalf("packed it is another file (%v)", err)
		}
		if info.Size, size = size, int64(len(file))-info.Size; size != 0 {
			t.Fatalf("it is %d bytes longer than said", size)
		}
		if diff := cmp.Diff(want, info); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestEveryFlippedBitOfASpoolIsNoticed(t *testing.T) {
	t.Parallel()
	r := result("id int, name text", row("1", "Ann"), row("2", "␀"), row("3", ""))
	file, _, _ := spooled(t, r, 0)
	for i := range file {
		for bit := range 8 {
			damaged := bytes.Clone(file)
			damaged[i] ^= 1 << bit
			checkDamaged(t, "bit flipped", r.rows, bytes.NewReader(damaged), int64(len(damaged)))
			if s, err := open(damaged); err == nil {
				_, err := s.Pack(&bytes.Buffer{})
				checkCorrupt(t, "packed", err)
			}
		}
		checkDamaged(t, "end cut off", r.rows, bytes.NewReader(file[:i]), int64(i))
		if t.Failed() {
			t.Fatalf("at byte %d of %d", i, len(file))
		}
	}
}

// Wherever the rows or the disk fail, the error comes through, whoever was reading.
func TestWhatFailsIsNoSpool(t *testing.T) {
	long := slices.Repeat([][][]byte{{bytes.Repeat([]byte("x"), 100_000)}}, 8)
	rows := func() *fixed { return &fixed{header: result("a text").header, rows: long} }
	broken := rows()
	broken.err = &Error{Kind: KindConflict, Notice: "the follower went on"}
	spool := NewSpool(&bytes.Buffer{}, broken)
	if err := drain(spool); KindOf(err) != KindConflict {
		t.Errorf("the reader is told %v", err)
	}
	if info, err := spool.Finish(); KindOf(err) != KindConflict || info.Digest != "" {
		t.Errorf("%+v %v", info, err)
	}
	whole, _, _ := spooled(t, rows(), 0)
	for left := 0; left < len(whole); left += 1 + len(whole)/20 {
		spool := NewSpool(&failing{left}, rows())
		drain(spool)
		if info, err := spool.Finish(); err == nil || err.Error() != "the pipe is closed" || info.Digest != "" {
			t.Errorf("room for %d of %d bytes: %+v %v", left, len(whole), info, err)
		}
	}
}

// poisoned panics at its second row.
type poisoned struct{ fixed }

func (p *poisoned) Next() bool {
	if p.at == 1 {
		panic("poisoned")
	}
	return p.fixed.Next()
}

// Whoever survives a panic of the rows must not take what came before it for all there is.
func TestAPanicLeavesNoWholeSpool(t *testing.T) {
	spool := NewSpool(&bytes.Buffer{}, &poisoned{*result("a text", row("1"), row("2"))})
	func() {
		defer func() { recover() }()
		drain(spool)
	}()
	if info, err := spool.Finish(); err == nil {
		t.Errorf("it is whole: %+v", info)
	}
}
