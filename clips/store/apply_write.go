package store

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// perform sends all steps to the database in one go.
func perform(ctx context.Context, tx pgx.Tx, steps []step) error {
	var batch pgx.Batch
	for _, st := range steps {
		switch {
		case st.insert:
			insertClip(&batch, st.clip, true)
		case st.retire:
			batch.Queue(`update clipsheet.clips set retired_at = now() where id = $1`, st.clip.ID)
		default:
			if st.revise {
				insertRevision(&batch, st.clip)
			}
			updateClip(&batch, st.clip)
		}
	}
	return tx.SendBatch(ctx, &batch).Close()
}

func insertClip(batch *pgx.Batch, c clips.Clip, declared bool) {
	r := c.Revision
	batch.Queue(`
		with clip as (
			insert into clipsheet.clips (slug, title, description, owner, tags, declared, revision, max_age_ms, visibility, max_lag_ms, on_lag)
			values ($1, $2, $3, $4, $5, $15, $6, $7, $16, $17, $18)
			returning id
		)
		insert into clipsheet.revisions (clip_id, number, source, sql, params, timezone, key, author, message)
		select id, $6, $8, $9, $10, $11, $12, $13, $14
		from clip`,
		c.Slug, c.Title, c.Description, c.Owner, list(c.Tags), r.Number, millis(r.MaxAge),
		r.Source, r.SQL, list(r.Params), r.TimeZone, list(r.Key), r.Author, r.Message, declared, visibility(c), millis(r.MaxLag), onLag(r))
}

func insertRevision(batch *pgx.Batch, c clips.Clip) {
	r := c.Revision
	batch.Queue(`
		insert into clipsheet.revisions (clip_id, number, source, sql, params, timezone, key, author, message)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		c.ID, r.Number, r.Source, r.SQL, list(r.Params), r.TimeZone, list(r.Key), r.Author, r.Message)
}

func updateClip(batch *pgx.Batch, c clips.Clip) {
	batch.Queue(`
		update clipsheet.clips
		set title = $2, description = $3, owner = $4, tags = $5, revision = $6, max_age_ms = $7, visibility = $8,
			max_lag_ms = $9, on_lag = $10, retired_at = null
		where id = $1`,
		c.ID, c.Title, c.Description, c.Owner, list(c.Tags), c.Revision.Number, millis(c.Revision.MaxAge), visibility(c),
		millis(c.Revision.MaxLag), onLag(c.Revision))
}

func onLag(r clips.Revision) clips.OnLag { return cmp.Or(r.OnLag, clips.LagStale) }

func visibility(c clips.Clip) clips.Visibility { return cmp.Or(c.Visibility, clips.VisibleToEveryone) }
