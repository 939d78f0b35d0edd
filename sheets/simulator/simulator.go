package simulator

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	"clipsheet/sheets/simulator/internal/book"
)

// Options say what a Simulator works with. The zero value is a Google with its own limits.
type Options struct {
	Now   func() time.Time // the time; time.Now
	Quota Quota
}

// Simulator is a Google on this machine. It is an http.Handler, safe for concurrent use, and keeps everything in
// memory.
type Simulator struct {
	o    Options
	done chan struct{} // closed by Close, for who waits
	once sync.Once

	nobody    *Client                     // the app of who names none
	crossSite *http.CrossOriginProtection // other sites may not edit through a visitor's browser

	mu       sync.Mutex
	files    map[string]*file
	order    []string // ids of files, in the order they were made
	drives   map[string]bool
	people   map[string]*person
	clients  map[string]*Client
	access   map[string]*accessToken
	grants   map[string]*grant // by refresh token
	codes    map[string]*code
	faults   []*Injected
	late     []*lateCall
	calls    []Call
	counters Counters
	used     map[string][]time.Time // moments of calls in the last minute, by quota
	changed  chan struct{}          // closed at the next change of anything
	watchers []func(id string, s Snapshot)

	forgotten int // how many calls were in the log before it was emptied
}

// New makes a Simulator. Close it.
func New(o Options) *Simulator {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Quota = o.Quota.orGoogles()
	s := &Simulator{
		o: o, done: make(chan struct{}), changed: make(chan struct{}),
		crossSite: http.NewCrossOriginProtection(), nobody: &Client{Project: "0"},
		files: map[string]*file{}, drives: map[string]bool{}, people: map[string]*person{}, clients: map[string]*Client{},
		access: map[string]*accessToken{}, grants: map[string]*grant{}, codes: map[string]*code{}, used: map[string][]time.Time{},
	}
	s.clients[""] = s.nobody
	return s
}

// Close ends the requests that wait for something: live pages, late answers. It may be repeated.
func (s *Simulator) Close() { s.once.Do(func() { close(s.done) }) }

func (s *Simulator) now() time.Time { return s.o.Now() }

// ServeHTTP answers as the hosts of Google would, by path.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Land(false)
	switch path := r.URL.EscapedPath(); {
	case strings.HasPrefix(path, "/v4/"):
		s.serveAPI(w, r, s.routeSheets(r))
	case strings.HasPrefix(path, "/drive/v3/"):
		s.serveAPI(w, r, routeDrive(r))
	case path == "/o/oauth2/auth" || path == "/o/oauth2/v2/auth":
		s.serveAuthorize(w, r)
	case path == "/token" || path == "/oauth2/v4/token":
		s.serveAPI(w, r, route{method: "oauth.token", serve: (*Simulator).serveToken})
	case path == "/revoke":
		s.serveAPI(w, r, route{method: "oauth.revoke", serve: (*Simulator).serveRevoke})
	case path == "/oauth2/v3/userinfo" || path == "/v1/userinfo":
		s.serveAPI(w, r, route{method: "oauth.userinfo", serve: (*Simulator).serveUserinfo})
	default:
		s.servePages(w, r)
	}
}

// Endpoints are where the parts of Google are, for a simulator that answers at a base URL.
type Endpoints struct {
	Sheets, Drive, Auth, Token, Revoke, UserInfo string
}

// EndpointsAt gives the addresses below a base URL, such as that of an httptest.Server.
func EndpointsAt(base string) Endpoints {
	base = strings.TrimSuffix(base, "/")
	return Endpoints{
		Sheets: base + "/", Drive: base + "/drive/v3/", Auth: base + "/o/oauth2/auth", Token: base + "/token",
		Revoke: base + "/revoke", UserInfo: base + "/oauth2/v3/userinfo",
	}
}

// secret makes up something nobody can guess.
func secret(prefix string) string { return prefix + rand.Text() }

// publish makes a new version of a spreadsheet the one there is. The file's writer holds its lock.
func (s *Simulator) publish(f *file, b *book.Book) {
	s.mu.Lock()
	f.book = b
	f.version++
	f.modified = s.now()
	s.signal()
	watchers := s.watchers
	s.mu.Unlock()
	for _, told := range watchers {
		told(f.id, Snapshot{b})
	}
}

// signal wakes who waits for a change. The caller holds the lock.
func (s *Simulator) signal() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// OnChange calls told with every version of every spreadsheet from now on, in order and before the writer has its
// answer. told has the snapshot to look at; it must not come back to the simulator for that spreadsheet.
func (s *Simulator) OnChange(told func(id string, s Snapshot)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers[:len(s.watchers):len(s.watchers)], told)
}

// clientNamed finds an app; one that is not there any more is nobody's.
func (s *Simulator) clientNamed(id string) *Client { return cmp.Or(s.clients[id], s.nobody) }
