package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"clipsheet/clips"
)

// Workbooks are those of several clips.
type Workbooks interface {
	// Find finds a workbook with its clips as they are now; one that is no more is clips.ErrNotFound.
	Find(ctx context.Context, name string) (clips.Workbook, error)
	// List lists them by name, without their clips.
	List() []clips.Workbook
	// Encode writes the file of a book, from the rows of each of its subjects. It is the same for equal books.
	Encode(w io.Writer, book Book, rows []clips.Rows) error
}

// Book is what a workbook says, and what of.
type Book struct {
	Workbook clips.Workbook
	Subjects []Subject // one for each of its clips
}

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// findWorkbook finds the workbook that a link opens. It has one format.
func (s *site) findWorkbook(ctx context.Context, link clips.Link, f format) (clips.Workbook, error) {
	if s.Workbooks == nil || !f.workbook() {
		return clips.Workbook{}, clips.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	return s.Workbooks.Find(ctx, link.Workbook)
}

// lookUpTime bounds the search for what is behind a link: a reader is told soon when the state database does not answer.
const lookUpTime = 10 * time.Second

// serveWorkbook serves the clips of a workbook as one file, all of one moment.
func (s *site) serveWorkbook(w http.ResponseWriter, r *http.Request, req *request) error {
	ask, err := s.bindWorkbook(req)
	if err != nil {
		return err
	}
	answer, err := s.answerWorkbook(r, ask)
	if err != nil {
		return err
	}
	err = s.sendWorkbook(w, r, ask, answer)
	if clips.KindOf(err) == clips.KindCorrupt { // as in serve
		if answer, err = s.answerWorkbook(r, ask); err == nil {
			err = s.sendWorkbook(w, r, ask, answer)
		}
	}
	return err
}

// bindWorkbook reads the options, and resolves the parameters: each goes to every clip that has the name.
func (s *site) bindWorkbook(req *request) (ask clips.WorkbookRequest, err error) {
	for _, name := range []string{"_columns", "_limit", "_offset"} {
		if value, given, _ := req.query.value(name); given && value != "" {
			return ask, badRequest("%s is for the link of a single clip: a workbook has all of its tables whole. Take it out of the address.", name)
		}
	}
	if req.options, err = readOptions(req.query); err != nil {
		return ask, err
	}
	if req.given, err = parameters(req.book.Params(), req.query, req.link.Locked); err != nil {
		return ask, err
	}
	ask = clips.WorkbookRequest{Workbook: req.book, Fresh: req.options.fresh}
	ask.Bound, err = req.book.Bind(req.given, s.Now(), s.zone)
	return ask, err
}

// answerWorkbook gets the results. HEAD is answered from what there is.
func (s *site) answerWorkbook(r *http.Request, ask clips.WorkbookRequest) (answer clips.WorkbookAnswer, err error) {
	if r.Method == http.MethodHead {
		answer, err = s.Results.PeekTogether(r.Context(), ask)
	} else {
		answer, err = s.Results.Together(r.Context(), ask)
	}
	visitOf(r).stale = answer.Stale
	return answer, thereIsNone(err)
}

// sendWorkbook is send for a workbook.
func (s *site) sendWorkbook(w http.ResponseWriter, r *http.Request, ask clips.WorkbookRequest, answer clips.WorkbookAnswer) error {
	book := s.book(ask, answer)
	variant := book.mark()
	whole := sumOf(answer)
	v := validators{etag: etag(whole.Info, variant, true), asOf: datedBy(whole.Info), coded: identity}
	h := w.Header()
	describe(h, whole)
	h.Set("X-Clip-Revision", revisionsOf(answer))
	if tag, ok := v.unchanged(r.Header); ok {
		notModified(w, tag)
		return nil
	}
	file, err := s.Results.RenderTogether(r.Context(), ask, answer.Infos, variant, func(w io.Writer, snapshots []*clips.Snapshot) error {
		rows := make([]clips.Rows, len(snapshots))
		for i, snapshot := range snapshots {
			rows[i] = snapshot.Rows(0, -1)
		}
		return s.Workbooks.Encode(w, book, rows)
	})
	if err != nil {
		return err
	}
	defer file.Close()
	h.Set("ETag", v.quoted())
	h.Set("Content-Type", workbookType)
	f, _ := formatOf(".xlsx")
	h.Set("Content-Disposition", disposition(ask.Workbook.Name, ask.Workbook.Title, f))
	visitOf(r).sends(r, whole.Info.Rows)
	return sendFile(w, r, file)
}

func (s *site) book(ask clips.WorkbookRequest, answer clips.WorkbookAnswer) Book {
	b := Book{Workbook: ask.Workbook}
	for i, clip := range ask.Workbook.Clips {
		b.Subjects = append(b.Subjects, Subject{Clip: clip, Params: ask.Bound[i].Params, Info: answer.Infos[i], Formats: s.Formats(clip.Slug)})
	}
	return b
}

// mark tells books apart whose files differ though their results do not.
func (b Book) mark() string {
	w := b.Workbook
	h := sha256.New()
	fmt.Fprintf(h, "%d %q %q %q %q %q", rendering, w.Name, w.Title, w.Description, w.Owner, w.Template)
	for _, s := range b.Subjects {
		io.WriteString(h, s.mark())
	}
	return "workbook " + hex.EncodeToString(h.Sum(nil)[:16])
}

// sumOf describes the results of a workbook as if they were one: all their rows, and a digest of their digests.
func sumOf(a clips.WorkbookAnswer) clips.Answer {
	whole := clips.Answer{Info: clips.SnapshotInfo{Header: a.Infos[0].Header}, Stale: a.Stale}
	h := sha256.New()
	for _, info := range a.Infos {
		whole.Info.Rows += info.Rows
		fmt.Fprintf(h, "%s %s\n", info.Digest, info.Header.TimeZone)
	}
	whole.Info.Digest = hex.EncodeToString(h.Sum(nil))
	return whole
}

// revisionsOf lists the revisions of the clips, in the order of the tabs.
func revisionsOf(a clips.WorkbookAnswer) string {
	var all []string
	for _, info := range a.Infos {
		all = append(all, fmt.Sprint(info.Revision))
	}
	return strings.Join(all, ", ")
}
