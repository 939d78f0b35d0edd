package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"clipsheet/clips"
)

// kept is what the store has of an account, of one moment.
type kept struct {
	account clips.Account
	sealed  []byte
	tokens  tokens
}

// memory is what a source knows beyond the store.
type memory struct {
	unsaved tokens // newer than what is sealed in base, but could not be saved
	base    []byte

	dead   []byte // the sealed token whose permission ended, in case that could not be noted
	reason string

	refusal error // what Google said to our client or key; not asked again until then
	until   time.Time
}

// How often a renewal begins again because another process changed what is kept.
const rounds = 4

// For how long a refusal that someone can cure elsewhere is repeated without asking.
const refusalLasts = 30 * time.Second

// renew looks at what is kept, asks Google when that is not good enough, and keeps the answer. Another process may do
// the same at any moment; whoever finds that what it began with is not kept any more begins again.
func (s *Source) renew(ctx context.Context) (tokens, error) {
	var got tokens // what Google gave
	var from kept  // and for what
	for range rounds {
		k, err := s.look(ctx)
		if err != nil {
			return tokens{}, err
		}
		s.mu.Lock()
		usable := s.usable(k.tokens)
		s.mu.Unlock()
		if usable {
			return k.tokens, nil
		}
		if got.Access.Empty() || !from.permits(k) {
			got, err = s.grant(ctx, k)
			if errors.Is(err, errChanged) {
				continue
			}
			if err != nil {
				return tokens{}, err
			}
			from = k
		}
		if s.keep(ctx, k, got) {
			return got, nil
		}
	}
	return tokens{}, &clips.Error{Kind: clips.KindUnavailable, Notice: fmt.Sprintf(
		"The Google account %q is being changed by others: it is tried again with the next run.", s.name)}
}

// permits tells whether what Google gives for the one is good for the other: they differ in their seal at most.
func (k kept) permits(other kept) bool {
	return k.tokens.Refresh.Equal(other.tokens.Refresh) && k.account.Kind == other.account.Kind && k.account.Email == other.account.Email
}

// errChanged is a permission that ended while another took its place.
var errChanged = errors.New("another token is kept by now")

// look reads what is kept, or what ought to be.
func (s *Source) look(ctx context.Context) (kept, error) {
	k, err := s.accounts.read(ctx, s.id)
	if errors.Is(err, clips.ErrNotFound) || err == nil && !k.account.RetiredAt.IsZero() {
		return k, &clips.Error{Kind: clips.KindAccount, Cause: err, Notice: fmt.Sprintf(
			"The Google account %q was disconnected: connect it again, or write another in the sync.", s.name)}
	}
	if err != nil {
		return k, fmt.Errorf("account %q: %w", s.name, err)
	}
	if m := &s.memory; m.base != nil && bytes.Equal(m.base, k.sealed) {
		k.tokens = m.unsaved
	}
	return k, nil
}

// read takes an account and its tokens from the store.
func (a *Accounts) read(ctx context.Context, id int64) (kept, error) {
	account, sealed, err := a.store.SealedToken(ctx, id)
	if err != nil {
		return kept{}, err
	}
	t, err := a.sealer.openTokens(id, sealed)
	return kept{account, sealed, t}, err
}

// grant asks Google for an access token, unless it is known what it would say.
func (s *Source) grant(ctx context.Context, k kept) (tokens, error) {
	m := &s.memory
	switch {
	case k.account.Kind == clips.AccountOAuth && k.account.Broken != "":
		return tokens{}, errBroken(k.account)
	case m.dead != nil && bytes.Equal(m.dead, k.sealed):
		return tokens{}, s.bury(ctx, k, m.reason)
	case time.Now().Before(m.until):
		return tokens{}, m.refusal
	}
	form, err := s.accounts.request(k)
	if err != nil {
		return tokens{}, err
	}
	r, err := s.accounts.ask(ctx, form)
	if refused, ok := errors.AsType[*refusal](err); ok {
		return tokens{}, s.refuse(ctx, k, refused)
	}
	if err != nil {
		return tokens{}, err
	}
	s.mu.Lock()
	s.refused = Secret{} // whatever it was, this one is newer
	s.mu.Unlock()
	m.refusal, m.until = nil, time.Time{}
	return r.tokens(k.tokens.Refresh), nil
}

// request is how an account asks for access.
func (a *Accounts) request(k kept) (url.Values, error) {
	if k.account.Kind != clips.AccountOAuth {
		return a.assertion(k.account)
	}
	if a.cfg.ClientID == "" {
		return nil, errNoClient()
	}
	return url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {k.tokens.Refresh.Reveal()},
		"client_id":     {a.cfg.ClientID},
		"client_secret": {a.cfg.ClientSecret.Reveal()},
	}, nil
}

// refuse decides what a refusal means. A person's permission that Google calls invalid is over, and asking again
// would not bring it back; everything else is cured elsewhere, in a console or the config, and is asked for again.
func (s *Source) refuse(ctx context.Context, k kept, r *refusal) error {
	m := &s.memory
	if k.account.Kind == clips.AccountOAuth && r.code == "invalid_grant" {
		if s.changed(ctx, k) {
			return errChanged
		}
		m.dead, m.reason = k.sealed, whyEnded(k.account, k.tokens, time.Now())
		return s.bury(ctx, k, m.reason)
	}
	reason := s.accounts.whyRefused(k.account, r)
	m.refusal = &clips.Error{Kind: clips.KindAccount, Detail: r.Error(), Cause: r,
		Notice: fmt.Sprintf("Google gives no token to the account %q: %s", k.account.Name, reason)}
	m.until = time.Now().Add(refusalLasts)
	if k.account.Kind != clips.AccountOAuth {
		s.mark(ctx, k, reason)
	}
	return m.refusal
}

// settle is how long another process may take to save what it got for the refresh token that is refused to us.
const settle = 2 * time.Second

// changed tells whether another token has taken the place of the one that was refused, or is about to.
func (s *Source) changed(ctx context.Context, k kept) bool {
	for _, wait := range []time.Duration{0, settle} {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return false
		}
		if now, err := s.accounts.read(ctx, s.id); err == nil && !bytes.Equal(now.sealed, k.sealed) {
			return true
		}
	}
	return false
}

// bury notes that a permission ended.
func (s *Source) bury(ctx context.Context, k kept, reason string) error {
	s.mark(ctx, k, reason)
	k.account.Broken = reason
	return errBroken(k.account)
}

// mark notes why the account does not work, and of all who find out, one tells the owner. It is noted before it is
// told: better that a crash between the two leaves it to the pages than that each node tells it for ever.
func (s *Source) mark(ctx context.Context, k kept, reason string) {
	a := s.accounts
	first, err := a.store.MarkBroken(ctx, k.account.ID, k.sealed, reason)
	if err != nil {
		a.cfg.Log.Error("that a Google account does not work could not be noted", "account", k.account.Name, "err", err)
	}
	if first && reason != "" {
		k.account.Broken, k.account.BrokenAt = reason, time.Now()
		a.run(func() { a.cfg.OnBroken(k.account) })
	}
}

// keep saves what Google gave. False means that something else is kept by now. When the store does not answer, the
// tokens are good all the same: they are used, and saved with the next renewal.
func (s *Source) keep(ctx context.Context, k kept, t tokens) bool {
	a := s.accounts
	sealed := a.sealer.sealTokens(s.id, t)
	done, err := a.store.UpdateSealed(ctx, s.id, k.sealed, sealed)
	if err != nil {
		s.memory.unsaved, s.memory.base = t, k.sealed
		a.cfg.Log.Error("a token of a Google account could not be kept", "account", s.name, "err", err)
		return true
	}
	if done { // and so it works, whatever was noted before, or meanwhile
		k.sealed = sealed
		s.mark(ctx, k, "")
	}
	return done
}
