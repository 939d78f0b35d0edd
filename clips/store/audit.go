package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype/zeronull"

	"clipsheet/clips"
)

// Note adds a line to the audit log. A change that is made in a transaction notes itself there, with note.
func (s *Store) Note(ctx context.Context, act clips.Act) error {
	return explain("note it in the audit log", note(ctx, s.pool, act))
}

// executor is the pool or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// note adds a line to the audit log, at the moment of the database.
func note(ctx context.Context, db executor, a clips.Act) error {
	_, err := db.Exec(ctx, `
		insert into clipsheet.audit (person_id, who, address, what, subject, before, after)
		values ($1, $2, $3, $4, $5, $6, $7)`,
		zeronull.Int8(a.PersonID), cleaned(a.Who), cleaned(a.Address), cleaned(a.What), cleaned(a.Subject), cleaned(a.Before), cleaned(a.After))
	return err
}

// Acts lists the audit log, the last first. each is given a line at a time, so that a long log does not have to fit;
// its error ends the list.
func (s *Store) Acts(ctx context.Context, f clips.ActFilter, each func(clips.Act) error) error {
	rows, _ := s.pool.Query(ctx, `
		select id, at, person_id, who, address, what, subject, before, after
		from clipsheet.audit
		where strpos(lower(who), lower($1)) > 0 and strpos(lower(what), lower($2)) > 0 and strpos(lower(subject), lower($3)) > 0
			and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
			and ($6::bigint is null or id < $6)
		order by id desc
		limit $7`,
		cleaned(f.Who), cleaned(f.What), cleaned(f.Subject), moment(&f.From), moment(&f.Until), zeronull.Int8(f.Below), zeronull.Int8(f.Most))
	var a clips.Act
	_, err := pgx.ForEachRow(rows, []any{&a.ID, &a.At, (*zeronull.Int8)(&a.PersonID), &a.Who, &a.Address, &a.What, &a.Subject,
		&a.Before, &a.After}, func() error { return each(a) })
	return explain("read the audit log", err)
}
