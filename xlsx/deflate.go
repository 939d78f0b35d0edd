package xlsx

import (
	"bytes"
	"hash/crc32"
	"io"
	"runtime"

	"github.com/klauspost/compress/flate"
)

const (
	// blockSize is how much XML is deflated at once. Smaller blocks cost size, since each begins with an empty window;
	// larger ones memory.
	blockSize = 512 << 10
	// level is the fastest there is, and makes files no larger than 1.15 times excelize's: see BenchmarkMillionRows.
	// Level 1 is slower and larger, level 5 a third slower and a tenth smaller.
	level = 2
	// mostSideBySide bounds the blocks in hand, and so the memory: making the XML is a third of the work of deflating it.
	mostSideBySide = 4
)

// deflater packs a stream into one raw deflate stream, several blocks side by side. A block ends at a byte border
// (flate's Flush), so that blocks made apart may be joined. It writes to w only from the goroutine that calls it.
type deflater struct {
	w     io.Writer
	ring  []*block // the next one in turn is the oldest in hand
	turn  int
	crc   uint32
	plain uint64 // bytes in
	size  uint64 // bytes out
	err   error  // the first of w, which stays
}

type block struct {
	plain  []byte
	packed bytes.Buffer
	z      *flate.Writer
	busy   chan struct{} // closed when packed; nil when there is nothing to write
}

func newDeflater(w io.Writer) *deflater {
	return &deflater{w: w, ring: make([]*block, min(runtime.GOMAXPROCS(0), mostSideBySide))}
}

// add takes a block and gives an empty one to fill next.
func (d *deflater) add(plain []byte) []byte {
	b := d.ring[d.turn]
	if b == nil {
		b = newBlock()
		d.ring[d.turn] = b
	}
	d.write(b)
	d.turn = (d.turn + 1) % len(d.ring)
	d.crc = crc32.Update(d.crc, crc32.IEEETable, plain)
	d.plain += uint64(len(plain))
	plain, b.plain = b.plain[:0], plain
	b.busy = make(chan struct{})
	go b.pack()
	return plain
}

// finish writes what is in hand, and the end of the stream. It is to be called whatever happened before, since it also
// waits for the goroutines.
func (d *deflater) finish() error {
	for range d.ring {
		if b := d.ring[d.turn]; b != nil {
			d.write(b)
		}
		d.turn = (d.turn + 1) % len(d.ring)
	}
	d.put([]byte{3, 0}) // an empty last block
	return d.err
}

// write waits for a block and writes it.
func (d *deflater) write(b *block) {
	if b.busy == nil {
		return
	}
	<-b.busy
	b.busy = nil
	d.put(b.packed.Bytes())
}

func (d *deflater) put(packed []byte) {
	if d.err == nil {
		_, d.err = d.w.Write(packed)
		d.size += uint64(len(packed))
	}
}

func newBlock() *block {
	b := &block{plain: make([]byte, 0, blockSize+blockSize/4)}
	var err error
	if b.z, err = flate.NewWriter(&b.packed, level); err != nil {
		panic(err) // only for a level there is not
	}
	b.packed.Grow(blockSize / 4)
	return b
}

// pack cannot fail: it writes to memory.
func (b *block) pack() {
	defer close(b.busy)
	b.packed.Reset()
	b.z.Reset(&b.packed)
	b.z.Write(b.plain)
	b.z.Flush()
}
