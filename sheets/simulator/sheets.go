package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

// sheetsReads are the methods that count as reads, some of them although they are POSTs.
var sheetsReads = []string{
	"get", "getByDataFilter", "developerMetadata.get", "developerMetadata.search",
	"values.get", "values.batchGet", "values.batchGetByDataFilter",
}

var sheetsHandlers = map[string]func(*Simulator, *Exchange) (*wire.Message, error){
	"create":                         (*Simulator).createSpreadsheet,
	"get":                            (*Simulator).getSpreadsheet,
	"getByDataFilter":                (*Simulator).getByDataFilter,
	"batchUpdate":                    (*Simulator).batchUpdate,
	"developerMetadata.get":          (*Simulator).getMetadata,
	"developerMetadata.search":       (*Simulator).searchMetadata,
	"sheets.copyTo":                  (*Simulator).copySheet,
	"values.get":                     (*Simulator).getValues,
	"values.batchGet":                (*Simulator).batchGetValues,
	"values.batchGetByDataFilter":    (*Simulator).batchGetFiltered,
	"values.update":                  (*Simulator).updateValues,
	"values.batchUpdate":             (*Simulator).batchUpdateValues,
	"values.batchUpdateByDataFilter": (*Simulator).batchUpdateFiltered,
	"values.append":                  (*Simulator).appendValues,
	"values.clear":                   (*Simulator).clearValues,
	"values.batchClear":              (*Simulator).batchClear,
	"values.batchClearByDataFilter":  (*Simulator).batchClearFiltered,
}

// roots are where the body of a method is, as errors name the place.
var roots = map[string]string{
	"sheets.spreadsheets.create":        "spreadsheet",
	"sheets.spreadsheets.values.update": "data",
	"sheets.spreadsheets.values.append": "data",
}

// routeSheets finds the method of a request by its escaped path, in which a range may hold slashes and colons of its
// own. Of two methods that match, the one with a verb is meant.
func (s *Simulator) routeSheets(r *http.Request) route {
	var found route
	for _, m := range wire.Methods() {
		if m.Verb != r.Method {
			continue
		}
		vars, ok := matchPath(m.Path, strings.TrimPrefix(r.URL.EscapedPath(), "/"))
		if !ok || found.method != "" && !strings.Contains(m.Path[strings.LastIndexByte(m.Path, '/'):], ":") {
			continue
		}
		name := strings.TrimPrefix(m.ID, "sheets.spreadsheets.")
		found = route{method: m.ID, sheets: m, vars: vars, read: slices.Contains(sheetsReads, name), scopes: m.Scopes,
			serve: func(s *Simulator, x *Exchange) (Answer, error) { return s.serveSheets(x, name) }}
	}
	return found
}

// matchPath holds an escaped path against a pattern such as v4/spreadsheets/{spreadsheetId}/values/{range}:append.
func matchPath(pattern, path string) (map[string]string, bool) {
	parts, want := strings.Split(path, "/"), strings.Split(pattern, "/")
	if len(parts) != len(want) {
		return nil, false
	}
	vars := map[string]string{}
	for i, w := range want {
		name, verb, ok := variable(w)
		if !ok {
			if parts[i] != w {
				return nil, false
			}
			continue
		}
		value, ok := strings.CutSuffix(parts[i], verb)
		if !ok || value == "" {
			return nil, false
		}
		unescaped, err := url.PathUnescape(value)
		if err != nil {
			return nil, false
		}
		vars[name] = unescaped
	}
	return vars, true
}

// variable takes {range}:append apart.
func variable(part string) (name, verb string, ok bool) {
	inner, ok := strings.CutPrefix(part, "{")
	if !ok {
		return "", "", false
	}
	return strings.Cut(inner, "}")
}

// sheetsCall is a call of the Sheets API, read.
type sheetsCall struct {
	query *wire.Message
	body  *wire.Message
	mask  *wire.Mask // of the answer
}

func (s *Simulator) serveSheets(x *Exchange, name string) (Answer, error) {
	c, err := x.readSheets()
	if err != nil {
		return Answer{}, err
	}
	x.parsed = c
	m, err := sheetsHandlers[name](s, x)
	if err != nil {
		return Answer{}, err
	}
	return answerJSON(http.StatusOK, c.mask.Project(m), x.pretty()), nil
}

func (x *Exchange) readSheets() (c sheetsCall, err error) {
	m := x.route.sheets
	if c.query, err = wire.ParseQuery(x.r.URL.Query(), m.Query); err != nil {
		return c, err
	}
	if alt := c.query.Text("alt"); alt != "" && alt != "json" {
		return c, refuse("INVALID_ARGUMENT", "This simulator of Google Sheets answers in JSON only.")
	}
	if m.Request != nil {
		if c.body, err = x.message(); err != nil {
			return c, err
		}
	}
	if text := c.query.Text("fields"); text != "" {
		if c.mask, err = answerMask(text, m.Response); err != nil {
			return c, err
		}
	}
	return c, nil
}

// answerMask reads the fields parameter. A name that is not of the answer is told in the details only.
func answerMask(text string, t *wire.Type) (*wire.Mask, error) {
	mask, err := wire.ParseMask(text)
	missing := text
	if err == nil {
		mask, missing = mask.For(t, false)
	}
	if missing != "" {
		return nil, &wire.BadRequest{Message: "Request contains an invalid argument.", Violations: []wire.Violation{{Field: missing,
			Description: "Error expanding 'fields' parameter. Cannot find matching fields for path '" + missing + "'."}}}
	}
	return mask, nil
}

// sheet finds the spreadsheet of a call, for a role.
func (s *Simulator) sheet(x *Exchange, role string) (*file, error) {
	f := s.open(x.who, x.route.vars["spreadsheetId"])
	if f == nil {
		return nil, errNotFound
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case rank[f.role(x.who.email)] < rank[role]:
		return nil, errNoPermission
	case f.mime != sheetMime:
		return nil, errNotASheet
	}
	return f, nil
}

// reading gives a spreadsheet's version of this moment to a call that reads.
func (s *Simulator) reading(x *Exchange) (*book.Book, book.Editor, error) {
	f, err := s.sheet(x, Reader)
	if err != nil {
		return nil, book.Editor{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return f.book, f.editor(x.who), nil
}

// change makes the next version of a spreadsheet from the one before, and a reply.
type change func(*book.Book, book.Editor) (*book.Book, *wire.Message, error)

// write lets a call make the next version of a spreadsheet.
func (s *Simulator) write(x *Exchange, step change) (*wire.Message, error) {
	f, err := s.sheet(x, Writer)
	if err != nil {
		return nil, err
	}
	return s.change(f, x.who, step)
}

func (s *Simulator) change(f *file, who caller, step change) (*wire.Message, error) {
	f.writing.Lock()
	defer f.writing.Unlock()
	s.mu.Lock()
	before, editor := f.book, f.editor(who)
	s.mu.Unlock()
	next, reply, err := step(before, editor)
	if err != nil {
		return nil, err
	}
	s.publish(f, next)
	return reply, nil
}
