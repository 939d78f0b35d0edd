package clips

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"sort"
)

// Snapshot is a stored result, open for reading. It may be read from many goroutines at once.
type Snapshot struct {
	r      io.ReaderAt
	footer snapshotFooter
	first  []int64 // the number of the first row of each block, and of the row after the last
	end    int64   // where the last block ends
}

// OpenSnapshot reads the description of a snapshot of size bytes; the rows are read when they are asked for. What is
// not a whole snapshot is a KindCorrupt. The caller keeps r open for as long as rows are read, and closes it.
func OpenSnapshot(r io.ReaderAt, size int64) (*Snapshot, error) {
	s := &Snapshot{r: r}
	if err := s.readFooter(size); err != nil {
		return nil, err
	}
	if err := s.index(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Snapshot) readFooter(size int64) error {
	if size < int64(len(snapshotMagic)+trailerSize) {
		return corrupt("it is only %d bytes long", size)
	}
	magic, err := s.read(0, int64(len(snapshotMagic)))
	if err != nil {
		return err
	}
	trailer, err := s.read(size-int64(trailerSize), int64(trailerSize))
	if err != nil {
		return err
	}
	if string(magic) != snapshotMagic || string(trailer[16:]) != snapshotEnd {
		return corrupt("its first or last bytes are not those of a snapshot")
	}
	at, length := binary.LittleEndian.Uint64(trailer), int64(binary.LittleEndian.Uint32(trailer[8:]))
	if at != uint64(size-int64(trailerSize)-length) {
		return corrupt("its trailer points elsewhere")
	}
	s.end = int64(at)
	footer, err := s.read(s.end, length)
	if err != nil {
		return err
	}
	if crc32.Checksum(footer, castagnoli) != binary.LittleEndian.Uint32(trailer[12:]) {
		return corrupt("the checksum of its footer is wrong")
	}
	if err := json.Unmarshal(footer, &s.footer); err != nil {
		return corrupt("its footer is not JSON: %w", err)
	}
	for i, name := range s.footer.RawNames {
		if i < 0 || i >= len(s.footer.Header.Columns) {
			return corrupt("it names column %d, which is not there", i)
		}
		s.footer.Header.Columns[i].Name = string(name)
	}
	return nil
}

// index checks that the blocks follow one another and numbers their rows.
func (s *Snapshot) index() error {
	rows, at := int64(0), int64(len(snapshotMagic))
	s.first = make([]int64, 0, len(s.footer.Blocks)+1)
	for i, b := range s.footer.Blocks {
		if b.Offset < at || b.Offset+blockHead > s.end || i == 0 && b.Offset != at || b.Rows <= 0 || b.Rows > maxBlockRows {
			return corrupt("block %d is out of place", i)
		}
		s.first = append(s.first, rows)
		rows += b.Rows
		at = b.Offset + blockHead
	}
	s.first = append(s.first, rows)
	if len(s.footer.Blocks) == 0 && s.end != at {
		return corrupt("it has bytes of no block")
	}
	if rows != s.footer.Rows {
		return corrupt("its blocks have %d rows, not %d", rows, s.footer.Rows)
	}
	return nil
}

func (s *Snapshot) read(at, length int64) ([]byte, error) {
	if at < 0 || length < 0 {
		return nil, corrupt("its trailer points elsewhere")
	}
	b := make([]byte, length)
	return b, s.readAt(b, at)
}

func (s *Snapshot) readAt(b []byte, at int64) error {
	n, err := s.r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return corrupt("it ends early")
	}
	return err
}

// Header says what the result is and when it was true.
func (s *Snapshot) Header() Header { return s.footer.Header }

// NumRows is the number of rows.
func (s *Snapshot) NumRows() int64 { return s.footer.Rows }

// Digest is that of SnapshotInfo.
func (s *Snapshot) Digest() string { return s.footer.Digest }

// Rows reads limit rows from number offset on, counted from 0; a negative limit is to the end. Beyond the end there
// are none. Each block is verified before a value of it is seen.
func (s *Snapshot) Rows(offset, limit int64) Rows {
	offset = min(max(offset, 0), s.footer.Rows)
	left := s.footer.Rows - offset
	if limit >= 0 {
		left = min(left, limit)
	}
	r := &snapshotRows{s: s, left: left, row: make([][]byte, len(s.footer.Header.Columns))}
	r.block = sort.Search(len(s.footer.Blocks), func(i int) bool { return s.first[i+1] > offset })
	if left > 0 {
		r.skip = offset - s.first[r.block]
	}
	return r
}

// Verify reads everything and compares it with the checksums and the digest.
func (s *Snapshot) Verify() error {
	var block blockReader
	digest := newDigest(s.footer.Header.Columns)
	for i := range s.footer.Blocks {
		if err := block.read(s, i); err != nil {
			return err
		}
		digest.Write(block.values)
	}
	if finishDigest(digest, s.footer.Rows) != s.footer.Digest {
		return corrupt("its digest is wrong")
	}
	return nil
}

// blockReader reads one block after the other into the same memory.
type blockReader struct {
	packed []byte // as in the file
	room   []byte // for what is unpacked
	values []byte // in the one or the other, until the next read
}

func (b *blockReader) read(s *Snapshot, i int) error {
	at, end := s.footer.Blocks[i].Offset, s.end
	if i+1 < len(s.footer.Blocks) {
		end = s.footer.Blocks[i+1].Offset
	}
	b.packed = slices.Grow(b.packed[:0], int(end-at))
	packed := b.packed[:end-at]
	if err := s.readAt(packed, at); err != nil {
		return err
	}
	if blockSum(packed) != binary.LittleEndian.Uint32(packed[8:]) {
		return corrupt("the checksum of block %d is wrong", i)
	}
	rows := binary.LittleEndian.Uint32(packed[4:])
	if int64(rows&^isPlain) != s.footer.Blocks[i].Rows {
		return corrupt("block %d has %d rows, not %d", i, rows&^isPlain, s.footer.Blocks[i].Rows)
	}
	if rows&isPlain != 0 {
		return b.take(packed, i)
	}
	return b.unpack(packed, i)
}

// take takes the values of a block that was left unpacked.
func (b *blockReader) take(plain []byte, i int) error {
	b.values = plain[blockHead:]
	if length := binary.LittleEndian.Uint32(plain); int64(length) != int64(len(b.values)) {
		return corrupt("block %d holds %d bytes, not %d", i, len(b.values), length)
	}
	return nil
}

// unpack makes room for what the block says, if it can be, and lets the decoder use no more.
func (b *blockReader) unpack(packed []byte, i int) (err error) {
	length := int64(binary.LittleEndian.Uint32(packed))
	if length > maxBlock || length > maxRatio*int64(len(packed)) {
		return corrupt("block %d cannot hold %d bytes", i, length)
	}
	b.room = slices.Grow(b.room[:0], int(length))
	b.room, err = blockDecoder().DecodeAll(packed[blockHead:], b.room)
	if err != nil {
		return corrupt("block %d does not unpack: %w", i, err)
	}
	b.values = b.room
	if int64(len(b.values)) != length {
		return corrupt("block %d unpacks to %d bytes, not %d", i, len(b.values), length)
	}
	return nil
}

// snapshotRows implements Rows.
type snapshotRows struct {
	s      *Snapshot
	block  int   // the next one to read
	skip   int64 // rows to pass over in it
	left   int64 // rows still to give
	inside int64 // rows still in values
	values []byte
	row    [][]byte
	reader blockReader
	err    error
}

func (r *snapshotRows) Header() Header { return r.s.footer.Header }
func (r *snapshotRows) Row() [][]byte  { return r.row }
func (r *snapshotRows) Err() error     { return r.err }

func (r *snapshotRows) Close() error {
	r.left = 0
	return nil
}

func (r *snapshotRows) Next() bool {
	if r.left == 0 || r.err != nil {
		return false
	}
	for r.inside == 0 {
		if !r.nextBlock() {
			return false
		}
	}
	r.left--
	return r.nextRow()
}

func (r *snapshotRows) nextBlock() bool {
	if r.err = r.reader.read(r.s, r.block); r.err != nil {
		return false
	}
	r.values, r.inside = r.reader.values, r.s.footer.Blocks[r.block].Rows
	r.block++
	for ; r.skip > 0; r.skip-- {
		if !r.nextRow() {
			return false
		}
	}
	return true
}

func (r *snapshotRows) nextRow() bool {
	r.inside--
	for i := range r.row {
		length, n := binary.Uvarint(r.values)
		if n <= 0 || length > uint64(len(r.values)-n)+1 {
			r.err = corrupt("a row of block %d ends early", r.block-1)
			return false
		}
		r.values = r.values[n:]
		if length == 0 {
			r.row[i] = nil
			continue
		}
		r.row[i] = r.values[: length-1 : length-1]
		r.values = r.values[length-1:]
	}
	if r.inside == 0 && len(r.values) > 0 {
		r.err = corrupt("block %d goes on after its last row", r.block-1)
		return false
	}
	return true
}

// corrupt is a stored result that cannot be trusted; nothing of it is to be shown.
func corrupt(format string, a ...any) *Error {
	return &Error{
		Kind:   KindCorrupt,
		Notice: "The stored result is damaged; it will be made again by the next run.",
		Cause:  fmt.Errorf("snapshot: "+format, a...),
	}
}
