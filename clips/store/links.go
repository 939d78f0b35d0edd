package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"clipsheet/clips"
)

// Of links l and clips c, if it opens one, in the order of linkFields.
const linkColumns = `
	l.id, l.clip_id, coalesce(c.slug, ''), l.workbook, l.label, l.formats, l.locked, l.created_at, l.expires_at, l.revoked_at,
	l.last_used_at, l.last_used_by, l.rotated_to`

func linkFields(l *clips.Link) []any {
	return []any{&l.ID, (*zeronull.Int8)(&l.ClipID), &l.ClipSlug, &l.Workbook, &l.Label, &l.Formats, &l.Locked, &l.CreatedAt,
		moment(&l.ExpiresAt), moment(&l.RevokedAt), moment(&l.LastUsedAt), &l.LastUsedBy, (*zeronull.Int8)(&l.RotatedTo)}
}

func scanLink(row pgx.CollectableRow) (l clips.Link, err error) {
	return l, row.Scan(linkFields(&l)...)
}

// CreateLink stores a link to l.ClipID or l.Workbook with its label, formats, locked parameters and expiry; hash is that
// of its token. A clip that is missing or retired is ErrNotFound; which workbooks there are, the caller knows. by says who,
// for the audit log: what is not noted there is not done, here and below, since the token of a link made is shown once.
func (s *Store) CreateLink(ctx context.Context, l clips.Link, hash [32]byte, by clips.Act) (made clips.Link, err error) {
	if err := checkLink(l); err != nil {
		return clips.Link{}, err
	}
	err = s.write(ctx, func(tx pgx.Tx) error {
		if made, err = insertLink(ctx, tx, l, hash); err != nil {
			return err
		}
		by.What, by.Subject, by.After = "link made", made.Name(), linkInWords(made)+": "+made.Opens()
		return note(ctx, tx, by)
	})
	if err != nil {
		return clips.Link{}, explain("create the link", err)
	}
	return made, nil
}

func linkInWords(l clips.Link) string { return fmt.Sprintf("link %d %s", l.ID, l.Label) }

func checkLink(l clips.Link) error {
	texts := append([]string{l.Label}, l.Formats...)
	for name, value := range l.Locked {
		texts = append(texts, name, value)
	}
	return storable("A label, format or fixed parameter of the link", append(texts, l.Workbook)...)
}

// querier is the pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func insertLink(ctx context.Context, db querier, l clips.Link, hash [32]byte) (clips.Link, error) {
	if l.Locked == nil {
		l.Locked = map[string]string{}
	}
	rows, _ := db.Query(ctx, `
		with l as (
			insert into clipsheet.links (clip_id, token_hash, label, formats, locked, expires_at, workbook)
			select opened.id, $2, $3, $4, $5, $6, $7
			from (
				select id from clipsheet.clips where id = $1 and retired_at is null
				union all
				select null where $7 <> ''
			) opened
			returning *
		)
		select `+linkColumns+`
		from l
		left join clipsheet.clips c on c.id = l.clip_id`,
		l.ClipID, hash[:], l.Label, list(l.Formats), l.Locked, moment(&l.ExpiresAt), l.Workbook)
	made, err := pgx.CollectExactlyOneRow(rows, scanLink)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "23505" {
		err = refuse("There is a link with this token already: make a new token.")
	}
	return made, err
}

// LinkByHash finds a link by the SHA-256 of its token, and the clip it opens; no clip when it opens a workbook. Whether
// the link still works is for the caller to ask; the link of a retired clip is ErrNotFound, like one that never was.
func (s *Store) LinkByHash(ctx context.Context, hash [32]byte) (clips.Link, clips.Clip, error) {
	o, err := s.lookups.find(ctx, hash)
	return o.link, o.clip, explain("find the link", err)
}

// Links lists the links to a clip or workbook, or with "" all of them, by what they open and in the order they were
// made; those that no longer work, too.
func (s *Store) Links(ctx context.Context, name string) ([]clips.Link, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+linkColumns+`
		from clipsheet.links l
		left join clipsheet.clips c on c.id = l.clip_id
		where $1 in ('', coalesce(c.slug, l.workbook))
		order by coalesce(c.slug, l.workbook) collate "C", l.id`, cleaned(name))
	all, err := pgx.CollectRows(rows, scanLink)
	return all, explain("list the links", err)
}

// RotateLink replaces a link by a new one that opens the same (clip or workbook, label, formats, locked parameters, expiry); the
// old one goes on for the grace, so that people have time to change their sheets.
func (s *Store) RotateLink(ctx context.Context, id int64, hash [32]byte, grace time.Duration, by clips.Act) (clips.Link, error) {
	var made clips.Link
	err := s.write(ctx, func(tx pgx.Tx) error {
		old, err := lockLink(ctx, tx, id)
		if err != nil {
			return err
		}
		if made, err = insertLink(ctx, tx, old, hash); err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `
			update clipsheet.links
			set revoked_at = now() + $2::interval, rotated_to = $3
			where id = $1`, id, max(grace, 0), made.ID); err != nil {
			return err
		}
		by.What, by.Subject, by.Before, by.After = "link rotated", old.Name(), linkInWords(old), linkInWords(made)
		return note(ctx, tx, by)
	})
	if err != nil {
		return clips.Link{}, explain(fmt.Sprintf("rotate link %d", id), err)
	}
	return made, nil
}

// lockLink reads a link to be rotated, and keeps others from rotating it meanwhile.
func lockLink(ctx context.Context, tx pgx.Tx, id int64) (clips.Link, error) {
	rows, _ := tx.Query(ctx, `
		select `+linkColumns+`
		from clipsheet.links l
		left join clipsheet.clips c on c.id = l.clip_id
		where l.id = $1
		for update of l`, id)
	old, err := pgx.CollectExactlyOneRow(rows, scanLink)
	switch {
	case err != nil:
		return old, err
	case old.RotatedTo != 0:
		return old, refuse("Link %d was rotated already: rotate link %d, which replaced it.", id, old.RotatedTo)
	case !old.RevokedAt.IsZero():
		return old, refuse("Link %d was revoked: make a new one with clipsheet link create %s.", id, old.Name())
	case !old.Works(time.Now()):
		return old, refuse("Link %d has expired: make a new one with clipsheet link create %s.", id, old.Name())
	}
	return old, nil
}

// RevokeLink ends a link now, also one in its grace. Revoking again changes nothing.
func (s *Store) RevokeLink(ctx context.Context, id int64, by clips.Act) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `
			with l as (
				update clipsheet.links
				set revoked_at = least(revoked_at, now())
				where id = $1
				returning *
			)
			select `+linkColumns+`
			from l
			left join clipsheet.clips c on c.id = l.clip_id`, id)
		ended, err := pgx.CollectExactlyOneRow(rows, scanLink)
		if err != nil {
			return err
		}
		by.What, by.Subject, by.Before = "link revoked", ended.Name(), linkInWords(ended)
		return note(ctx, tx, by)
	})
	return explain(fmt.Sprintf("revoke link %d", id), err)
}

// TouchLink notes who used a link and when, at most once a minute however many readers there are. A link that is
// gone is no error.
func (s *Store) TouchLink(ctx context.Context, id int64, at time.Time, by string) error {
	// Of many at once, each waits for the row and looks again: one finds it due.
	_, err := s.pool.Exec(ctx, `
		update clipsheet.links
		set last_used_at = $2, last_used_by = $3
		where id = $1 and (last_used_at is null or last_used_at <= $2::timestamptz - interval '1 minute')`,
		id, at, cleaned(by))
	return explain("note the use of a link", err)
}
