package simulator

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

// Answer is a response that was not sent yet.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func answerJSON(status int, m *wire.Message, pretty bool) Answer {
	body := m.JSON()
	if pretty {
		body = m.Indented()
	}
	return Answer{status, http.Header{"Content-Type": {"application/json; charset=UTF-8"}, "Cache-Control": {"private"}}, body}
}

func answerHTML(status int, page string) Answer {
	return Answer{status, http.Header{"Content-Type": {"text/html; charset=UTF-8"}}, []byte(page)}
}

// send writes an answer with its length, so that a client knows when one is cut.
func (a Answer) send(w http.ResponseWriter) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	if a.Status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	w.Write(a.Body) // a client that has hung up is told by its own side
}

// apiError is a refusal of Google's.
type apiError struct {
	code    int
	status  string // INVALID_ARGUMENT
	reason  string // badRequest, in errors[]
	message string
	details []*wire.Message
	header  http.Header
	old     *wire.Message // the one entry of errors[] in Drive's own form
}

func (e *apiError) Error() string { return e.message }

// reasons are the HTTP status and the old-style reason of each status.
var reasons = map[string]struct {
	code   int
	reason string
}{
	"INVALID_ARGUMENT":    {400, "badRequest"},
	"FAILED_PRECONDITION": {400, "failedPrecondition"},
	"UNAUTHENTICATED":     {401, "authError"},
	"PERMISSION_DENIED":   {403, "forbidden"},
	"NOT_FOUND":           {404, "notFound"},
	"ABORTED":             {409, "aborted"},
	"RESOURCE_EXHAUSTED":  {429, "rateLimitExceeded"},
	"INTERNAL":            {500, "backendError"},
	"UNAVAILABLE":         {503, "backendError"},
	"DEADLINE_EXCEEDED":   {504, "backendError"},
}

func refuse(status, message string, details ...*wire.Message) *apiError {
	r := reasons[status]
	return &apiError{code: r.code, status: status, reason: r.reason, message: message, details: details}
}

var (
	errNotFound     = refuse("NOT_FOUND", "Requested entity was not found.")
	errNoPermission = refuse("PERMISSION_DENIED", "The caller does not have permission")
	errNoAPIKey     = refuse("PERMISSION_DENIED", "The request is missing a valid API key.")
	errNotASheet    = refuse("FAILED_PRECONDITION", "This operation is not supported for this document")
	errTooLarge     = refuse("INVALID_ARGUMENT", fmt.Sprintf("Request payload size exceeds the limit: %d bytes.", mostBytes))
)

// errorInfo is the detail that says why, for machines.
func errorInfo(reason, domain string, metadata *wire.Message) *wire.Message {
	return wire.New("@type", "type.googleapis.com/google.rpc.ErrorInfo", "reason", reason, "domain", domain, "metadata", metadata)
}

// asAPIError makes any error one of Google's.
func asAPIError(err error) *apiError {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*book.Error](err); ok {
		return refuse(e.Status, e.Message)
	}
	if e, ok := errors.AsType[*wire.BadRequest](err); ok {
		return refuse("INVALID_ARGUMENT", e.Error(), fieldViolations(e))
	}
	return refuse("INTERNAL", "Internal error encountered.")
}

func fieldViolations(e *wire.BadRequest) *wire.Message {
	var all []*wire.Message
	for _, v := range e.Violations {
		m := wire.New()
		if v.Field != "" {
			m.Set("field", v.Field)
		}
		m.Set("description", v.Description)
		all = append(all, m)
	}
	return wire.New("@type", "type.googleapis.com/google.rpc.BadRequest", "fieldViolations", wire.ListOf(all))
}

// answer writes the error in Google's envelope. errors[] is there for clients that say they are one of Google's
// libraries, or ask for the first version of the format.
func (e *apiError) answer(oldStyle, pretty bool) Answer {
	body := wire.New("code", e.code, "message", e.message)
	if oldStyle || e.old != nil {
		entry := e.old
		if entry == nil {
			entry = wire.New("message", e.message, "domain", "global", "reason", e.reason)
		}
		body.Set("errors", []any{entry})
	}
	if e.status != "" {
		body.Set("status", e.status)
	}
	body.Set("details", wire.ListOf(e.details))
	a := answerJSON(e.code, wire.New("error", body), pretty)
	for name, values := range e.header {
		a.Header[name] = values
	}
	return a
}
