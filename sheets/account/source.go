package account

import (
	"context"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// Source gives the access tokens of one account. It may be used from anywhere at once: however many wait, Google is
// asked once. It is an oauth2.TokenSource; Client is the better way to use it, since it also answers a 401.
type Source struct {
	accounts *Accounts
	id       int64
	name     string

	mu      sync.Mutex
	held    tokens
	refused Secret  // an access token that Google refused before its time
	flight  *flight // the renewal under way; nil is none
	memory  memory  // of the flight alone, of which there is one at a time
}

var _ oauth2.TokenSource = (*Source)(nil)

// flight is one renewal, for everyone who waits for it.
type flight struct {
	done   chan struct{}
	tokens tokens // once done
	err    error
	stale  bool // the account was connected anew meanwhile: not for those who come later
}

// renewTimeout bounds a renewal with all its tries.
const renewTimeout = 90 * time.Second

// Token is TokenContext without a context, as oauth2 wants it. It ends with a renewal, which has its own time.
func (s *Source) Token() (*oauth2.Token, error) { return s.TokenContext(context.Background()) }

// TokenContext gives a token that is good for a while. The context bounds the waiting, not the renewal: that goes on
// for the others. The error is a *clips.Error; of kind clips.KindAccount, asking again is useless until someone acts.
func (s *Source) TokenContext(ctx context.Context) (*oauth2.Token, error) {
	s.mu.Lock()
	if s.usable(s.held) {
		defer s.mu.Unlock()
		return s.held.forCalls(), nil
	}
	f := s.join()
	s.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, errLeft(ctx)
	}
	if f.err != nil {
		return nil, f.err
	}
	return f.tokens.forCalls(), nil
}

// ForceRefresh is for a call that ended with a 401 although its token looked good: a revoked permission, a changed
// clock. It gives another token, by asking Google at most once for each token that was refused. A second 401 with
// that one is not about its age.
func (s *Source) ForceRefresh(ctx context.Context, refused string) (*oauth2.Token, error) {
	s.mu.Lock()
	s.refused = Hide(refused)
	s.mu.Unlock()
	t, err := s.TokenContext(ctx)
	if err == nil && t.AccessToken == refused {
		return s.TokenContext(ctx) // it came of a renewal that had begun before we knew
	}
	return t, err
}

// usable is asked with the lock held.
func (s *Source) usable(t tokens) bool { return t.good() && !t.Access.Equal(s.refused) }

// join finds the renewal under way, or begins one. The lock is held.
func (s *Source) join() *flight {
	if s.flight != nil {
		return s.flight
	}
	f := &flight{done: make(chan struct{})}
	if !s.accounts.run(func() { s.fly(f) }) {
		f.err = errClosed()
		close(f.done)
		return f
	}
	s.flight = f
	return f
}

func (s *Source) fly(f *flight) {
	ctx, cancel := context.WithTimeout(s.accounts.ctx, renewTimeout)
	defer cancel()
	f.tokens, f.err = s.renew(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight = nil; !f.stale {
		s.held = f.tokens
	}
	close(f.done)
}

// forget drops what is held, so that the next token is the store's.
func (s *Source) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = tokens{}
	if s.flight != nil {
		s.flight.stale = true
	}
}
