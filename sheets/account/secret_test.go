package account_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"clipsheet/sheets/account"
)

// shown is a value in every form in which it may reach a log, a page or an error.
func shown(v any) string {
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).Info("value", "v", v, slog.Group("g", "v", v))
	}
	asJSON, _ := json.Marshal(v)
	asXML, _ := xml.Marshal(v)
	return fmt.Sprintf("%v %+v %#v %s %q %x %d %T\n%s\n%s\n%s", v, v, v, v, v, v, v, v, asJSON, asXML, &log)
}

func TestSecretShowsNothing(t *testing.T) {
	const text = "1//refresh-token-of-ann"
	type holder struct {
		Public  account.Secret
		private account.Secret
		deep    map[string]*account.Secret
	}
	s := account.Hide(text)
	for _, v := range []any{s, &s, holder{s, s, map[string]*account.Secret{"x": &s}}, []account.Secret{s}, errors.Join(fmt.Errorf("with %v", s)),
		account.Config{ClientSecret: s}, &account.Config{ClientSecret: s}} {
		wantNone(t, shown(v), text)
	}
	if s.Reveal() != text || s.Empty() || !s.Equal(account.Hide(text)) || s.Equal(account.Hide("other")) {
		t.Error("the secret is not what was hidden")
	}
	if none := (account.Secret{}); none.Reveal() != "" || !none.Empty() || !none.Equal(account.Hide("")) {
		t.Error("no secret is some")
	}
	if got := s.String() + s.GoString() + s.LogValue().String(); got != "************" {
		t.Errorf("shown as %q", got)
	}
}

// wantNone looks for secrets in a text, as they are and in other clothes.
func wantNone(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
			fmt.Sprint([]byte(secret)), fmt.Sprintf("%#v", []byte(secret))} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%q shows a secret: %q", text[max(0, i-80):min(len(text), i+len(form)+80)], form)
			}
		}
	}
}

// A whole life of accounts, with a Google that repeats all it is sent in its errors, and everything that is shown on
// the way: nothing secret is among it.
func TestNothingShowsASecret(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		var seen strings.Builder
		see := func(what ...any) {
			synctest.Wait() // fmt looks into things without their locks
			for _, v := range what {
				seen.WriteString(shown(v))
			}
		}
		var sent heard
		w.google.before = sent.listen(nil)
		key, file := newServiceKey(t, w)
		w.cfg.Service = key
		sealer, err := account.NewSealer(w.key)
		w.Accounts = w.process(w.cfg, w.key)
		see(w.cfg, w.Accounts, sealer, key, err)

		query := w.leave("finance")
		connected, err := w.Finish(t.Context(), query, browser)
		see(connected, err)
		_, err = w.Finish(t.Context(), query, browser)
		see(err)
		source := w.source("finance")
		token := w.token(source)
		robot, err := w.Declare(t.Context(), "robot", "")
		see(robot, err)
		w.token(w.source("robot"))
		see(source, w.source("robot"), w.sealed(connected.ID), w.store, source.Client())

		for _, hostile := range []http.HandlerFunc{echo(400, "invalid_grant"), echo(401, "invalid_client"), echo(400, ""), echo(503, "invalid_grant"),
			func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprintf(w, `{"access_token": {"not": %q}}`, r.PostForm.Encode())
			},
			func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://elsewhere.test/?"+r.PostForm.Encode(), http.StatusTemporaryRedirect)
			},
			func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) },
		} {
			w.google.set(func() { w.google.before = sent.listen(hostile) })
			hour()
			for _, name := range []string{"finance", "robot"} {
				s := w.source(name)
				_, err := s.Token()
				see(s, err, errors.Unwrap(err))
				resp, err := s.Client().Post("http://google.test/api", "text/plain", strings.NewReader("x"))
				if err == nil {
					resp.Body.Close()
				}
				see(err)
			}
			back, err := w.Finish(t.Context(), sent.back(w), browser)
			see(back, err)
			revoked, err := w.Disconnect(t.Context(), "finance")
			see(revoked, err, w.RevokeRetired(t.Context()))
			w.google.set(func() { w.google.before = sent.listen(nil) })
			w.connect("finance")
		}
		_, err = w.process(w.cfg, newKey()).Rotate(t.Context())
		see(err, w.process(w.cfg, newKey()).CheckKeys(t.Context()), w.Close)
		for _, a := range w.broken.told() {
			see(a)
		}
		if sent.count() < 40 {
			t.Errorf("only %d secrets were sent", sent.count())
		}
		secrets := append(sent.all(), token, clientSecret, w.key, file, browser)
		raw, _ := base64.StdEncoding.DecodeString(w.key)
		wantNone(t, seen.String()+w.log.String(), append(secrets, string(raw))...)
	})
}

// heard are the secrets that came to Google, and those it gave.
type heard struct {
	mu   sync.Mutex
	seen map[string]bool
}

// listen hears a request before it is answered, by another than Google when answer is not nil.
func (h *heard) listen(answer http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		h.mu.Lock()
		if h.seen == nil {
			h.seen = map[string]bool{}
		}
		for key, values := range r.PostForm {
			if key != "grant_type" && key != "client_id" && key != "redirect_uri" {
				h.seen[values[0]] = true
			}
		}
		if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			h.seen[bearer] = true
		}
		h.mu.Unlock()
		if answer == nil || r.URL.Path == "/auth" {
			return false
		}
		answer(w, r)
		return true
	}
}

// back is a way back from Google, whose code and state are secrets too.
func (h *heard) back(w *world) url.Values {
	query := w.leave("finance")
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen[query.Get("code")], h.seen[query.Get("state")] = true, true
	return query
}

func (h *heard) count() int { return len(h.all()) }

func (h *heard) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for secret := range h.seen {
		if secret != "" {
			all = append(all, secret)
		}
	}
	return all
}

// echo answers with all that was sent.
func echo(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		said := r.Header.Get("Authorization")
		for key := range r.PostForm {
			said += " " + key + "=" + r.PostForm.Get(key)
		}
		if code == "" {
			code = said
		}
		w.Header().Set("X-Said", said)
		oauthError(w, status, code, "Bad: "+said)
	}
}
