// Package accounttest is for tests of what keeps Google accounts, and of what uses them: a store in memory, and the
// suite that every store must pass.
package accounttest

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/account"
)

// Memory is a store of accounts that lasts as long as the process. The zero value is empty and ready.
type Memory struct {
	mu     sync.Mutex
	last   int64
	rows   map[int64]row
	states map[[32]byte]clips.AccountState
	fail   error
}

type row struct {
	clips.Account
	sealed []byte
}

var _ account.Store = (*Memory)(nil)

// Fail makes every call end with err, until it is nil again.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// in holds the store for one call.
func (m *Memory) in(ctx context.Context, do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rows == nil {
		m.rows, m.states = map[int64]row{}, map[[32]byte]clips.AccountState{}
	}
	if err := cmp.Or(ctx.Err(), m.fail); err != nil {
		return err
	}
	return do()
}

// Accounts implements account.Store, as the methods below do.
func (m *Memory) Accounts(ctx context.Context) (all []clips.Account, err error) {
	err = m.in(ctx, func() error {
		for _, r := range m.rows {
			all = append(all, r.Account)
		}
		slices.SortFunc(all, func(a, b clips.Account) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
		return nil
	})
	return all, err
}

func (m *Memory) Account(ctx context.Context, name string) (a clips.Account, err error) {
	err = m.in(ctx, func() error {
		r, ok := m.named(name)
		a = r.Account
		return found(ok)
	})
	return a, err
}

func (m *Memory) SealedToken(ctx context.Context, id int64) (a clips.Account, sealed []byte, err error) {
	err = m.in(ctx, func() error {
		r, ok := m.rows[id]
		a, sealed = r.Account, r.sealed
		return found(ok)
	})
	return a, sealed, err
}

func (m *Memory) SaveAccount(ctx context.Context, a clips.Account, seal func(int64) ([]byte, error)) (clips.Account, error) {
	err := m.in(ctx, func() error {
		a.ID = m.last + 1
		if old, ok := m.named(a.Name); ok {
			a.ID = old.ID
		}
		a.Broken, a.BrokenAt, a.RetiredAt = "", time.Time{}, time.Time{}
		sealed, err := seal(a.ID)
		if err != nil {
			return err
		}
		m.last = max(m.last, a.ID)
		m.rows[a.ID] = row{a, sealed}
		return nil
	})
	return a, err
}

func (m *Memory) UpdateSealed(ctx context.Context, id int64, old, new []byte) (done bool, err error) {
	err = m.in(ctx, func() error {
		r, ok := m.rows[id]
		if done = ok && same(r.sealed, old); done {
			r.sealed = new
			m.rows[id] = r
		}
		return nil
	})
	return done, err
}

func (m *Memory) MarkBroken(ctx context.Context, id int64, sealed []byte, reason string) (done bool, err error) {
	err = m.in(ctx, func() error {
		r, ok := m.rows[id]
		if done = ok && same(r.sealed, sealed) && r.Broken != reason && r.RetiredAt.IsZero(); done {
			r.Broken, r.BrokenAt = reason, time.Time{}
			if reason != "" {
				r.BrokenAt = time.Now()
			}
			m.rows[id] = r
		}
		return nil
	})
	return done, err
}

func (m *Memory) RetireAccount(ctx context.Context, id int64) error {
	return m.in(ctx, func() error {
		if r, ok := m.rows[id]; ok && r.RetiredAt.IsZero() {
			r.RetiredAt = time.Now()
			m.rows[id] = r
		}
		return nil
	})
}

func (m *Memory) DeleteAccount(ctx context.Context, id int64) error {
	return m.in(ctx, func() error {
		if r, ok := m.rows[id]; ok && !r.RetiredAt.IsZero() {
			delete(m.rows, id)
		}
		return nil
	})
}

func (m *Memory) SaveState(ctx context.Context, s clips.AccountState) error {
	return m.in(ctx, func() error {
		for hash, old := range m.states {
			if !time.Now().Before(old.ExpiresAt) {
				delete(m.states, hash)
			}
		}
		m.states[s.Hash] = s
		return nil
	})
}

func (m *Memory) TakeState(ctx context.Context, hash [32]byte) (s clips.AccountState, err error) {
	err = m.in(ctx, func() error {
		var ok bool
		s, ok = m.states[hash]
		delete(m.states, hash)
		return found(ok)
	})
	return s, err
}

func (m *Memory) named(name string) (row, bool) {
	for _, r := range m.rows {
		if r.Name == name && r.RetiredAt.IsZero() {
			return r, true
		}
	}
	return row{}, false
}

// same compares sealed tokens, where none is not the same as an empty one.
func same(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

func found(ok bool) error {
	if !ok {
		return clips.ErrNotFound
	}
	return nil
}
