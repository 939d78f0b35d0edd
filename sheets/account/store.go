package account

import (
	"context"

	"clipsheet/clips"
)

// Store is where accounts are kept, the little of it that this package needs. Any number of processes share one, and
// meet only there: that a permission is dead, or was given anew, each learns from the store. What is not there is a
// clips.ErrNotFound. Package accounttest has the suite that an implementation passes.
type Store interface {
	// Accounts lists all by name, also those that are retired.
	Accounts(ctx context.Context) ([]clips.Account, error)

	// Account finds the one in use by its name.
	Account(ctx context.Context, name string) (clips.Account, error)

	// SealedToken is an account, in use or retired, and the sealed token kept for it, nil when there is none; both of
	// one moment.
	SealedToken(ctx context.Context, id int64) (clips.Account, []byte, error)

	// SaveAccount adds an account, or replaces the one in use of that name, which keeps its ID. Either way it works
	// again: Broken and BrokenAt are cleared. The token is sealed by seal, to which the ID is told since it goes into
	// the seal; nil is no token. Account and token are seen by others together, or, when seal fails, not at all.
	SaveAccount(ctx context.Context, a clips.Account, seal func(id int64) ([]byte, error)) (clips.Account, error)

	// UpdateSealed replaces the sealed token old by new, and nothing else. It is false, and nothing has changed, when
	// old is not what is kept any more. Accounts that are retired are updated like others.
	UpdateSealed(ctx context.Context, id int64, old, new []byte) (bool, error)

	// MarkBroken notes why an account does not work; an empty reason says that it works again. It is false, and
	// nothing has changed, when sealed is not the token that is kept any more, since then the reason is not about it,
	// when the same reason is noted already, and when the account is retired.
	MarkBroken(ctx context.Context, id int64, sealed []byte, reason string) (bool, error)

	// RetireAccount takes an account out of use, which frees its name. Its token stays, to be revoked. One that is
	// retired or gone already is no error.
	RetireAccount(ctx context.Context, id int64) error

	// DeleteAccount removes a retired account and its token. One that is gone, or in use, is left and no error.
	DeleteAccount(ctx context.Context, id int64) error

	// SaveState keeps what a browser was sent to Google with. Those that have expired are removed.
	SaveState(ctx context.Context, s clips.AccountState) error

	// TakeState finds a state and removes it, so that of any number of callers one gets it.
	TakeState(ctx context.Context, hash [32]byte) (clips.AccountState, error)
}
