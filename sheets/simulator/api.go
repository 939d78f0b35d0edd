package simulator

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"clipsheet/sheets/simulator/internal/wire"
)

// mostBytes is the largest request body Google takes.
const mostBytes = 10_485_760

// route is where a request leads.
type route struct {
	method string // sheets.spreadsheets.get, drive.files.create, oauth.token; empty: nowhere
	sheets *wire.Method
	vars   map[string]string // the parts of the path, unescaped
	read   bool              // counts as a read
	scopes []string          // any of which is enough; nil: anybody may call
	serve  func(*Simulator, *Exchange) (Answer, error)
}

// Exchange is one request on its way to its answer. A scripted fault gets hold of it and decides what becomes of it.
type Exchange struct {
	Call Call // what the log will say; Status and BytesOut come at the end

	sim   *Simulator
	w     http.ResponseWriter
	r     *http.Request
	route route
	body  []byte
	who   caller

	request *wire.Message // the body, read by message; or what is wrong with it
	wrong   error
	parsed  sheetsCall

	let  bool // admitted: the token was good, the scopes enough, and the quota was not spent
	sent bool
}

// serveAPI reads a request, lets a fault have it if one is due, else answers it, and logs it.
func (s *Simulator) serveAPI(w http.ResponseWriter, r *http.Request, to route) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBytes+1))
	x := &Exchange{sim: s, w: w, r: r, route: to, body: body}
	x.Call = Call{Time: s.now(), Method: to.method, Verb: r.Method, Path: r.URL.EscapedPath(), Read: to.read,
		Spreadsheet: firstOf(to.vars["spreadsheetId"], to.vars["fileId"]), BytesIn: len(body), number: s.begin()}
	x.Call.Account = s.emailOf(bearer(r))
	x.Call.Kinds = x.kinds()
	defer s.log(x)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge || len(body) > mostBytes {
		x.Send(x.refusal(errTooLarge))
		return
	}
	if err != nil {
		return // the client has gone
	}
	if f := s.due(x); f != nil {
		x.Call.Fault = f.fault.Name
		f.fault.Effect(x)
		return
	}
	x.Send(x.Serve())
}

// Serve does what the request asks for, as if nothing was scripted, and gives the answer without sending it.
func (x *Exchange) Serve() Answer {
	if x.route.method == "" {
		return answerHTML(http.StatusNotFound, notFoundPage)
	}
	if err := x.admit(); err != nil {
		return x.refusal(err)
	}
	a, err := x.route.serve(x.sim, x)
	if err != nil {
		return x.refusal(err)
	}
	return a
}

// admit checks, once, whether the caller may call at all: token, scopes, quota.
func (x *Exchange) admit() error {
	if x.let || x.route.scopes == nil {
		return nil
	}
	who, err := x.sim.authorize(x.r, x.route.scopes)
	if err != nil {
		return err
	}
	if x.route.sheets != nil {
		if err := x.sim.spend(who, x.route.read); err != nil {
			return err
		}
	}
	x.who, x.let = who, true
	return nil
}

// refusal is an error as the answer to this request.
func (x *Exchange) refusal(err error) Answer {
	h := x.r.Header
	format := x.r.URL.Query().Get("$.xgafv")
	oldStyle := format == "1" || format == "" && h.Get("X-Goog-Api-Client") != ""
	return asAPIError(err).answer(oldStyle, x.pretty())
}

func (x *Exchange) pretty() bool { return x.r.URL.Query().Get("prettyPrint") != "false" }

// Send sends an answer. Only the first one is sent.
func (x *Exchange) Send(a Answer) {
	if x.sent {
		return
	}
	x.sent = true
	x.Call.Status, x.Call.BytesOut = a.Status, len(a.Body)
	a.send(x.w)
}

// HangUp closes the connection without an answer.
func (x *Exchange) HangUp() {
	x.sent = true
	panic(http.ErrAbortHandler)
}

// Cut sends an answer with its full length, but only a part of the body, and closes the connection.
func (x *Exchange) Cut(a Answer, bytes int) {
	whole := len(a.Body)
	a.Body = a.Body[:min(bytes, whole)]
	x.Call.Status, x.Call.BytesOut = a.Status, len(a.Body)
	for name, values := range a.Header {
		x.w.Header()[name] = values
	}
	x.w.Header().Set("Content-Length", itoa(whole))
	x.w.WriteHeader(a.Status)
	x.w.Write(a.Body)
	http.NewResponseController(x.w).Flush()
	x.HangUp()
}

// Simulator is whose request it is.
func (x *Exchange) Simulator() *Simulator { return x.sim }

// bearer is the access token of a request, from the header or, as Google allows, from the query.
func bearer(r *http.Request) string {
	if scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return token
	}
	return r.URL.Query().Get("access_token")
}

// message is the body of a call of the Sheets API, read once.
func (x *Exchange) message() (*wire.Message, error) {
	if x.request == nil && x.wrong == nil {
		x.request, x.wrong = wire.Parse(x.body, x.route.sheets.Request, roots[x.route.method])
	}
	return x.request, x.wrong
}

// kinds are the kinds of requests in a batch, for the log.
func (x *Exchange) kinds() []string {
	if x.route.method != "sheets.spreadsheets.batchUpdate" {
		return nil
	}
	m, err := x.message()
	if err != nil {
		return nil
	}
	var all []string
	for _, r := range m.Messages("requests") {
		r.Each(func(name string, _ any) { all = append(all, name) })
	}
	return all
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

const notFoundPage = `<!DOCTYPE html>
<html lang=en>
<title>Error 404 (Not Found)!!1</title>
<p><b>404.</b> <ins>That’s an error.</ins>
<p>The requested URL was not found on this server. <ins>That’s all we know.</ins>
`
