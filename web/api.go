package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// The API is what the pages do, in JSON, for programs with a key:
//
//	curl -H "Authorization: Bearer $CLIPSHEET_TOKEN" https://clips.example.com/api/v1/clips
//
// It is described at /api/v1/openapi.json, which is made of the same table as the routes. An answer that is no success is
// {"error": code, "message": words}, with the codes of clips.Kind and those of apiError.

// operation is one thing that the API does. Its route and its description are made of it.
type operation struct {
	method, path string
	least        clips.Role
	do           func(http.ResponseWriter, *http.Request, clips.Person) (any, error)
	summary      string
	query        []string // names of what the query string may say
	body         any      // an example of what is sent; nil is nothing
	answer       any      // an example of what comes back: of one item, when it is a list
	list         bool
	file         bool // what comes back is a file
	match        bool // If-Match says what was read
}

const apiRoot = "/api/v1"

// operations are all that this server can do.
func (s *site) operations() []operation {
	return slices.Concat(
		[]operation{{method: "GET", path: "/me", least: clips.RoleReader, do: s.apiMe, summary: "Whom the key acts for", answer: apiPerson{}}},
		s.clipOperations(), s.linkOperations(), s.workbookOperations(), s.syncOperations(), s.runOperations(), s.sourceOperations(),
		s.accountOperations(), s.peopleOperations())
}

// apiPages are the routes of the API.
func (s *site) apiPages(r chi.Router) {
	all := s.operations()
	document := openAPI(all)
	r.Route(apiRoot, func(r chi.Router) {
		r.Get("/openapi.json", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "application/json", document) })
		for _, o := range all {
			r.Method(o.method, o.path, s.api(o.least, o.do))
		}
		r.NotFound(func(w http.ResponseWriter, _ *http.Request) { apiFailed(w, errNoRoute) })
		r.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) { apiFailed(w, errNoMethod) })
	})
}

// caller is whom a program acts for: the holder of its key; without a sign-in also whoever sits at this machine, as long
// as no other site's page sent the request. No cookie counts.
func (s *site) caller(r *http.Request) (clips.Person, error) {
	if r.Header.Get("Authorization") == "" && s.Local && fromHere(r) && http.NewCrossOriginProtection().Check(r) == nil {
		return hereAdmin, nil
	}
	who, err := s.bearer(r)
	if errors.Is(err, clips.ErrNotFound) {
		err = errNoKey
	}
	return who, err
}

// bearer finds whom a program acts for that sends a key. clips.ErrNotFound is nobody: no key, or none that works.
func (s *site) bearer(r *http.Request) (clips.Person, error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || key == "" || s.People == nil {
		return clips.Person{}, clips.ErrNotFound
	}
	return s.People.WithKey(r.Context(), clips.Token(strings.TrimSpace(key)).Hash())
}

// apiError is a refusal that is not about a clip or its source.
type apiError struct {
	status     int
	code, text string
}

func (e apiError) Error() string { return e.text }

var (
	errNoRoute  = apiError{http.StatusNotFound, "not_found", "There is no such address in the API: see /api/v1/openapi.json."}
	errNothing  = apiError{http.StatusNotFound, "not_found", "There is nothing of that name, or it is not for you."}
	errNoMethod = apiError{http.StatusMethodNotAllowed, "method_not_allowed", "This address does not take that method: see /api/v1/openapi.json."}
	errNoKey    = apiError{http.StatusUnauthorized, "unauthorized", "Send a key that works, as Authorization: Bearer KEY. Keys are made on the page /me."}
	errNoMatch  = apiError{http.StatusPreconditionRequired, "no_match", "Say what you read, so that nobody's work is lost: If-Match and the ETag it came with."}
	errEdited   = apiError{http.StatusPreconditionFailed, "edited", "Somebody else has changed it since you read it: read it again."}
)

// api answers a program whose key has at least a role. What answer gives is sent as JSON; nil is that the answer was
// sent already.
func (s *site) api(least clips.Role, answer func(http.ResponseWriter, *http.Request, clips.Person) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" && !s.isOurName(r.Host) {
			notFound(w)
			return
		}
		who, err := s.caller(r)
		if err == nil && who.Role < least {
			err = apiError{http.StatusForbidden, "forbidden", "This needs the role " + least.String() + ", and the key has " + who.Role.String() + "."}
		}
		var body any
		if err == nil {
			body, err = answer(w, r, who)
		}
		switch {
		case err != nil:
			s.apiFail(w, r, err)
		case body != nil:
			answerJSON(w, http.StatusOK, body)
		}
	}
}

func (s *site) apiFail(w http.ResponseWriter, r *http.Request, err error) {
	if gone(r.Context()) { // as a browser that asks for something else meanwhile
		visitOf(r).left = true
		panic(http.ErrAbortHandler)
	}
	visitOf(r).err = err
	switch {
	case errors.Is(err, clips.ErrNotFound):
		err = errNothing
	case errors.Is(err, clips.ErrEdited):
		err = errEdited
	}
	if e, ok := errors.AsType[apiError](err); ok {
		apiFailed(w, e)
		return
	}
	p := problemOf(err, visitOf(r).id)
	if p.Wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(p.Wait.Seconds())))
	}
	answerJSON(w, p.Status, p)
}

func apiFailed(w http.ResponseWriter, e apiError) {
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	answerJSON(w, e.status, problem{Code: e.code, Text: e.text})
}

func answerJSON(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // ours to know
	}
	answer(w, status, "application/json", string(text)+"\n")
}

// largestBody is more than any request has to say.
const largestBody = 1 << 20

// readJSON reads what a program sends. An unknown name is refused, since it may be a slip.
func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(io.LimitReader(r.Body, largestBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return apiError{http.StatusBadRequest, "bad_json", "The body cannot be read: " + strings.TrimPrefix(err.Error(), "json: ") + "."}
	}
	return nil
}

// apiPerson is whom a program acts for.
type apiPerson struct {
	Email   string   `json:"email"`
	Name    string   `json:"name"`
	Role    string   `json:"role"`
	Sources []string `json:"sources"` // null: all
}

func (s *site) apiMe(_ http.ResponseWriter, _ *http.Request, who clips.Person) (any, error) {
	return apiPerson{who.Email, who.Name, who.Role.String(), who.Sources}, nil
}
