package account_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
)

const (
	clientID     = "123-clipsheet.apps.googleusercontent.com"
	clientSecret = "GOCSPX-kept-in-the-config"
	redirectURL  = "https://clips.example.com/google/back"
	browser      = "cookie-of-the-browser-of-ann"
)

// world is a store, a Google, and one process that connects and uses accounts.
type world struct {
	*account.Accounts
	t      *testing.T
	store  *accounttest.Memory
	google *google
	net    *network
	key    string
	log    *bytes.Buffer
	broken broken
	cfg    account.Config
}

// story runs a test in a world with a clock of its own, in which an hour passes at once.
func story(t *testing.T, tell func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { tell(t, newWorld(t)) })
}

func newWorld(t *testing.T) *world {
	g := newGoogle()
	w := &world{t: t, store: &accounttest.Memory{}, google: g, net: serve(t, g), key: newKey(), log: &bytes.Buffer{}}
	w.cfg = account.Config{
		ClientID: clientID, ClientSecret: account.Hide(clientSecret), RedirectURL: redirectURL,
		Endpoints: account.Endpoints{Auth: "http://google.test/auth", Token: "http://google.test/token",
			Revoke: "http://google.test/revoke", UserInfo: "http://google.test/userinfo"},
		Transport: w.net.transport, OnBroken: w.broken.add,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	w.Accounts = w.process(w.cfg, w.key)
	return w
}

// process is another process on the same store, with its own config and keys.
func (w *world) process(cfg account.Config, keys string) *account.Accounts {
	w.t.Helper()
	sealer, err := account.NewSealer(keys)
	if err != nil {
		w.t.Fatal(err)
	}
	a, err := account.New(cfg, w.store, sealer)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(a.Close)
	return a
}

func newKey() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// leave begins to connect an account and lets the person at Google decide: it is the query they come back with.
func (w *world) leave(name string) url.Values {
	w.t.Helper()
	address, err := w.Begin(w.t.Context(), name, browser)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.google.visit(w.t, address)
}

// connect connects an account of that name, as the person at Google.
func (w *world) connect(name string) clips.Account {
	w.t.Helper()
	a, err := w.Finish(w.t.Context(), w.leave(name), browser)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *world) source(name string) *account.Source {
	w.t.Helper()
	s, err := w.Source(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// token is an access token of the account, which must be one that Google takes.
func (w *world) token(s *account.Source) string {
	w.t.Helper()
	t, err := s.Token()
	if err != nil {
		w.t.Fatal(err)
	}
	if !w.google.takes(t.AccessToken) {
		w.t.Fatalf("a token that Google does not take")
	}
	return t.AccessToken
}

// kept is the account as the store has it.
func (w *world) kept(name string) clips.Account {
	w.t.Helper()
	a, err := w.store.Account(w.t.Context(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *world) sealed(id int64) []byte {
	w.t.Helper()
	_, sealed, err := w.store.SealedToken(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return sealed
}

// wantKind checks an error's kind and that its notice has all the words.
func wantKind(t *testing.T, err error, kind clips.Kind, words ...string) {
	t.Helper()
	if clips.KindOf(err) != kind {
		t.Errorf("error of kind %q, want %q: %v", clips.KindOf(err), kind, err)
	}
	for _, word := range words {
		if !bytes.Contains([]byte(clips.NoticeOf(err)), []byte(word)) {
			t.Errorf("notice %q does not say %q", clips.NoticeOf(err), word)
		}
	}
}

// broken is who was told that an account does not work.
type broken struct {
	mu  sync.Mutex
	all []clips.Account
}

func (b *broken) add(a clips.Account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, a)
}

// told is asked when everything has come to rest.
func (b *broken) told() []clips.Account {
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all
}

// network is HTTP without sockets, so that it lives in the fake clock: real clients and servers, and pipes between
// them. It can be cut.
type network struct {
	transport *http.Transport
	conns     chan net.Conn
	closed    chan struct{}

	mu  sync.Mutex
	cut bool
}

func serve(t *testing.T, handler http.Handler) *network {
	n := &network{conns: make(chan net.Conn), closed: make(chan struct{})}
	n.transport = &http.Transport{DialContext: n.dial, DisableKeepAlives: true}
	server := &http.Server{Handler: handler, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	var serving sync.WaitGroup
	serving.Go(func() { server.Serve(n) })
	t.Cleanup(func() {
		server.Shutdown(context.Background()) // waits for those who sleep over an answer
		serving.Wait()
	})
	return n
}

var (
	errCut  = errors.New("network is unreachable")
	errAway = errors.New("the store is away")
)

func (n *network) setCut(cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = cut
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	cut := n.cut
	n.mu.Unlock()
	if cut || address != "google.test:80" {
		return nil, fmt.Errorf("dial %s: %w", address, errCut)
	}
	ours, theirs := net.Pipe()
	select {
	case n.conns <- theirs:
		return ours, nil
	case <-n.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept, Close and Addr make the network the listener of its server.
func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error {
	close(n.closed)
	return nil
}

func (n *network) Addr() net.Addr { return &net.TCPAddr{} }

// hour passes, and a little more, so that tokens of an hour are old.
func hour() { time.Sleep(time.Hour + time.Minute) }

// readAll is the whole answer, which it closes.
func readAll(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
