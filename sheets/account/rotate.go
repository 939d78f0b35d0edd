package account

import (
	"context"
	"errors"
	"fmt"

	"clipsheet/clips"
)

// Rotate seals every stored secret with the current key, and counts those that were sealed with another. It may be
// stopped and begun again, and run beside servers that have both keys: the current one first, the one before below
// it. When it ends without an error, the one before opens nothing any more and can be removed.
func (a *Accounts) Rotate(ctx context.Context) (resealed int, err error) {
	all, err := a.store.Accounts(ctx)
	if err != nil {
		return 0, fmt.Errorf("list the Google accounts: %w", err)
	}
	var errs []error
	for _, account := range all {
		done, err := a.reseal(ctx, account.ID)
		if err != nil {
			errs = append(errs, fmt.Errorf("account %q: %w", account.Name, err))
		}
		if done {
			resealed++
		}
	}
	return resealed, errors.Join(errs...)
}

// reseal seals one account's tokens anew, until no one has changed them meanwhile.
func (a *Accounts) reseal(ctx context.Context, id int64) (bool, error) {
	for {
		k, err := a.read(ctx, id)
		switch {
		case errors.Is(err, clips.ErrNotFound):
			return false, nil
		case err != nil:
			return false, err
		case k.sealed == nil || a.sealer.Current(k.sealed):
			return false, nil
		}
		done, err := a.store.UpdateSealed(ctx, id, k.sealed, a.sealer.sealTokens(id, k.tokens))
		if done || err != nil {
			return done, err
		}
	}
}
