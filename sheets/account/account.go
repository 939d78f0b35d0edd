package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"clipsheet/clips"
)

// What we ask to be allowed.
const (
	// ScopeDriveFile opens the spreadsheets that we make and those a person picks for us, and no others.
	ScopeDriveFile = "https://www.googleapis.com/auth/drive.file"
	// ScopeSpreadsheets opens every spreadsheet that the account can open.
	ScopeSpreadsheets = "https://www.googleapis.com/auth/spreadsheets"
)

// Config is what accounts need to know. A key file alone is enough for service accounts, a client alone for people.
type Config struct {
	ClientID     string
	ClientSecret Secret
	RedirectURL  string   // where Google sends a browser back to, exactly as it is registered there
	Scopes       []string // what people are asked for; none is ScopeDriveFile

	Service       *ServiceKey // of the service account; nil is none
	ServiceScopes []string    // none is ScopeSpreadsheets, since nobody can pick a file for a machine

	Endpoints Endpoints
	Transport http.RoundTripper   // nil is http.DefaultTransport
	OnBroken  func(clips.Account) // tells the owner, once for each permission that ends; may be nil
	Log       *slog.Logger        // nil is none
}

// Accounts are all the accounts of one store, as one process uses them.
type Accounts struct {
	cfg    Config
	store  Store
	sealer *Sealer
	http   *http.Client

	ctx  context.Context // ends with Close
	stop context.CancelFunc

	mu      sync.Mutex
	sources map[int64]*Source
	closed  bool
	work    sync.WaitGroup // grows only while not closed
}

// askTimeout bounds one call of Google's token endpoints.
const askTimeout = 20 * time.Second

// New checks the config. The caller closes.
func New(cfg Config, store Store, sealer *Sealer) (*Accounts, error) {
	if cfg.ClientID != "" {
		if err := checkRedirect(cfg.RedirectURL); err != nil {
			return nil, err
		}
	}
	cfg.Endpoints = cfg.Endpoints.orGoogle()
	if len(cfg.Scopes) == 0 {
		cfg.Scopes = []string{ScopeDriveFile}
	}
	if len(cfg.ServiceScopes) == 0 {
		cfg.ServiceScopes = []string{ScopeSpreadsheets}
	}
	cfg.Transport = cmp.Or[http.RoundTripper](cfg.Transport, http.DefaultTransport)
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	if cfg.OnBroken == nil {
		cfg.OnBroken = func(clips.Account) {}
	}
	a := &Accounts{cfg: cfg, store: store, sealer: sealer, sources: map[int64]*Source{},
		http: &http.Client{Transport: cfg.Transport, Timeout: askTimeout, CheckRedirect: stay}}
	// A source outlives whoever asked for it first: refreshing with the context of a request would end with it.
	a.ctx, a.stop = context.WithCancel(context.Background())
	return a, nil
}

// stay keeps secrets where they were sent: a token endpoint that points elsewhere is not followed.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Close ends what is under way and waits for it. Sources give no new tokens afterwards.
func (a *Accounts) Close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.stop()
	a.work.Wait()
}

// run does work on a goroutine that Close waits for; after Close, it does not.
func (a *Accounts) run(work func()) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.closed {
		a.work.Go(work)
	}
	return !a.closed
}

// Source is the one source of tokens of an account in this process. Whether the account works shows when it is asked.
func (a *Accounts) Source(ctx context.Context, name string) (*Source, error) {
	found, err := a.store.Account(ctx, name)
	if errors.Is(err, clips.ErrNotFound) {
		return nil, &clips.Error{Kind: clips.KindAccount, Cause: err, Notice: fmt.Sprintf(
			"There is no Google account %q: connect one of that name, or write another in the sync.", name)}
	}
	if err != nil {
		return nil, fmt.Errorf("find the Google account %q: %w", name, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sources[found.ID]
	if !ok {
		s = &Source{accounts: a, id: found.ID, name: found.Name}
		a.sources[found.ID] = s
	}
	return s, nil
}

// forget makes the source of an account read the store again: it was connected anew, or is gone.
func (a *Accounts) forget(id int64) {
	a.mu.Lock()
	s := a.sources[id]
	a.mu.Unlock()
	if s != nil {
		s.forget()
	}
}

// CheckKeys finds out whether every stored secret can be opened, in an error that names those that cannot and the
// keys they need. A program that starts should stop there: nothing is lost, the right key only has to be put back.
// Accounts that are out of use do not count.
func (a *Accounts) CheckKeys(ctx context.Context) error {
	all, err := a.store.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("list the Google accounts: %w", err)
	}
	var errs []error
	for _, account := range all {
		if !account.RetiredAt.IsZero() {
			continue
		}
		if _, err := a.read(ctx, account.ID); err != nil && !errors.Is(err, clips.ErrNotFound) {
			errs = append(errs, fmt.Errorf("account %q: %w", account.Name, err))
		}
	}
	return errors.Join(errs...)
}

// asked are the scopes that people are asked for: who they are, and what we need.
func (a *Accounts) asked() []string { return slices.Concat([]string{"openid", "email"}, a.cfg.Scopes) }

// checkRedirect applies the rules of Google's console, which it tells only to whoever tries to connect.
func checkRedirect(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Fragment != "" || u.User != nil {
		return errKey(fmt.Sprintf("Google cannot send anyone back to %q: server.base_url must be the address readers use.", address))
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case u.Scheme != "https" && !(local && u.Scheme == "http"):
		return errKey(fmt.Sprintf("Google sends people back by https only, not to %s: put a certificate in front and "+
			"write https in server.base_url, or connect from this machine by http://localhost.", address))
	case ip != nil && !local:
		return errKey(fmt.Sprintf("Google sends nobody back to a bare address like %s: write a host name in "+
			"server.base_url; only the browser has to find it.", u.Hostname()))
	}
	return nil
}
