package clips

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// smallSnapshot has three blocks in a few hundred bytes, since its values are short or all alike.
func smallSnapshot(t testing.TB) (*fixed, []byte) {
	long := strings.Repeat("x", blockSize)
	r := result("id int, name text", row("1", "Ann"), row("2", "␀"), row("3", long), row("4", ""), row("5", long), row("6", "Bob"))
	r.header.AsOf = november
	file, _ := snapshotOf(t, r)
	if s := mustOpen(t, file); len(s.footer.Blocks) != 3 || len(file) > 800 {
		t.Fatalf("%d blocks in %d bytes", len(s.footer.Blocks), len(file))
	}
	return r, file
}

// checkDamaged reads a file that is not what was written: it must say so, and show nothing but true rows before that.
func checkDamaged(t *testing.T, what string, want [][][]byte, r io.ReaderAt, size int64) {
	t.Helper()
	s, err := OpenSnapshot(r, size)
	if err != nil {
		checkCorrupt(t, what, err)
		return
	}
	if err := s.Verify(); err == nil {
		t.Errorf("%s: it is found whole", what)
	} else {
		checkCorrupt(t, what, err)
	}
	got, err := readAll(s.Rows(0, -1))
	if err == nil || len(got) >= len(want) || !sameRows(got, want[:len(got)]) {
		t.Errorf("%s: %d rows are shown, not all of them true (%v)", what, len(got), err)
		return
	}
	checkCorrupt(t, what, err)
}

func checkCorrupt(t *testing.T, what string, err error) {
	t.Helper()
	if KindOf(err) != KindCorrupt || !strings.HasPrefix(NoticeOf(err), "The stored result is damaged") || errors.Unwrap(err) == nil {
		t.Errorf("%s: %v", what, err)
	}
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	t.Parallel()
	r, file := smallSnapshot(t)
	for i := range file {
		for bit := range 8 {
			damaged := bytes.Clone(file)
			damaged[i] ^= 1 << bit
			checkDamaged(t, "bit flipped", r.rows, bytes.NewReader(damaged), int64(len(damaged)))
		}
		for _, b := range []byte{0, 0xff, file[i] + 1} {
			if damaged := bytes.Clone(file); b != file[i] {
				damaged[i] = b
				checkDamaged(t, "byte replaced", r.rows, bytes.NewReader(damaged), int64(len(damaged)))
			}
		}
		if t.Failed() {
			t.Fatalf("at byte %d of %d", i, len(file))
		}
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	t.Parallel()
	r, file := smallSnapshot(t)
	for i := range file {
		checkDamaged(t, "end cut off", r.rows, bytes.NewReader(file[:i]), int64(i))
		checkDamaged(t, "cut off since it was measured", r.rows, bytes.NewReader(file[:i]), int64(len(file)))
		checkDamaged(t, "beginning cut off", r.rows, bytes.NewReader(file[i+1:]), int64(len(file)-i-1))
		without, with := slices.Delete(bytes.Clone(file), i, i+1), slices.Insert(bytes.Clone(file), i, file[i])
		checkDamaged(t, "byte taken out", r.rows, bytes.NewReader(without), int64(len(without)))
		checkDamaged(t, "byte put in", r.rows, bytes.NewReader(with), int64(len(with)))
		if t.Failed() {
			t.Fatalf("at byte %d of %d", i, len(file))
		}
	}
	longer := append(bytes.Clone(file), 0)
	checkDamaged(t, "byte at the end", r.rows, bytes.NewReader(longer), int64(len(longer)))
	checkDamaged(t, "nothing", r.rows, bytes.NewReader(nil), 0)
	checkDamaged(t, "zeros", r.rows, bytes.NewReader(make([]byte, len(file))), int64(len(file)))
}

// A large file of noise is damaged at random: in a byte, in a run of zeros as of a lost sector, or by a stretch that
// belongs elsewhere.
func TestDamageToALargeSnapshotIsNoticed(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{}).Read(noise)
	r := result("a text, b text")
	for len(noise) > 0 {
		n := min(len(noise), 1+random.IntN(2000))
		r.rows, noise = append(r.rows, [][]byte{noise[:n/2], noise[n/2 : n]}), noise[n:]
	}
	file, _ := snapshotOf(t, r)
	for range 150 {
		damaged, at := bytes.Clone(file), random.IntN(len(file)-4096)
		switch random.IntN(3) {
		case 0:
			damaged[at] ^= byte(1 + random.IntN(255))
		case 1:
			clear(damaged[at : at+512])
		case 2:
			copy(damaged[at:at+4096], file[random.IntN(len(file)-4096):])
		}
		if !bytes.Equal(damaged, file) {
			checkDamaged(t, "damaged", r.rows, bytes.NewReader(damaged), int64(len(damaged)))
		}
	}
}

// What the disk says is passed on: it may be better in a minute, so it is no damage.
func TestADiskThatFailsIsNoDamage(t *testing.T) {
	_, file := smallSnapshot(t)
	broken := errors.New("input/output error")
	for fails := range 8 {
		r := &failingReader{Reader: bytes.NewReader(file), left: fails, err: broken}
		s, err := OpenSnapshot(r, int64(len(file)))
		if err == nil {
			_, err = readAll(s.Rows(0, -1))
		}
		if whole := fails >= 6; whole != (err == nil) || !whole && !errors.Is(err, broken) || KindOf(err) == KindCorrupt {
			t.Errorf("read %d fails: %v", fails, err)
		}
	}
}

type failingReader struct {
	*bytes.Reader
	left int
	err  error
}

func (f *failingReader) ReadAt(p []byte, at int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, f.err
	}
	return f.Reader.ReadAt(p, at)
}

// seal makes a file of blocks and a footer with all checksums right, as nobody but we would.
func seal(blocks []byte, footer snapshotFooter) []byte {
	b, err := json.Marshal(footer)
	if err != nil {
		panic(err)
	}
	return sealRaw(blocks, footer.Blocks, b)
}

func sealRaw(blocks []byte, index []blockIndex, footer []byte) []byte {
	file := append([]byte(snapshotMagic), blocks...)
	for i, b := range index {
		end := int64(len(file))
		if i+1 < len(index) {
			end = index[i+1].Offset
		}
		if b.Offset >= 0 && b.Offset <= end-blockHead && end <= int64(len(file)) {
			binary.LittleEndian.PutUint32(file[b.Offset+8:], blockSum(file[b.Offset:end]))
		}
	}
	at := len(file)
	file = append(file, footer...)
	file = binary.LittleEndian.AppendUint64(file, uint64(at))
	file = binary.LittleEndian.AppendUint32(file, uint32(len(footer)))
	file = binary.LittleEndian.AppendUint32(file, crc32.Checksum(footer, castagnoli))
	return append(file, snapshotEnd...)
}

// parts takes a snapshot apart again.
func parts(t testing.TB, file []byte) (blocks []byte, footer snapshotFooter) {
	s := mustOpen(t, file)
	return bytes.Clone(file[len(snapshotMagic):s.end]), s.footer
}

// A file whose checksums are right can still contradict itself. Nothing it says is believed before it is checked.
func TestContradictionsAreNoticed(t *testing.T) {
	r, file := smallSnapshot(t)
	for name, change := range map[string]func(blocks []byte, f *snapshotFooter) []byte{
		"a row more":          func(b []byte, f *snapshotFooter) []byte { f.Rows++; return b },
		"a row less":          func(b []byte, f *snapshotFooter) []byte { f.Rows--; return b },
		"rows below zero":     func(b []byte, f *snapshotFooter) []byte { f.Blocks[0].Rows, f.Rows = -3, f.Rows-6; return b },
		"a block of no rows":  func(b []byte, f *snapshotFooter) []byte { f.Rows -= f.Blocks[0].Rows; f.Blocks[0].Rows = 0; return b },
		"rows between blocks": func(b []byte, f *snapshotFooter) []byte { f.Blocks[0].Rows++; f.Blocks[1].Rows--; return b },
		"too many rows": func(b []byte, f *snapshotFooter) []byte {
			f.Rows += maxBlockRows
			f.Blocks[2].Rows += maxBlockRows
			return b
		},
		"blocks in another order": func(b []byte, f *snapshotFooter) []byte { slices.Reverse(f.Blocks); return b },
		"a block that overlaps":   func(b []byte, f *snapshotFooter) []byte { f.Blocks[1].Offset = f.Blocks[0].Offset + 1; return b },
		"a block before the file": func(b []byte, f *snapshotFooter) []byte { f.Blocks[0].Offset = -1 << 40; return b },
		"a block in the magic":    func(b []byte, f *snapshotFooter) []byte { f.Blocks[0].Offset = 0; return b },
		"a block beyond the file": func(b []byte, f *snapshotFooter) []byte { f.Blocks[2].Offset = 1 << 62; return b },
		"a block over the footer": func(b []byte, f *snapshotFooter) []byte {
			f.Blocks[2].Offset = int64(len(b)+len(snapshotMagic)) - 3
			return b
		},
		"bytes before the first": func(b []byte, f *snapshotFooter) []byte { f.Blocks[0].Offset++; return b },
		"a column more": func(b []byte, f *snapshotFooter) []byte {
			f.Header.Columns = append(f.Header.Columns, Column{})
			return b
		},
		"a column less":           func(b []byte, f *snapshotFooter) []byte { f.Header.Columns = f.Header.Columns[:1]; return b },
		"another name":            func(b []byte, f *snapshotFooter) []byte { f.Header.Columns[0].Name = "di"; return b },
		"another digest":          func(b []byte, f *snapshotFooter) []byte { f.Digest = strings.Repeat("0", 64); return b },
		"a block without an end":  func(b []byte, f *snapshotFooter) []byte { return b[:len(b)-1] },
		"a length of 4 GB":        func(b []byte, f *snapshotFooter) []byte { binary.LittleEndian.PutUint32(b, 1<<32-1); return b },
		"a length of 1 GB":        func(b []byte, f *snapshotFooter) []byte { binary.LittleEndian.PutUint32(b, 1<<30); return b },
		"a byte less than it has": func(b []byte, f *snapshotFooter) []byte { b[0]--; return b },
		"a byte more than it has": func(b []byte, f *snapshotFooter) []byte { b[0]++; return b },
		"bytes of no block":       func(b []byte, f *snapshotFooter) []byte { f.Blocks, f.Rows = nil, 0; return b },
		"a raw name too many":     func(b []byte, f *snapshotFooter) []byte { f.RawNames = map[int][]byte{2: []byte("x")}; return b },
		"a raw name before":       func(b []byte, f *snapshotFooter) []byte { f.RawNames = map[int][]byte{-1: []byte("x")}; return b },
	} {
		t.Run(name, func(t *testing.T) {
			blocks, footer := parts(t, file)
			blocks = change(blocks, &footer)
			before := allocatedSoFar()
			s, err := open(seal(blocks, footer))
			if err == nil {
				err = s.Verify()
				if _, rows := readAll(s.Rows(0, -1)); rows != nil {
					checkCorrupt(t, "rows", rows)
				}
			}
			checkCorrupt(t, name, err)
			if n := allocatedSoFar() - before; n > 8<<20 {
				t.Errorf("%d MB were allocated for a file of %d bytes", n>>20, len(file))
			}
		})
	}
	blocks, footer := parts(t, file)
	if got, err := readAll(mustOpen(t, seal(blocks, footer)).Rows(0, -1)); err != nil || !sameRows(got, r.rows) {
		t.Errorf("a file that is put together again is damaged: %v", err)
	}
}

// What is in a file beside its rows is no part of a result, even where nothing reads it.
func TestNothingIsBesideTheRows(t *testing.T) {
	_, small := smallSnapshot(t)
	empty, _ := snapshotOf(t, result("a text"))
	bare, _ := snapshotOf(t, &fixed{rows: make([][][]byte, 3)})
	for name, c := range map[string]struct {
		file   []byte
		change func(blocks []byte, f *snapshotFooter) []byte
	}{
		"bytes before the first block": {small, func(b []byte, f *snapshotFooter) []byte {
			for i := range f.Blocks {
				f.Blocks[i].Offset++
			}
			return append([]byte{0}, b...)
		}},
		"bytes without a block": {empty, func(b []byte, f *snapshotFooter) []byte { return append(b, 0) }},
		"a block without rows": {empty, func(b []byte, f *snapshotFooter) []byte {
			f.Blocks = []blockIndex{{Offset: int64(len(snapshotMagic))}}
			return make([]byte, blockHead)
		}},
		"more rows than a block has": {bare, func(b []byte, f *snapshotFooter) []byte {
			f.Rows, f.Blocks[0].Rows = maxBlockRows+1, maxBlockRows+1
			binary.LittleEndian.PutUint32(b[4:], maxBlockRows+1)
			f.Digest = finishDigest(newDigest(nil), maxBlockRows+1)
			return b
		}},
	} {
		blocks, footer := parts(t, c.file)
		blocks = c.change(blocks, &footer)
		_, err := open(seal(blocks, footer))
		checkCorrupt(t, name, err)
	}
}

// hostileFrame is a zstd frame of a few bytes that says it unpacks to so many.
func hostileFrame(size uint64) []byte {
	frame := binary.LittleEndian.AppendUint64([]byte{0x28, 0xb5, 0x2f, 0xfd, 0xe0}, size) // one segment, eight bytes of size
	return append(frame, 0x03, 0, 0x10, 'x')                                              // the last block: 128 KiB of x
}

func TestAFrameIsNotBelieved(t *testing.T) {
	for _, size := range []uint64{1 << 17, 1 << 28, 1 << 30, 1 << 40, 1 << 63} {
		for _, declared := range []uint32{uint32(size), 1 << 17, 1 << 30, 1<<32 - 1} {
			block := binary.LittleEndian.AppendUint32(nil, declared)
			block = append(append(binary.LittleEndian.AppendUint32(block, 1), 0, 0, 0, 0), hostileFrame(size)...)
			footer := snapshotFooter{Rows: 1, Header: result("a text").header, Blocks: []blockIndex{{Offset: int64(len(snapshotMagic)), Rows: 1}}}
			s := mustOpen(t, seal(block, footer))
			before := allocatedSoFar()
			err := s.Verify()
			_, rowsErr := readAll(s.Rows(0, -1))
			if n := allocatedSoFar() - before; n > 8<<20 {
				t.Errorf("%d MB were allocated for %d bytes that claim %d and %d", n>>20, len(block), declared, size)
			}
			checkCorrupt(t, "verified", err)
			checkCorrupt(t, "read", rowsErr)
		}
	}
}

// However large a block is, it holds no more than a row of Postgres can.
func TestALargeBlockIsNotBelieved(t *testing.T) {
	block := binary.LittleEndian.AppendUint32(nil, maxBlock+1)
	block = append(binary.LittleEndian.AppendUint32(block, 1), make([]byte, 160_000)...)
	footer := snapshotFooter{Rows: 1, Header: result("a text").header, Blocks: []blockIndex{{Offset: int64(len(snapshotMagic)), Rows: 1}}}
	before := allocatedSoFar()
	checkCorrupt(t, "verified", mustOpen(t, seal(block, footer)).Verify())
	if n := allocatedSoFar() - before; n > 8<<20 {
		t.Errorf("%d MB were allocated for %d bytes", n>>20, len(block))
	}
}

// Values end where their block ends, whatever their lengths say.
func TestValuesEndWithTheirBlock(t *testing.T) {
	for _, values := range []string{"\x05abc", "\x03abc", "\x02a", "\x02", "\x80", "", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01abc",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xffabc", "\x04abc\x00\x00", "\x00\x00\x00"} {
		block := binary.LittleEndian.AppendUint32(nil, uint32(len(values)))
		block = append(binary.LittleEndian.AppendUint32(block, 1), 0, 0, 0, 0)
		footer := snapshotFooter{Rows: 1, Header: result("a text, b text").header, Blocks: []blockIndex{{Offset: int64(len(snapshotMagic)), Rows: 1}}}
		rows, err := readAll(mustOpen(t, seal(blockEncoder().EncodeAll([]byte(values), block), footer)).Rows(0, -1))
		if len(rows) > 0 {
			t.Errorf("%q is %q", values, rows)
		}
		checkCorrupt(t, values, err)
	}
}

// FuzzOpenSnapshot opens any file, as it is and with its checksums made right. It never panics, says KindCorrupt and
// nothing else, and takes memory in proportion to the file.
func FuzzOpenSnapshot(f *testing.F) {
	_, small := smallSnapshot(f)
	empty, _ := snapshotOf(f, result("a text"))
	bare, _ := snapshotOf(f, &fixed{rows: make([][][]byte, 3)})
	for _, file := range [][]byte{small, empty, bare} {
		blocks, footer := parts(f, file)
		b, _ := json.Marshal(footer)
		f.Add(blocks, b)
	}
	f.Add(append([]byte{0, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0}, hostileFrame(1<<30)...), []byte(`{"header":{"columns":[{}]},"rows":1,"blocks":[{"at":21,"rows":1}]}`))
	f.Add([]byte{}, []byte(`{"rows":1048576,"blocks":[{"at":21,"rows":1048576}]}`))
	f.Add([]byte{}, []byte(`{"header":{"columns":[`+strings.Repeat("{},", 1000)+`{}]}}`))
	f.Fuzz(func(t *testing.T, blocks, footer []byte) {
		var index snapshotFooter
		json.Unmarshal(footer, &index) // what cannot be read has no blocks
		sealed := sealRaw(blocks, index.Blocks, footer)
		for _, file := range [][]byte{sealed, blocks, append(append([]byte(snapshotMagic), blocks...), footer...)} {
			before := allocatedSoFar()
			s, err := open(file)
			if err == nil {
				err = errors.Join(s.Verify(), drain(s.Rows(0, -1)), drain(s.Rows(s.NumRows()/2, 3)))
			}
			if err != nil && KindOf(err) != KindCorrupt {
				t.Fatal(err)
			}
			if n := allocatedSoFar() - before; n > int64(16<<20+400*len(file)) {
				t.Fatalf("%d kB were allocated for a file of %d bytes", n>>10, len(file))
			}
		}
	})
}

func drain(r Rows) error {
	for r.Next() {
	}
	return r.Err()
}
