package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"clipsheet/clips"
)

// rendering counts changes to what encoders write: files of an older version, and copies readers have of them, are
// not to stand in for new ones.
const rendering = 1

// send sends a result. Until the file is in hand nothing is written, so an error can still become a status.
func (s *site) send(w http.ResponseWriter, r *http.Request, req *request, answer clips.Answer) error {
	if req.format.page() {
		return s.sendPage(w, r, req, answer)
	}
	encoder, body, err := s.body(r, req, answer)
	if err != nil {
		return err
	}
	v := validators{etag: etag(answer.Info, body.variant, body.dated), asOf: datedBy(answer.Info), coded: body.coding}
	describe(w.Header(), answer)
	w.Header().Set("Vary", "Accept-Encoding")
	if tag, ok := v.unchanged(r.Header); ok {
		notModified(w, tag)
		return nil
	}
	file, err := s.render(r, req, answer.Info, body)
	if err != nil {
		return err
	}
	defer file.Close()
	h := w.Header()
	h.Set("ETag", v.quoted())
	h.Set("Content-Type", encoder.ContentType())
	h.Set("Content-Disposition", disposition(req.clip.Slug, req.clip.Title, req.format))
	if body.coding != identity {
		h.Set("Content-Encoding", body.coding.name)
	}
	visitOf(r).sends(r, req.options.rowsOf(answer.Info.Rows))
	return sendFile(w, r, file)
}

// feedBody is what a body is made of.
type feedBody struct {
	variant string // tells bodies of one result apart, codings aside
	dated   bool   // the moment of the result is in it
	coding  coding
	encode  func(io.Writer, clips.Rows) error
}

func (s *site) body(r *http.Request, req *request, answer clips.Answer) (clips.Encoder, feedBody, error) {
	body := feedBody{variant: req.options.variant(req.format), dated: req.options.Shape != "", coding: codingOf(r, req.format, answer.Info)}
	if req.format.workbook() {
		subject := Subject{Clip: req.clip, Params: req.bound.Params, Info: answer.Info, Formats: s.Formats(req.clip.Slug)}
		encoder := s.Workbook(subject)
		body.variant += subject.mark()
		body.dated, body.encode = true, encoder.Encode
		return encoder, body, nil
	}
	encoder, err := clips.NewEncoder(req.format.name, req.options.EncodeOptions)
	if err != nil {
		return nil, body, err
	}
	body.encode = encoder.Encode
	return encoder, body, nil
}

// mark tells subjects apart whose workbooks differ though their results do not: a title may change without a run.
func (s Subject) mark() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %d", s.Clip.Slug, s.Clip.Title, s.Clip.Description, s.Clip.Owner, s.Info.Revision)
	for _, p := range s.Params {
		fmt.Fprintf(h, " %q %q %q", p.Param.Name, p.Param.Label, p.Value)
	}
	return " " + hex.EncodeToString(h.Sum(nil)[:8]) + markOf(s.Formats)
}

// markOf tells looks of columns apart.
func markOf(formats map[string]clips.ColumnFormat) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(formats)) {
		fmt.Fprintf(h, "%q %+v ", name, formats[name])
	}
	return " " + hex.EncodeToString(h.Sum(nil)[:8])
}

// render finds or makes the file of a body.
func (s *site) render(r *http.Request, req *request, info clips.SnapshotInfo, body feedBody) (*os.File, error) {
	options := req.options // nothing else of the request: the file is made for others too
	return s.Results.Render(r.Context(), info, body.variant+body.coding.suffix, func(w io.Writer, snapshot *clips.Snapshot) error {
		return options.encode(w, snapshot.Rows(options.offset, options.limit), body)
	})
}

// smallest is the size from which a body is worth compressing.
const smallest = 1024

func codingOf(r *http.Request, f format, info clips.SnapshotInfo) coding {
	if f.packed || info.Bytes < smallest {
		return identity
	}
	return codingFor(r.Header)
}

// variant names all that makes one body of a result differ from another.
func (o readerOptions) variant(f format) string {
	return fmt.Sprintf("%d %s %+v %d %d %q", rendering, f.name, o.EncodeOptions, o.offset, o.limit, o.columns)
}

// all tells whether a reader asked for all rows.
func (o readerOptions) all() bool { return o.offset == 0 && o.limit < 0 }

// rowsOf is how many rows a reader gets of so many.
func (o readerOptions) rowsOf(all int64) int64 {
	left := max(0, all-o.offset)
	if o.limit < 0 {
		return left
	}
	return min(left, o.limit)
}

// encode makes the body of the rows a reader asked for.
func (o readerOptions) encode(w io.Writer, rows clips.Rows, body feedBody) (err error) {
	if o.columns != nil {
		if rows, err = clips.Pick(rows, o.columns); err != nil {
			return err
		}
	}
	return body.coding.encode(w, func(w io.Writer) error { return body.encode(w, rows) })
}

// etag is equal for equal bodies. A body that has its own as-of in it is another one when that differs.
func etag(info clips.SnapshotInfo, variant string, dated bool) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %s", info.Digest, info.Header.TimeZone, variant)
	if dated {
		fmt.Fprintf(h, " %d %d", info.Header.AsOf.UnixNano(), info.Header.Lag)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// describe says what result an answer shows.
func describe(h http.Header, a clips.Answer) {
	h.Set("Cache-Control", "private, no-store")
	if at := a.Info.Header.AsOf; !at.IsZero() {
		h.Set("X-Clip-As-Of", at.UTC().Format("2006-01-02T15:04:05.000000Z07:00"))
		h.Set("Last-Modified", at.UTC().Format(http.TimeFormat))
	}
	h.Set("X-Clip-Rows", strconv.FormatInt(a.Info.Rows, 10))
	h.Set("X-Clip-Revision", strconv.Itoa(a.Info.Revision))
	h.Set("X-Clip-Digest", a.Info.Digest)
	if a.Stale != "" {
		h.Set("X-Clip-Stale", strings.ToValidUTF8(a.Stale, "?"))
	}
}

func notModified(w http.ResponseWriter, etag string) {
	w.Header().Set("ETag", etag)
	w.WriteHeader(http.StatusNotModified)
}

// sendFile sends a whole file with its length. http.ServeContent would leave the length out of a compressed one, and
// with it the means to notice a body that was cut.
func sendFile(w http.ResponseWriter, r *http.Request, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	allowTime(w, info.Size())
	if r.Method == http.MethodHead {
		return nil
	}
	_, err = io.Copy(w, file)
	return sent(err)
}

// A reader that takes less than slowest is cut off, after a minute's grace: it holds a file and a connection.
const (
	slowest = 32 << 10 // bytes a second
	grace   = time.Minute
)

func allowTime(w http.ResponseWriter, size int64) {
	limit := grace + time.Duration(size/slowest)*time.Second
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(limit)) // a writer without deadlines is a test's
}

// sentError is a body that was cut on its way: there is no status left to tell it with.
type sentError struct{ error }

func sent(err error) error {
	if err == nil {
		return nil
	}
	return sentError{err}
}
