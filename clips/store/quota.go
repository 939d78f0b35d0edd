package store

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// Quota is how many calls of Google may begin in any minute, by one account and by all together: of reads, and as many
// of writes.
type Quota struct {
	Account int
	Project int
}

// Limiter keeps all nodes together within Google's quotas. Google counts a call when it arrives, which is later for
// one than for another, and calls are kept by the second, so a minute here is a little longer.
type Limiter struct {
	store *Store
	quota Quota
}

const quotaMinute = 62 * time.Second

// Limiter makes a Limiter. The zero Quota is Google's own: 60 and 300.
func (s *Store) Limiter(q Quota) *Limiter {
	if q.Account == 0 {
		q.Account = 60
	}
	if q.Project == 0 {
		q.Project = 300
	}
	return &Limiter{s, q}
}

// Wait returns when an account may make that many calls, which are then counted as made.
func (l *Limiter) Wait(ctx context.Context, account string, reads, writes int) error {
	if most := min(l.quota.Account, l.quota.Project); reads > most || writes > most {
		return refuse("%d reads and %d writes at once are more than the quota of %d in a minute.", reads, writes, most)
	}
	for {
		pause, err := l.take(ctx, accountQuota(account), calls{reads, writes})
		if err != nil {
			return explain("count calls of Google", err)
		}
		if pause == 0 {
			return nil
		}
		timer := time.NewTimer(pause + rand.N(100*time.Millisecond)) // so that those who wait do not come all at once
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// Drain says that Google has refused an account, so that nobody need ask again before until. An empty account is the
// whole project.
func (l *Limiter) Drain(account string, until time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	name := accountQuota(account)
	if account == "" {
		name = projectQuota
	}
	// Nothing depends on it: at worst Google refuses once more.
	l.store.pool.Exec(ctx, `
		insert into clipsheet.quotas as q (name, drained_until)
		values ($1, $2)
		on conflict (name) do update
		set drained_until = greatest(q.drained_until, excluded.drained_until)`, name, until)
}

const projectQuota = "project"

func accountQuota(account string) string { return "account " + cleaned(account) }

type calls struct{ reads, writes int }

func (c calls) plus(d calls) calls { return calls{c.reads + d.reads, c.writes + d.writes} }

func (c calls) within(most int) bool { return c.reads <= most && c.writes <= most }

// second is the calls that began in one second.
type second struct {
	at time.Time
	calls
}

// take counts the calls, or tells how long to wait before it is worth asking again.
func (l *Limiter) take(ctx context.Context, account string, need calls) (pause time.Duration, err error) {
	err = l.store.write(ctx, func(tx pgx.Tx) error {
		now, drained, err := lockQuotas(ctx, tx, account)
		if err != nil {
			return err
		}
		made, err := callsBefore(ctx, tx, account, now)
		if err != nil {
			return err
		}
		pause = max(0, drained.Sub(now),
			waitFor(now, made[account], need, l.quota.Account), waitFor(now, made[projectQuota], need, l.quota.Project))
		if pause > 0 {
			return nil
		}
		return countCalls(ctx, tx, account, now, need)
	})
	return pause, err
}

// lockQuotas lets one at a time count, and tells until when both quotas are drained.
func lockQuotas(ctx context.Context, tx pgx.Tx, account string) (now, drained time.Time, err error) {
	_, err = tx.Exec(ctx, `
		insert into clipsheet.quotas (name)
		values ($1), ($2)
		on conflict (name) do nothing`, projectQuota, account)
	if err != nil {
		return now, drained, err
	}
	// Every taker locks the project first, and so is alone with all the rest.
	err = tx.QueryRow(ctx, `
		with project as (
			select drained_until from clipsheet.quotas where name = $1 for update
		)
		select clock_timestamp(), greatest(project.drained_until, q.drained_until, 'epoch')
		from project, clipsheet.quotas q
		where q.name = $2`, projectQuota, account).Scan(&now, &drained)
	return now, drained, err
}

// callsBefore lists the calls of the last minute, those of the account and all, the oldest first. A call that is still
// to come was made by a clock that was ahead.
func callsBefore(ctx context.Context, tx pgx.Tx, account string, now time.Time) (map[string][]second, error) {
	rows, _ := tx.Query(ctx, `
		select name, second, reads, writes
		from clipsheet.quota_calls
		where name in ($1, $2) and second > $3 and second <= $4
		order by second`, projectQuota, account, now.Add(-quotaMinute), now)
	made := map[string][]second{}
	var name string
	var s second
	_, err := pgx.ForEachRow(rows, []any{&name, &s.at, &s.reads, &s.writes}, func() error {
		made[name] = append(made[name], s)
		return nil
	})
	return made, err
}

// waitFor is how long it takes until so many of the calls made are older than a minute that those needed fit in.
func waitFor(now time.Time, made []second, need calls, most int) (wait time.Duration) {
	sum := need
	for _, s := range made {
		sum = sum.plus(s.calls)
	}
	for _, s := range made {
		if sum.within(most) {
			break
		}
		sum = sum.plus(calls{-s.reads, -s.writes})
		wait = s.at.Add(quotaMinute).Sub(now)
	}
	return wait
}

func countCalls(ctx context.Context, tx pgx.Tx, account string, now time.Time, c calls) error {
	var batch pgx.Batch
	for _, name := range []string{projectQuota, account} {
		batch.Queue(`
			insert into clipsheet.quota_calls as q (name, second, reads, writes)
			values ($1, date_trunc('second', $2::timestamptz), $3, $4)
			on conflict (name, second) do update
			set reads = q.reads + excluded.reads, writes = q.writes + excluded.writes`, name, now, c.reads, c.writes)
	}
	batch.Queue(`delete from clipsheet.quota_calls where second < $1`, now.Add(-2*quotaMinute))
	return tx.SendBatch(ctx, &batch).Close()
}
