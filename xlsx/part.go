package xlsx

import (
	"archive/zip"
	"io"
	"math"
)

// partWriter writes the parts of a workbook into a zip file, one after the other.
type partWriter struct {
	zip *zip.Writer
	has map[string]bool // parts written
}

func newPartWriter(w io.Writer) *partWriter {
	return &partWriter{zip: zip.NewWriter(w), has: map[string]bool{}}
}

// firstDay1980 is the date Excel itself gives to parts. Nothing in a file depends on when it was written.
const firstDay1980 = 1<<5 | 1

// write writes a small part.
func (p *partWriter) write(path string, part []byte) error {
	p.has[path] = true
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Deflate, ModifiedDate: firstDay1980})
	if err != nil {
		return err
	}
	_, err = w.Write(part)
	return err
}

func (p *partWriter) close() error { return p.zip.Close() }

// rawPart is a large part, deflated by our own means.
type rawPart struct {
	*deflater
	header *zip.FileHeader
}

// raw begins a large part. Its sizes and checksum are known at the end and stand behind it: that is flag 8.
func (p *partWriter) raw(path string) (*rawPart, error) {
	const version = 20
	p.has[path] = true
	h := &zip.FileHeader{Name: path, Method: zip.Deflate, Flags: 8, ModifiedDate: firstDay1980,
		CreatorVersion: version, ReaderVersion: version}
	w, err := p.zip.CreateRaw(h)
	if err != nil {
		return nil, err
	}
	return &rawPart{newDeflater(w), h}, nil
}

// finish ends the part. The zip package wants its sizes in 32 bits as well as in 64.
func (p *rawPart) finish() error {
	err := p.deflater.finish()
	h := p.header
	h.CRC32 = p.crc
	h.CompressedSize64, h.UncompressedSize64 = p.size, p.plain
	h.CompressedSize = uint32(min(p.size, math.MaxUint32))
	h.UncompressedSize = uint32(min(p.plain, math.MaxUint32))
	return err
}

// abandon waits for the goroutines of a part that will not be finished.
func (p *rawPart) abandon() {
	p.err = io.ErrClosedPipe
	p.deflater.finish()
}
