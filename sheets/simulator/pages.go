package simulator

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

//go:embed pages
var pageFiles embed.FS

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(pageFiles, "pages/*.html"))
})

// servePages are the pages for people: the list of spreadsheets, and a page for each.
func (s *Simulator) servePages(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	rest, isBook := strings.CutPrefix(path, "/spreadsheets/d/")
	id, action, _ := strings.Cut(rest, "/")
	switch {
	case path == "/":
		s.showIndex(w, r)
	case path == "/events":
		s.serveEvents(w, r)
	case path == "/pages/style.css" || path == "/pages/live.js":
		http.ServeFileFS(w, r, pageFiles, strings.TrimPrefix(path, "/"))
	case isBook && action == "edit" && r.Method == http.MethodGet:
		s.showBook(w, r, id, "")
	case isBook && (action == "cell" || action == "tab") && r.Method == http.MethodPost:
		s.editFromPage(w, r, id, action)
	default:
		s.showError(w, http.StatusNotFound, "There is nothing here", "Go back to the list of spreadsheets.")
	}
}

// show renders a page. It has no scripts and styles but those of files.
func (s *Simulator) show(w http.ResponseWriter, status int, name string, view any) {
	var b bytes.Buffer
	if err := templates().ExecuteTemplate(&b, name, view); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
		"base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	w.WriteHeader(status)
	w.Write(b.Bytes()) // a visitor who has gone misses nothing
}

func (s *Simulator) showError(w http.ResponseWriter, status int, title, text string) {
	s.show(w, status, "error.html", map[string]string{"Title": title, "Text": text})
}

// indexRow is a spreadsheet in the list.
type indexRow struct {
	Title, URL, Owner string
	Tabs              []string
	Changed           string
}

func (s *Simulator) showIndex(w http.ResponseWriter, _ *http.Request) {
	var rows []indexRow
	for _, id := range s.Spreadsheets() {
		s.mu.Lock()
		f := s.files[id]
		row := indexRow{Title: f.name(), URL: addressOf("", id), Owner: f.owner, Changed: f.modified.Format("2 January 15:04:05")}
		snapshot, trashed := Snapshot{f.book}, f.trashed
		s.mu.Unlock()
		if trashed {
			continue
		}
		for _, tab := range snapshot.Tabs() {
			if !tab.Hidden {
				row.Tabs = append(row.Tabs, tab.Title)
			}
		}
		rows = append(rows, row)
	}
	s.show(w, http.StatusOK, "index.html", map[string]any{"Title": "Spreadsheets", "Rows": rows})
}

// serveEvents tells a page, as long as it is open, that something has changed.
func (s *Simulator) serveEvents(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	for n := 0; ; n++ {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if _, err := fmt.Fprintf(w, "data: %d\n\n", n); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.done:
			return
		}
	}
}

// editFromPage types a visitor's text into a cell, or renames a tab, as somebody who may edit the file.
func (s *Simulator) editFromPage(w http.ResponseWriter, r *http.Request, id, action string) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := s.crossSite.Check(r); err != nil {
		s.showError(w, http.StatusForbidden, "That came from another site", "Open the spreadsheet here and edit it again.")
		return
	}
	s.mu.Lock()
	f := s.files[id]
	s.mu.Unlock()
	if f == nil || f.mime != sheetMime {
		s.showError(w, http.StatusNotFound, "There is no such spreadsheet", "It was deleted, or never was. Go back to the list.")
		return
	}
	tab, _ := strconv.Atoi(r.PostFormValue("tab"))
	visitor := caller{email: f.owner, client: s.nobody}
	_, err := s.change(f, visitor, func(b *book.Book, by book.Editor) (*book.Book, *wire.Message, error) {
		by.Owner = true // a visitor of the demo is at home
		if action == "cell" {
			next, err := b.Type(tab, r.PostFormValue("cell"), r.PostFormValue("value"), by, s.now())
			return next, nil, err
		}
		props := wire.New("sheetId", tab, "title", r.PostFormValue("title"))
		rename := wire.New("updateSheetProperties", wire.New("properties", props, "fields", "title"))
		next, _, err := b.Batch([]*wire.Message{rename}, by, s.now())
		return next, nil, err
	})
	if err != nil {
		s.showBook(w, r, id, err.Error())
		return
	}
	to := fmt.Sprintf("%s?tab=%d", addressOf("", id), tab)
	if from := r.PostFormValue("from"); from != "" {
		to += "&from=" + from
	}
	if cell := r.PostFormValue("cell"); cell != "" {
		to += "&cell=" + cell
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// showConsent shows what an app asks for.
func (s *Simulator) showConsent(w http.ResponseWriter, r *authRequest) {
	type account struct {
		Email   string
		Checked bool
	}
	type scope struct{ Name, Means string }
	view := struct {
		Title, App string
		Accounts   []account
		Scopes     []scope
		Hidden     map[string][]string
	}{Title: "Sign in with Google, simulated", App: r.redirect.Host, Hidden: r.query}
	s.mu.Lock()
	for email, p := range s.people {
		if p.robot == nil {
			view.Accounts = append(view.Accounts, account{Email: email})
		}
	}
	s.mu.Unlock()
	sortBy(view.Accounts, func(a account) string { return a.Email })
	for i := range view.Accounts {
		hint := r.query.Get("login_hint")
		view.Accounts[i].Checked = view.Accounts[i].Email == hint || hint == "" && i == 0
	}
	for _, name := range r.scopes {
		if means := scopeWords[name]; means != "" {
			view.Scopes = append(view.Scopes, scope{name, means})
		}
	}
	s.show(w, http.StatusOK, "consent.html", view)
}

// scopeWords are what a scope allows, for people. Those that only say who somebody is cannot be unticked.
var scopeWords = map[string]string{
	"drive":                 "See, edit, create and delete all of your Google Drive files",
	"drive.readonly":        "See and download all your Google Drive files",
	"drive.file":            "See, edit, create and delete only the specific Google Drive files you use with this app",
	"spreadsheets":          "See, edit, create and delete all your Google Sheets spreadsheets",
	"spreadsheets.readonly": "See all your Google Sheets spreadsheets",
}
