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

// entry describes a part. Its date is the one Excel itself gives: nothing in a file depends on when it was written.
func entry(path string) *zip.FileHeader {
	const version = 20 // of the format, which CreateRaw leaves to us
	const newYear1980 = 1<<5 | 1
	h := &zip.FileHeader{Name: path, Method: zip.Deflate, CreatorVersion: version, ReaderVersion: version}
	//lint:ignore SA1019 the newer field adds a second date to each part
	h.ModifiedDate = newYear1980
	return h
}

// write writes a small part.
func (p *partWriter) write(path string, part []byte) error {
	p.has[path] = true
	w, err := p.zip.CreateHeader(entry(path))
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
	p.has[path] = true
	h := entry(path)
	h.Flags |= 8
	w, err := p.zip.CreateRaw(h)
	if err != nil {
		return nil, err
	}
	return &rawPart{newDeflater(w), h}, nil
}

// finish ends the part.
func (p *rawPart) finish() error {
	err := p.deflater.finish()
	h := p.header
	h.CRC32 = p.crc
	h.CompressedSize64, h.UncompressedSize64 = p.size, p.plain
	//lint:ignore SA1019 what stands behind a raw part is made of these, and not of those of 64 bits
	h.CompressedSize = uint32(min(p.size, math.MaxUint32))
	//lint:ignore SA1019 likewise
	h.UncompressedSize = uint32(min(p.plain, math.MaxUint32))
	return err
}

// abandon waits for the goroutines of a part that will not be finished.
func (p *rawPart) abandon() {
	p.err = io.ErrClosedPipe
	p.deflater.finish()
}
