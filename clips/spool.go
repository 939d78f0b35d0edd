package clips

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// Spool keeps a result while somebody reads it: it is the Rows it was made of, and writes each row that passes to w. What
// is in w when they end is a snapshot whose blocks are not packed, which is quick to write and twice as large; Pack makes
// the smaller one. It does not close the rows.
type Spool struct {
	rows  Rows
	s     *snapshotWriter
	ended bool
	info  SnapshotInfo // once ended
	err   error
}

var _ Rows = (*Spool)(nil)

var errBroken = errors.New("the rows were left in the middle of one")

// NewSpool begins a snapshot of r in w.
func NewSpool(w io.Writer, r Rows) *Spool {
	s := newSnapshotWriter(w, r.Header())
	s.plain = true
	return &Spool{rows: r, s: s, err: s.begin()}
}

// Header is that of the rows.
func (p *Spool) Header() Header { return p.rows.Header() }

// Row is that of the rows.
func (p *Spool) Row() [][]byte { return p.rows.Row() }

// Err also tells of a write that failed.
func (p *Spool) Err() error { return p.err }

// Close does nothing: whoever opened the rows closes them.
func (p *Spool) Close() error { return nil }

// Next reads a row and keeps it.
func (p *Spool) Next() bool {
	if p.ended || p.err != nil {
		return false
	}
	p.err = errBroken // for good, if a panic passes through, of the rows or of w
	p.err = p.next()
	return p.err == nil && !p.ended
}

func (p *Spool) next() (err error) {
	if !p.rows.Next() {
		if err = p.rows.Err(); err == nil {
			p.info, err = p.s.finish()
		}
		p.ended = true
		return err
	}
	if p.s.add(p.rows.Row()); p.s.isFull() {
		return p.s.flush()
	}
	return nil
}

// Finish reads what was not read yet, and describes the snapshot as WriteSnapshot does.
func (p *Spool) Finish() (SnapshotInfo, error) {
	for p.Next() {
	}
	if p.err != nil {
		return SnapshotInfo{}, p.err
	}
	return p.info, nil
}

// Digest is that of the result, once it was read to its end.
func (p *Spool) Digest() string { return p.info.Digest }

// writePlain writes a block as it is.
func (s *snapshotWriter) writePlain(b *block) error {
	head := binary.LittleEndian.AppendUint32(make([]byte, 0, blockHead), uint32(len(b.values)))
	head = binary.LittleEndian.AppendUint32(head, uint32(b.rows)|isPlain)
	head = binary.LittleEndian.AppendUint32(head, crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, b.values))
	s.footer.Blocks = append(s.footer.Blocks, blockIndex{Offset: s.at, Rows: b.rows})
	if err := s.write(head); err != nil {
		return err
	}
	err := s.write(b.values)
	if b.empty(); cap(b.values) > mostKept {
		b.values = nil
	}
	return err
}

// Pack writes the snapshot to w with its blocks packed, and tells how long it is now. Each block is verified on its way.
// It takes one processor: nobody waits for it, and somebody may be reading.
func (s *Snapshot) Pack(w io.Writer) (size int64, err error) {
	p := newSnapshotWriter(w, s.Header())
	p.footer = s.footer
	p.footer.Blocks = nil
	if err := p.begin(); err != nil {
		return 0, err
	}
	var from blockReader
	for i, b := range s.footer.Blocks {
		if err := from.read(s, i); err != nil {
			return 0, err
		}
		p.block.values, p.block.rows = from.values, b.Rows
		p.block.pack()
		if err := p.writePacked(p.block); err != nil {
			return 0, err
		}
	}
	if err := p.end(); err != nil {
		return 0, err
	}
	return p.at, nil
}
