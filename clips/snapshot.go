package clips

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"runtime"
	"sync"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

// A snapshot is a result kept whole in one file:
//
//	magic     "clipsheet snapshot 1\n"
//	blocks    each: length of its values, number of rows, CRC-32C of both and of what follows; then the values,
//	          compressed with zstd, or as they are when the number of rows has isPlain set
//	footer    JSON: header, rows, bytes, digest, and where each block begins and how many rows it holds
//	trailer   where the footer begins, its length, its CRC-32C, "clipsend"
//
// Numbers are little-endian. The values of a block are those of its rows one after the other, each a uvarint of its
// length plus one and its bytes; 0 is NULL. Blocks are about blockSize long, so memory does not grow with the
// result, and any page of rows is one seek. The footer comes last, so a file that was not finished is no snapshot.
const (
	snapshotMagic = "clipsheet snapshot 1\n"
	snapshotEnd   = "clipsend"
	blockHead     = 4 + 4 + 4
	trailerSize   = 8 + 4 + 4 + len(snapshotEnd)

	blockSize    = 256 << 10
	maxBlock     = 1<<30 + 2*blockSize // a message of Postgres, and so a row, is at most 1 GiB
	maxBlockRows = 1 << 20             // rows without columns take no room
	isPlain      = 1 << 31             // beside the number of rows
	maxRatio     = 128 << 10 / 4       // zstd's own blocks hold at most 128 KiB and take at least four bytes
)

type snapshotFooter struct {
	Header Header       `json:"header"`
	Rows   int64        `json:"rows"`
	Bytes  int64        `json:"bytes"`
	Digest string       `json:"digest"`
	Blocks []blockIndex `json:"blocks"`

	// JSON holds Unicode alone, and a server with encoding SQL_ASCII may name a column in any bytes: such names are
	// kept as they are, by the number of the column.
	RawNames map[int][]byte `json:"raw_names,omitempty"`
}

type blockIndex struct {
	Offset int64 `json:"at"`
	Rows   int64 `json:"rows"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The fastest level: on text values the higher ones were slower and no smaller. EncodeAll and DecodeAll may be
// called from many goroutines. The checksum is ours, so that it covers the block's numbers too.
var (
	blockEncoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false),
			zstd.WithWindowSize(2*blockSize))
		if err != nil {
			panic(err) // only for options that contradict each other
		}
		return e
	})
	blockDecoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			panic(err)
		}
		return d
	})
)

// WriteSnapshot reads r to its end and writes it to w as a snapshot. The SnapshotInfo has what the rows tell: Header,
// Rows, Bytes, Size and Digest. progress, if not nil, is told the rows and bytes of text values so far, after each
// block. What is in w after an error is no snapshot. It does not close r.
func WriteSnapshot(w io.Writer, r Rows, progress func(rows, bytes int64)) (SnapshotInfo, error) {
	s := newSnapshotWriter(w, r.Header())
	defer s.stop()
	if progress == nil {
		progress = func(int64, int64) {}
	}
	if err := s.begin(); err != nil {
		return SnapshotInfo{}, err
	}
	for r.Next() {
		if s.add(r.Row()); !s.isFull() {
			continue
		}
		if err := s.flush(); err != nil {
			return SnapshotInfo{}, err
		}
		progress(s.footer.Rows, s.footer.Bytes)
	}
	if err := r.Err(); err != nil {
		return SnapshotInfo{}, err
	}
	info, err := s.finish()
	if err != nil {
		return SnapshotInfo{}, err
	}
	progress(info.Rows, info.Bytes)
	return info, nil
}

// snapshotWriter gathers rows into blocks, and packs some of them at once, since packing is most of the work.
type snapshotWriter struct {
	w       io.Writer
	plain   bool  // leave the blocks unpacked
	at      int64 // bytes written
	block   *block
	packing []*block // oldest first
	spare   []*block
	digest  hash.Hash
	footer  snapshotFooter
}

// block is rows on their way into a snapshot.
type block struct {
	values []byte
	rows   int64
	packed []byte
	ready  chan struct{} // gets one when packed is whole
}

// mostPacking is how many blocks are packed at once. More would gain nothing: the rows come one after the other.
var mostPacking = min(runtime.GOMAXPROCS(0), 4)

func newSnapshotWriter(w io.Writer, h Header) *snapshotWriter {
	s := &snapshotWriter{w: w, block: newBlock(), digest: newDigest(h.Columns)}
	s.footer.Header, s.footer.RawNames = h, rawNames(h.Columns)
	return s
}

func (s *snapshotWriter) begin() error { return s.write([]byte(snapshotMagic)) }

func newBlock() *block { return &block{ready: make(chan struct{}, 1)} }

func rawNames(columns []Column) map[int][]byte {
	names := map[int][]byte{}
	for i, c := range columns {
		if !utf8.ValidString(c.Name) {
			names[i] = []byte(c.Name)
		}
	}
	return names
}

// newDigest starts the digest of a result: how many columns and which, then its values and (by finishDigest) how many
// rows.
func newDigest(columns []Column) hash.Hash {
	d := sha256.New()
	b := binary.AppendUvarint(nil, uint64(len(columns)))
	d.Write(b)
	for _, c := range columns {
		b = appendValue(b[:0], []byte(c.Name))
		b = binary.LittleEndian.AppendUint32(b, c.OID)
		b = binary.LittleEndian.AppendUint32(b, uint32(c.Typmod))
		d.Write(b)
	}
	return d
}

func finishDigest(d hash.Hash, rows int64) string {
	d.Write(binary.LittleEndian.AppendUint64(nil, uint64(rows)))
	return hex.EncodeToString(d.Sum(nil))
}

func appendValue(b, value []byte) []byte {
	if value == nil {
		return append(b, 0)
	}
	return append(binary.AppendUvarint(b, uint64(len(value))+1), value...)
}

func (s *snapshotWriter) add(row [][]byte) {
	for _, value := range row {
		s.block.values = appendValue(s.block.values, value)
		s.footer.Bytes += int64(len(value))
	}
	s.block.rows++
	s.footer.Rows++
}

func (s *snapshotWriter) isFull() bool {
	return len(s.block.values) >= blockSize || s.block.rows >= maxBlockRows
}

// flush ends the block of the rows at hand.
func (s *snapshotWriter) flush() error {
	if len(s.block.values) > maxBlock {
		return &Error{Kind: KindTooLarge, Notice: "A row is larger than 1 GiB: select fewer or shorter columns."}
	}
	s.digest.Write(s.block.values)
	if s.plain {
		return s.writePlain(s.block)
	}
	return s.pack()
}

// pack has the block at hand packed, and writes the oldest one when enough are on their way.
func (s *snapshotWriter) pack() error {
	s.packing = append(s.packing, s.block)
	go s.block.pack()
	s.block = newBlock()
	if n := len(s.spare); n > 0 {
		s.block, s.spare = s.spare[n-1], s.spare[:n-1]
	}
	if len(s.packing) < mostPacking {
		return nil
	}
	return s.writeOldest()
}

func (b *block) pack() {
	b.packed = binary.LittleEndian.AppendUint32(b.packed[:0], uint32(len(b.values)))
	b.packed = binary.LittleEndian.AppendUint32(b.packed, uint32(b.rows))
	b.packed = append(b.packed, 0, 0, 0, 0)
	b.packed = blockEncoder().EncodeAll(b.values, b.packed)
	binary.LittleEndian.PutUint32(b.packed[8:], blockSum(b.packed))
	b.ready <- struct{}{}
}

func (s *snapshotWriter) writeOldest() error {
	b := s.packing[0]
	s.packing = s.packing[1:]
	err := s.writePacked(b)
	if b.empty(); cap(b.values) <= mostKept {
		s.spare = append(s.spare, b)
	}
	return err
}

func (s *snapshotWriter) writePacked(b *block) error {
	<-b.ready
	s.footer.Blocks = append(s.footer.Blocks, blockIndex{Offset: s.at, Rows: b.rows})
	return s.write(b.packed)
}

// mostKept is how much room is kept for the next block: one huge row is no reason to hold on to its own.
const mostKept = 4 * blockSize

func (b *block) empty() { b.values, b.rows = b.values[:0], 0 }

// stop waits for what is still being packed, after an error.
func (s *snapshotWriter) stop() {
	for _, b := range s.packing {
		<-b.ready
	}
}

// blockSum is the checksum of a block: of all but the checksum itself.
func blockSum(block []byte) uint32 {
	return crc32.Update(crc32.Checksum(block[:8], castagnoli), castagnoli, block[blockHead:])
}

func (s *snapshotWriter) write(b []byte) error {
	n, err := s.w.Write(b)
	s.at += int64(n)
	return err
}

func (s *snapshotWriter) finish() (SnapshotInfo, error) {
	if s.block.rows > 0 {
		if err := s.flush(); err != nil {
			return SnapshotInfo{}, err
		}
	}
	for len(s.packing) > 0 {
		if err := s.writeOldest(); err != nil {
			return SnapshotInfo{}, err
		}
	}
	s.footer.Digest = finishDigest(s.digest, s.footer.Rows)
	if err := s.end(); err != nil {
		return SnapshotInfo{}, err
	}
	return SnapshotInfo{
		Header: s.footer.Header, Rows: s.footer.Rows, Bytes: s.footer.Bytes, Size: s.at, Digest: s.footer.Digest,
	}, nil
}

// end writes what comes behind the blocks.
func (s *snapshotWriter) end() error {
	footer, err := json.Marshal(s.footer)
	if err != nil {
		return fmt.Errorf("describe snapshot: %w", err)
	}
	trailer := binary.LittleEndian.AppendUint64(nil, uint64(s.at))
	trailer = binary.LittleEndian.AppendUint32(trailer, uint32(len(footer)))
	trailer = binary.LittleEndian.AppendUint32(trailer, crc32.Checksum(footer, castagnoli))
	return s.write(append(append(footer, trailer...), snapshotEnd...))
}
