package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"clipsheet/clips"
)

// request is one request for a feed, as far as it is understood.
type request struct {
	token   clips.Token
	format  format
	query   query
	link    clips.Link
	clip    clips.Clip     // unless the link opens a workbook
	book    clips.Workbook // if it does
	zone    *time.Location
	options readerOptions
	given   map[string]string // parameters, from the reader and the link
	bound   clips.Bound
	patient bool // as in clips.Request
}

// feed serves a clip, or a workbook, at its link.
func (s *site) feed(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		notAllowed(w)
		return
	}
	req := &request{query: parseQuery(r.URL.RawQuery)}
	if err := s.serve(w, r, req); err != nil {
		s.fail(w, r, req, err)
	}
	s.touch(w, r, req)
}

func (s *site) serve(w http.ResponseWriter, r *http.Request, req *request) error {
	if err := s.open(r, req); err != nil {
		return err
	}
	if req.link.Workbook != "" {
		return s.serveWorkbook(w, r, req)
	}
	return s.serveClip(w, r, req)
}

// serveClip sends the result of a clip that was found.
func (s *site) serveClip(w http.ResponseWriter, r *http.Request, req *request) error {
	if err := s.bind(req); err != nil {
		return err
	}
	answer, err := s.answer(r, req)
	if err != nil {
		return err
	}
	err = s.send(w, r, req, answer)
	if clips.KindOf(err) == clips.KindCorrupt { // the cache has let go of the damaged result, so ask once more
		if answer, err = s.answer(r, req); err == nil {
			err = s.send(w, r, req, answer)
		}
	}
	return err
}

// open finds the link, and the clip or workbook, behind the address. Whatever is wrong with an address takes the same way, look-up
// included, so that answers and their timing tell nothing about it.
func (s *site) open(r *http.Request, req *request) error {
	token, file := splitPath(r.URL.EscapedPath())
	f, known := formatOf(file)
	link, clip, err := s.Store.LinkByHash(r.Context(), token.Hash())
	var book clips.Workbook
	if err == nil && link.Workbook != "" {
		book, err = s.findWorkbook(r.Context(), link, f)
	}
	switch {
	case errors.Is(err, clips.ErrNotFound):
		return s.stranger(r)
	case err != nil:
		return &clips.Error{Kind: clips.KindUnavailable, Cause: err,
			Notice: "The server cannot look up links at the moment: ask again in a minute."}
	case !known || !link.Works(s.Now()) || !link.Allows(f.name):
		return s.stranger(r)
	}
	req.token, req.format, req.link, req.clip, req.book = token, f, link, clip, book
	visitOf(r).of(req)
	return s.allowed(link)
}

// touch notes who used the link, once the answer is on its way.
func (s *site) touch(w http.ResponseWriter, r *http.Request, req *request) {
	if req.link.ID != 0 && s.touches.due(req.link, s.Now()) {
		http.NewResponseController(w).Flush()
		s.touches.note(r.Context(), req.link, s.Now(), readerOf(r.UserAgent()))
	}
}

// bind reads the options and resolves the parameters.
func (s *site) bind(req *request) (err error) {
	req.zone = s.zone(req.clip.Revision)
	if req.given, err = parameters(req.clip.Revision.Params, req.query, req.link.Locked); err != nil {
		return err
	}
	options, err := readOptions(req.query)
	if err != nil {
		return err
	}
	req.options = options.forFormat(req.format)
	req.bound, err = clips.Bind(req.clip.Revision, req.given, s.Now(), req.zone)
	return err
}

// zone is where "today" is for a clip.
func (s *site) zone(rev clips.Revision) *time.Location {
	if rev.TimeZone != "" {
		if zone, err := time.LoadLocation(rev.TimeZone); err == nil {
			return zone
		}
	}
	if zone := s.TimeZone(rev.Source); zone != nil {
		return zone
	}
	return time.UTC
}

// parameters are the values for parameters: what the reader gives, and what the link has fixed.
func parameters(params []clips.Param, q query, locked map[string]string) (map[string]string, error) {
	given := map[string]string{}
	for _, p := range params {
		value, ok, err := q.value(p.Name)
		if err != nil {
			return nil, err
		}
		fixed, isFixed := locked[p.Name]
		switch {
		case isFixed && ok && value != "" && value != fixed:
			return nil, badRequest("%q is fixed by this link and cannot be changed: take it out of the address.", p.Name)
		case isFixed:
			given[p.Name] = fixed
		case ok:
			given[p.Name] = value
		}
	}
	for name := range locked {
		if _, ok := given[name]; !ok { // the link would open more than it was made for
			return nil, &clips.Error{Kind: clips.KindSQL, Notice: "This link fixes a setting that the clip no longer has: " +
				"ask whoever gave you the link for a new one."}
		}
	}
	return given, nil
}

// answer gets the result. HEAD is answered from what there is.
func (s *site) answer(r *http.Request, req *request) (clips.Answer, error) {
	ask := clips.Request{Clip: req.clip, Bound: req.bound, Fresh: req.options.fresh, Patient: req.patient}
	answer, err := clips.Answer{}, error(nil)
	if r.Method == http.MethodHead {
		answer, err = s.Results.Peek(r.Context(), ask)
	} else {
		ask.Ahead = s.ahead(r, req)
		answer, err = s.Results.Get(r.Context(), ask)
	}
	visitOf(r).stale = answer.Stale
	return answer, thereIsNone(err)
}

// ahead says what body a feed has, so that it is made while the rows arrive. Of a part of the rows it is made later, and
// of some columns in a workbook, whose cover tells the digest of all.
func (s *site) ahead(r *http.Request, req *request) func(clips.Header) clips.Form {
	if req.format.page() || !req.options.all() || req.format.workbook() && req.options.columns != nil {
		return nil
	}
	return func(header clips.Header) clips.Form {
		large := clips.SnapshotInfo{Header: header, Revision: req.clip.Revision.Number, Bytes: smallest} // if it is not large, little was lost
		_, body, err := s.body(r, req, clips.Answer{Info: large})
		if err != nil {
			return clips.Form{} // it comes back when the body is sent
		}
		return clips.Form{Variant: body.variant + body.coding.suffix, Encode: func(w io.Writer, rows clips.Rows) error {
			return req.options.encode(w, rows, body)
		}}
	}
}

// thereIsNone has words for a result that HEAD did not find.
func thereIsNone(err error) error {
	if errors.Is(err, clips.ErrNotFound) {
		return &clips.Error{Kind: clips.KindUnavailable, // not ErrNotFound: the link is there
			Notice: "There is no result yet, and HEAD does not make one: ask with GET."}
	}
	return err
}

// stranger counts an address that opens nothing against whoever asks. Those who hold a link that works are never
// counted, since thousands of them share the addresses of Google's fetchers.
func (s *site) stranger(r *http.Request) error {
	if wait := s.strangers.take(peer(r), s.Now()); wait > 0 {
		return tooMany(wait)
	}
	return clips.ErrNotFound
}

func (s *site) allowed(l clips.Link) error {
	if wait := s.links.take(l.ID, s.Now()); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

// gone tells whether the reader has left, so that no answer is needed.
func gone(ctx context.Context) bool { return errors.Is(context.Cause(ctx), context.Canceled) }
