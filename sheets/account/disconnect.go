package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"clipsheet/clips"
)

// Disconnect takes an account out of use at once, and gives its permission back to Google. When Google does not answer,
// revoked is false, and RevokeRetired goes on trying: an account of ours never stays because of that.
func (a *Accounts) Disconnect(ctx context.Context, name string) (revoked bool, err error) {
	account, err := a.store.Account(ctx, name)
	if err == nil {
		err = a.store.RetireAccount(ctx, account.ID)
	}
	if err != nil {
		return false, fmt.Errorf("disconnect the Google account %q: %w", name, err)
	}
	a.drop(account.ID)
	all, err := a.store.Accounts(ctx)
	if err != nil {
		return false, nil // it is out of use; the rest is RevokeRetired's
	}
	if err := a.revoke(ctx, account.ID, all); err != nil {
		a.cfg.Log.Warn("a Google account is not revoked yet", "account", name, "err", err)
		return false, nil
	}
	return true, nil
}

// drop ends the source of an account that is out of use.
func (a *Accounts) drop(id int64) {
	a.forget(id)
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sources, id)
}

// RevokeRetired revokes what could not be revoked when its account was disconnected. It is for every hour or so, and
// may run on several machines at once.
func (a *Accounts) RevokeRetired(ctx context.Context) error {
	all, err := a.store.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("list the Google accounts: %w", err)
	}
	var errs []error
	for _, account := range all {
		if account.RetiredAt.IsZero() {
			continue
		}
		if err := a.revoke(ctx, account.ID, all); err != nil {
			errs = append(errs, fmt.Errorf("revoke the Google account %q: %w", account.Name, err))
		}
	}
	return errors.Join(errs...)
}

// retiredMost is how long a revocation is tried for.
const retiredMost = 30 * 24 * time.Hour

// revoke gives a retired account's permission back and deletes it. To Google, all permissions of one person for one
// app are one: revoking the token of an account that the same person has connected again, or under another name,
// would end that too, so then it is only forgotten.
func (a *Accounts) revoke(ctx context.Context, id int64, all []clips.Account) error {
	k, err := a.read(ctx, id)
	if errors.Is(err, clips.ErrNotFound) {
		return nil
	}
	tooLate := !k.account.RetiredAt.IsZero() && time.Since(k.account.RetiredAt) > retiredMost
	if err == nil && !k.tokens.Refresh.Empty() && !inUse(k.account, all) {
		err = a.giveBack(ctx, k.tokens.Refresh)
	}
	if err != nil && !tooLate {
		return err
	}
	return a.store.DeleteAccount(ctx, id)
}

// inUse tells whether a person's identity has an account that is not retired.
func inUse(retired clips.Account, all []clips.Account) bool {
	return retired.Subject != "" && slices.ContainsFunc(all, func(other clips.Account) bool {
		return other.Subject == retired.Subject && other.ID != retired.ID && other.RetiredAt.IsZero()
	})
}

// giveBack revokes a token. One that Google does not know any more is as good as revoked.
func (a *Accounts) giveBack(ctx context.Context, token Secret) error {
	got, err := a.post(ctx, a.cfg.Endpoints.Revoke, url.Values{"token": {token.Reveal()}})
	if err != nil {
		return err
	}
	var said reply
	if json.Unmarshal(got.body, &said) != nil {
		said = reply{}
	}
	if got.code == http.StatusOK || got.code == http.StatusBadRequest && said.Error == "invalid_token" {
		return nil
	}
	return errNoAnswer(fmt.Sprintf("it answered %s to a revocation", got.status), nil)
}
