package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Of clips c and revisions r, in the order of clipFields.
const clipColumns = `
	c.id, c.slug, c.title, c.description, c.owner, c.tags, c.visibility, c.declared, c.retired_at,
	r.number, r.source, r.sql, r.params, r.timezone, c.max_age_ms, c.max_lag_ms, c.on_lag, r.key, r.author, r.message, r.created_at`

func clipFields(c *clips.Clip) []any {
	return append([]any{&c.ID, &c.Slug, &c.Title, &c.Description, &c.Owner, &c.Tags, &c.Visibility, &c.Declared, moment(&c.RetiredAt)},
		revisionFields(&c.Revision)...)
}

func revisionFields(r *clips.Revision) []any {
	return []any{&r.Number, &r.Source, &r.SQL, &r.Params, &r.TimeZone, (*millis)(&r.MaxAge), (*millis)(&r.MaxLag), &r.OnLag, &r.Key,
		&r.Author, &r.Message, &r.CreatedAt}
}

func scanClip(row pgx.CollectableRow) (c clips.Clip, err error) {
	return c, row.Scan(clipFields(&c)...)
}

// Clips lists the clips in use, by slug, each with its current revision.
func (s *Store) Clips(ctx context.Context) ([]clips.Clip, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+clipColumns+`
		from clipsheet.clips c
		join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision
		where c.retired_at is null
		order by c.slug collate "C"`)
	all, err := pgx.CollectRows(rows, scanClip)
	return all, explain("list the clips", err)
}

// Clip finds a clip in use, with its current revision.
func (s *Store) Clip(ctx context.Context, slug string) (clips.Clip, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+clipColumns+`
		from clipsheet.clips c
		join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision
		where c.slug = $1 and c.retired_at is null`, cleaned(slug))
	clip, err := pgx.CollectExactlyOneRow(rows, scanClip)
	return clip, explain("find the clip", err)
}

// ClipsNamed finds clips in use, in the order of their slugs as given. One that is missing is ErrNotFound.
func (s *Store) ClipsNamed(ctx context.Context, slugs []string) ([]clips.Clip, error) {
	rows, _ := s.pool.Query(ctx, `
		select `+clipColumns+`
		from unnest($1::text[]) with ordinality as named (slug, number)
		join clipsheet.clips c on c.slug = named.slug
		join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision
		where c.retired_at is null
		order by named.number`, slugs)
	all, err := pgx.CollectRows(rows, scanClip)
	if err == nil && len(all) < len(slugs) {
		err = clips.ErrNotFound
	}
	if err != nil {
		return nil, explain("find the clips", err)
	}
	return all, nil
}

// Revisions lists all versions of a clip, in use or retired, the newest first. MaxAge, MaxLag and OnLag are the
// clip's present ones in each, since they belong to the clip.
func (s *Store) Revisions(ctx context.Context, clipID int64) ([]clips.Revision, error) {
	rows, _ := s.pool.Query(ctx, `
		select r.number, r.source, r.sql, r.params, r.timezone, c.max_age_ms, c.max_lag_ms, c.on_lag, r.key, r.author, r.message, r.created_at
		from clipsheet.revisions r
		join clipsheet.clips c on c.id = r.clip_id
		where r.clip_id = $1
		order by r.number desc`, clipID)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r clips.Revision, err error) {
		return r, row.Scan(revisionFields(&r)...)
	})
	return all, explain("list the revisions", err)
}
