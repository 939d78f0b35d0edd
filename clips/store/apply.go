package store

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
)

// Changes are the slugs of the clips that an Apply made different, each list in order.
type Changes struct {
	New     []string
	Changed []string // have a new revision
	Updated []string // another title, description, owner, tags, visibility or max age; no new revision
	Retired []string
	Revived []string // retired before and declared again; also in Changed when they came back different
	Syncs   SyncChanges
}

// Apply makes the clips and syncs of the config file what they are in the database, whole or not at all.
//
// A clip that runs something else than before (source, SQL, parameters, time zone, key) gets a new revision. Title,
// description, owner, tags, visibility and max age are the clip's own and simply change: max age says when to run, not
// what. A clip no longer declared is retired: its history stays, its links answer ErrNotFound, and declaring it again
// brings it back. Applying what is there already writes nothing.
//
// A sync names its clip by Clip.Slug. One no longer declared is retired like a clip, and keeps its target, so that
// declaring it again goes on where it stood. Whether it is paused is not the config's to say.
func (s *Store) Apply(ctx context.Context, declared []clips.Clip, syncs ...clips.Sync) (Changes, error) {
	if err := cmp.Or(checkDeclared(declared), checkDeclaredSyncs(syncs)); err != nil {
		return Changes{}, err
	}
	var changes Changes
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1, $2)`, lockClass, lockApply); err != nil {
			return err
		}
		have, err := everyClip(ctx, tx)
		if err != nil {
			return err
		}
		steps, err := plan(have, declared)
		if err != nil {
			return err
		}
		changes = summary(steps)
		if err := perform(ctx, tx, steps); err != nil {
			return err
		}
		changes.Syncs, err = applySyncs(ctx, tx, syncs)
		return err
	})
	if err != nil {
		return Changes{}, explain("apply the config", err)
	}
	return changes, nil
}

// checkDeclared finds what the database would refuse in words for nobody.
func checkDeclared(declared []clips.Clip) error {
	seen := map[string]bool{}
	for _, c := range declared {
		if c.Slug == "" {
			return refuse("A clip has no name: give it one, as in [clips.name].")
		}
		if seen[c.Slug] {
			return refuse("Clip %q is declared twice: rename one.", c.Slug)
		}
		seen[c.Slug] = true
		r := c.Revision
		err := cmp.Or(
			storable("The name of clip "+cleaned(c.Slug), c.Slug),
			storable("The SQL of clip "+c.Slug, r.SQL),
			storable("The title or description of clip "+c.Slug, c.Title, c.Description, c.Owner),
			storable("A tag or key of clip "+c.Slug, slices.Concat(c.Tags, r.Key)...),
			storable("The source or time zone of clip "+c.Slug, r.Source, r.TimeZone),
			storable("A parameter of clip "+c.Slug, paramTexts(r.Params)...))
		if err != nil {
			return err
		}
	}
	return nil
}

func paramTexts(params []clips.Param) []string {
	var all []string
	for _, p := range params {
		all = append(append(all, p.Name, string(p.Type), p.Label), p.Choices...)
		if p.Default != nil {
			all = append(all, *p.Default)
		}
	}
	return all
}

// step is what is to be done to one clip.
type step struct {
	clip   clips.Clip // as it shall be
	insert bool       // it is new
	revise bool       // it gets a new revision
	update bool       // its own row changes
	retire bool
	revive bool
}

// everyClip reads all clips, retired ones too, by slug.
func everyClip(ctx context.Context, tx pgx.Tx) (map[string]clips.Clip, error) {
	rows, _ := tx.Query(ctx, `
		select `+clipColumns+`
		from clipsheet.clips c
		join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision`)
	all, err := pgx.CollectRows(rows, scanClip)
	have := make(map[string]clips.Clip, len(all))
	for _, c := range all {
		have[c.Slug] = c
	}
	return have, err
}

// plan compares what is with what shall be: a step for each clip that differs, by slug.
func plan(have map[string]clips.Clip, declared []clips.Clip) ([]step, error) {
	var steps []step
	wanted := map[string]bool{}
	for _, want := range declared {
		wanted[want.Slug] = true
		old, known := have[want.Slug]
		if known && !old.Declared {
			return nil, refuse("Clip %q in the config has the name of a clip that was made in the application: "+
				"rename one of them.", want.Slug)
		}
		if st := compare(old, known, want); st.insert || st.update {
			steps = append(steps, st)
		}
	}
	for slug, old := range have {
		if old.Declared && old.RetiredAt.IsZero() && !wanted[slug] {
			steps = append(steps, step{clip: old, retire: true})
		}
	}
	slices.SortFunc(steps, func(a, b step) int { return strings.Compare(a.clip.Slug, b.clip.Slug) })
	return steps, nil
}

func compare(old clips.Clip, known bool, want clips.Clip) step {
	want.ID, want.Revision.Author = old.ID, "config"
	if !known {
		want.Revision.Number, want.Revision.Message = 1, "added in the config file"
		return step{clip: want, insert: true}
	}
	st := step{
		revise: !sameWork(old.Revision, want.Revision),
		revive: !old.RetiredAt.IsZero(),
	}
	st.update = st.revise || st.revive || !sameLabels(old, want)
	want.Revision.Number, want.Revision.Message = old.Revision.Number, "changed in the config file"
	if st.revise {
		want.Revision.Number++
	}
	st.clip = want
	return st
}

// sameWork tells whether two revisions run the same.
func sameWork(a, b clips.Revision) bool {
	return a.Source == b.Source && a.SQL == b.SQL && a.TimeZone == b.TimeZone && slices.Equal(a.Key, b.Key) &&
		slices.EqualFunc(a.Params, b.Params, sameParam)
}

func sameParam(a, b clips.Param) bool {
	a.Choices, b.Choices = list(a.Choices), list(b.Choices) // none and empty are stored alike
	return reflect.DeepEqual(a, b)
}

func sameLabels(a, b clips.Clip) bool {
	return a.Title == b.Title && a.Description == b.Description && a.Owner == b.Owner && visibility(a) == visibility(b) &&
		slices.Equal(a.Tags, b.Tags) && a.Revision.MaxAge == b.Revision.MaxAge.Truncate(time.Millisecond) &&
		a.Revision.MaxLag == b.Revision.MaxLag.Truncate(time.Millisecond) && onLag(a.Revision) == onLag(b.Revision)
}

func summary(steps []step) (ch Changes) {
	for _, st := range steps {
		slug := st.clip.Slug
		switch {
		case st.insert:
			ch.New = append(ch.New, slug)
		case st.retire:
			ch.Retired = append(ch.Retired, slug)
		case !st.revise && !st.revive:
			ch.Updated = append(ch.Updated, slug)
		}
		if st.revise {
			ch.Changed = append(ch.Changed, slug)
		}
		if st.revive {
			ch.Revived = append(ch.Revived, slug)
		}
	}
	return ch
}
