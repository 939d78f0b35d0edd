package store

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// CreateClip keeps a clip that was made in the application, beside those of the config, as its revision 1. The slug must
// be free, also of clips that are retired: their history has it. by says who, for the audit log.
func (s *Store) CreateClip(ctx context.Context, c clips.Clip, by clips.Act) error {
	return explain("make the clip", s.write(ctx, func(tx pgx.Tx) error {
		have, err := lockedClip(ctx, tx, c)
		switch {
		case err != nil:
			return err
		case have.ID != 0 && have.RetiredAt.IsZero():
			return refuse("There is a clip %q already: choose another name.", c.Slug)
		case have.ID != 0:
			return refuse("There was a clip %q, and its history is kept: choose another name.", c.Slug)
		}
		c.Revision.Number = 1
		var batch pgx.Batch
		insertClip(&batch, c, false)
		if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
			return err
		}
		by.What, by.Subject, by.After = "clip made", c.Slug, c.Revision.Message
		return note(ctx, tx, by)
	}))
}

// ReviseClip gives a clip that was made in the application a new revision, if c.Revision.Number is still the current one;
// otherwise it is ErrEdited. Title, description, tags, max age and max lag change with it, and so do owner and visibility where c
// has them: without, they stay. The number of the new revision is the answer.
func (s *Store) ReviseClip(ctx context.Context, c clips.Clip, by clips.Act) (number int, err error) {
	return number, explain("change the clip", s.write(ctx, func(tx pgx.Tx) error {
		have, err := clipToChange(ctx, tx, c)
		switch {
		case err != nil:
			return err
		case have.Revision.Number != c.Revision.Number:
			return clips.ErrEdited
		}
		c.ID, c.Owner, c.Visibility = have.ID, cmp.Or(c.Owner, have.Owner), cmp.Or(c.Visibility, have.Visibility)
		c.Revision.Number++
		number = c.Revision.Number
		var batch pgx.Batch
		insertRevision(&batch, c)
		updateClip(&batch, c)
		if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
			return err
		}
		by.What, by.Subject = "clip changed", c.Slug
		by.Before, by.After = revisionInWords(have.Revision), revisionInWords(c.Revision)
		return cmp.Or(note(ctx, tx, by), noteAccess(ctx, tx, by, have, c))
	}))
}

// HandOverClip says who owns a clip that was made in the application, and who sees it, if both are still as in read;
// otherwise it is ErrEdited. Its revision stays.
func (s *Store) HandOverClip(ctx context.Context, read clips.Clip, owner string, visible clips.Visibility, by clips.Act) error {
	return explain("hand the clip over", s.write(ctx, func(tx pgx.Tx) error {
		have, err := clipToChange(ctx, tx, clips.Clip{Slug: read.Slug, Owner: owner})
		if err != nil {
			return err
		}
		if have.Owner != read.Owner || visibility(have) != visibility(read) {
			return clips.ErrEdited
		}
		now := have
		now.Owner, now.Visibility = owner, visible
		var batch pgx.Batch
		updateClip(&batch, now)
		return cmp.Or(tx.SendBatch(ctx, &batch).Close(), noteAccess(ctx, tx, by, have, now))
	}))
}

// noteAccess notes what changed about who owns a clip and who sees it.
func noteAccess(ctx context.Context, tx pgx.Tx, by clips.Act, was, now clips.Clip) error {
	by.Subject = was.Slug
	if was.Owner != now.Owner {
		by.What, by.Before, by.After = "clip handed over", was.Owner, now.Owner
		if err := note(ctx, tx, by); err != nil {
			return err
		}
	}
	if visibility(was) != visibility(now) {
		by.What, by.Before, by.After = "clip visibility changed", string(visibility(was)), string(visibility(now))
		return note(ctx, tx, by)
	}
	return nil
}

// RetireClip takes a clip that was made in the application out of use: its links open nothing any more, its history
// stays. While a sync fills a spreadsheet from it, it cannot go.
func (s *Store) RetireClip(ctx context.Context, slug string, by clips.Act) error {
	return explain("retire the clip", s.write(ctx, func(tx pgx.Tx) error {
		have, err := clipToChange(ctx, tx, clips.Clip{Slug: slug})
		if err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `
			select name
			from clipsheet.syncs
			where clip_id = $1 and retired_at is null
			order by name`, have.ID)
		syncs, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		if len(syncs) > 0 {
			return refuse("The clip fills spreadsheets through %s: remove that first.", strings.Join(syncs, ", "))
		}
		if _, err := tx.Exec(ctx, `update clipsheet.clips set retired_at = now() where id = $1`, have.ID); err != nil {
			return err
		}
		by.What, by.Subject = "clip retired", slug
		return note(ctx, tx, by)
	}))
}

// clipToChange finds a clip as lockedClip does, if it is in use and one of the application.
func clipToChange(ctx context.Context, tx pgx.Tx, c clips.Clip) (clips.Clip, error) {
	have, err := lockedClip(ctx, tx, c)
	switch {
	case err != nil:
		return have, err
	case have.ID == 0 || !have.RetiredAt.IsZero():
		return have, clips.ErrNotFound
	case have.Declared:
		return have, errClipDeclared
	}
	return have, nil
}

var errClipDeclared = &clips.Error{Kind: clips.KindParameter,
	Notice: "The clip is declared in the config file: change it there, or make a copy of your own."}

// lockedClip finds a clip by its slug, in use or retired, once it is sure that c can be stored; its ID is 0 when there
// never was one. The lock is that of Apply, which looks at slugs too.
func lockedClip(ctx context.Context, tx pgx.Tx, c clips.Clip) (clips.Clip, error) {
	if err := cmp.Or(checkDeclared([]clips.Clip{c}), storable("The message or author", c.Revision.Message, c.Revision.Author)); err != nil {
		return clips.Clip{}, err
	}
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1, $2)`, lockClass, lockApply); err != nil {
		return clips.Clip{}, fmt.Errorf("wait for others who change clips: %w", err)
	}
	rows, _ := tx.Query(ctx, `
		select `+clipColumns+`
		from clipsheet.clips c
		join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision
		where c.slug = $1`, c.Slug)
	found, err := pgx.CollectRows(rows, scanClip)
	if err != nil || len(found) == 0 {
		return clips.Clip{}, err
	}
	return found[0], nil
}

func revisionInWords(r clips.Revision) string {
	return fmt.Sprintf("revision %d: %s", r.Number, r.Message)
}
