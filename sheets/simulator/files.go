package simulator

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"time"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

const (
	sheetMime = "application/vnd.google-apps.spreadsheet"
	xlsxMime  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// file is one file of Drive. All but writing is guarded by the simulator's lock.
type file struct {
	writing sync.Mutex // held from reading a version to publishing the next: one writer at a time

	id, mime string
	title    string     // of what is no spreadsheet
	book     *book.Book // nil for what is no spreadsheet
	owner    string     // empty in a shared drive
	drive    string     // the shared drive it is in
	roles    map[string]string
	anyone   string          // the role of anyone with the link
	apps     map[string]bool // the clients that made or opened it, which is what drive.file sees
	version  int64
	created  time.Time
	modified time.Time
	trashed  bool
}

// The roles of Drive, as far as they matter here.
const (
	Reader    = "reader"
	Commenter = "commenter"
	Writer    = "writer"
	Owner     = "owner"
)

var rank = map[string]int{Reader: 1, Commenter: 2, Writer: 3, "fileOrganizer": 3, "organizer": 4, Owner: 4}

func (f *file) name() string {
	if f.book != nil {
		return f.book.Title()
	}
	return f.title
}

// role is what somebody may do with the file; empty is nothing at all.
func (f *file) role(email string) string {
	if email == f.owner {
		return Owner
	}
	role := f.roles[email]
	if rank[f.anyone] > rank[role] {
		return f.anyone
	}
	return role
}

func (f *file) editor(who caller) book.Editor {
	return book.Editor{Email: who.email, Owner: f.role(who.email) == Owner, Project: who.client.Project}
}

// Create makes a spreadsheet with tabs, by default one, and gives its id.
func (s *Simulator) Create(owner, title string, tabs ...string) string {
	request := wire.New("properties", wire.New("title", title))
	var sheets []*wire.Message
	for _, tab := range tabs {
		sheets = append(sheets, wire.New("properties", wire.New("title", tab)))
	}
	request.Set("sheets", wire.ListOf(sheets))
	f, err := s.create(owner, "", request)
	if err != nil {
		panic(fmt.Sprintf("simulator: create %q with the tabs %q: %v", title, tabs, err)) // two tabs of one name
	}
	return f.id
}

// bookOf is the version of this moment.
func (s *Simulator) bookOf(f *file) *book.Book {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f.book
}

func (s *Simulator) create(owner, drive string, request *wire.Message) (*file, error) {
	id := secret("1")
	b, err := book.New(id, request, book.Editor{Email: owner, Owner: true}, s.now())
	if err != nil {
		return nil, err
	}
	f := &file{id: id, mime: sheetMime, book: b, owner: owner, drive: drive, apps: map[string]bool{}}
	s.keep(f)
	return f, nil
}

func (s *Simulator) keep(f *file) {
	f.version, f.created, f.modified, f.roles = 1, s.now(), s.now(), map[string]string{}
	if f.drive != "" {
		f.roles[f.owner], f.owner = Writer, ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[f.id] = f
	s.order = append(s.order, f.id)
	s.signal()
}

// AddOfficeFile puts an uploaded workbook into somebody's Drive, which looks like a spreadsheet and is none to the API.
func (s *Simulator) AddOfficeFile(owner, title string) string {
	f := &file{id: secret("1"), mime: xlsxMime, title: title, owner: owner, apps: map[string]bool{}}
	s.keep(f)
	return f.id
}

// AddSharedDrive makes a shared drive, in which service accounts can keep files.
func (s *Simulator) AddSharedDrive(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drives[id] = true
}

// Share gives somebody a role on a file: Reader, Commenter or Writer. An empty e-mail is anyone with the link, an empty
// role takes it away.
func (s *Simulator) Share(id, email, role string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.mustFile(id)
	if email == "" {
		f.anyone = role
		return
	}
	f.roles[email] = role
	s.signal()
}

// Pick opens a file with an app, as a user does in Google's file picker, so that drive.file sees it.
func (s *Simulator) Pick(id, clientID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustFile(id).apps[clientID] = true
}

// Trash puts a file into the bin, where the API still finds it; Delete takes it away.
func (s *Simulator) Trash(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustFile(id).trashed = true
	s.signal()
}

// Delete takes a file away for good.
func (s *Simulator) Delete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.files, id)
	s.signal()
}

// Copy makes a copy as "File > Make a copy" does, developer metadata and all, and gives its id.
func (s *Simulator) Copy(id, owner, title string) string {
	s.mu.Lock()
	b := s.mustFile(id).book
	s.mu.Unlock()
	return s.copyBook(b, owner, title, "").id
}

func (s *Simulator) copyBook(b *book.Book, owner, title, drive string) *file {
	id := secret("1")
	c := &file{id: id, mime: sheetMime, owner: owner, drive: drive, apps: map[string]bool{},
		book: b.Copy(id, cmp.Or(title, "Copy of "+b.Title()), s.now())}
	s.keep(c)
	return c
}

// mustFile finds a file for a caller in Go, who has its id from here.
func (s *Simulator) mustFile(id string) *file {
	f := s.files[id]
	if f == nil {
		panic("simulator: no file " + id)
	}
	return f
}

// open finds a file for a request: whoever may not see it learns that there is none.
func (s *Simulator) open(who caller, id string) *file {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil || who.fileScoped() && !f.apps[who.client.ID] {
		return nil
	}
	return f
}

func addressOf(base, id string) string {
	return strings.TrimSuffix(base, "/") + "/spreadsheets/d/" + id + "/edit"
}
