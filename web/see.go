package web

import (
	"context"
	"errors"
	"slices"

	"clipsheet/clips"
)

// What somebody sees is decided here, for pages, the API, search and what there is to choose from alike: they find
// clips, workbooks and syncs by these and by nothing else. What somebody may not see is not there, and answers like
// what never was.

// seenClips lists the clips that a person sees, by slug.
func (s *site) seenClips(ctx context.Context, who clips.Person) ([]clips.Clip, error) {
	all, err := s.Store.Clips(ctx)
	return slices.DeleteFunc(all, func(c clips.Clip) bool { return !who.MaySee(c) }), err
}

// seenClip finds a clip that a person sees.
func (s *site) seenClip(ctx context.Context, who clips.Person, slug string) (clips.Clip, error) {
	clip, err := s.Store.Clip(ctx, slug)
	if err == nil && !who.MaySee(clip) {
		err = clips.ErrNotFound
	}
	if err != nil {
		return clips.Clip{}, err
	}
	return clip, nil
}

// seenRevisions lists the revisions of a clip that a person sees: an older one may be of a source that they may not read.
func (s *site) seenRevisions(ctx context.Context, who clips.Person, clip clips.Clip) ([]clips.Revision, error) {
	all, err := s.Store.Revisions(ctx, clip.ID)
	return slices.DeleteFunc(all, func(rev clips.Revision) bool { return !who.May(rev.Source) }), err
}

// seenWorkbooks lists the workbooks of which a person sees all clips, by name and with them. One that cannot be found
// just now keeps nobody from the others: the error is the first of those.
func (s *site) seenWorkbooks(ctx context.Context, who clips.Person) (all []clips.Workbook, failed error) {
	if s.Workbooks == nil {
		return nil, nil
	}
	for _, named := range s.Workbooks.List() {
		book, err := s.seenWorkbook(ctx, who, named.Name)
		switch {
		case err == nil:
			all = append(all, book)
		case failed == nil && !errors.Is(err, clips.ErrNotFound):
			failed = err
		}
	}
	return all, failed
}

// seenWorkbook finds a workbook of which a person sees all clips.
func (s *site) seenWorkbook(ctx context.Context, who clips.Person, name string) (clips.Workbook, error) {
	if s.Workbooks == nil {
		return clips.Workbook{}, clips.ErrNotFound
	}
	book, err := s.Workbooks.Find(ctx, name)
	if err == nil && !seesAll(who, book.Clips) {
		err = clips.ErrNotFound
	}
	if err != nil {
		return clips.Workbook{}, err
	}
	return book, nil
}

func seesAll(who clips.Person, all []clips.Clip) bool {
	return !slices.ContainsFunc(all, func(c clips.Clip) bool { return !who.MaySee(c) })
}

// seenSyncs lists the syncs of what a person sees, by name, each with how it gets on.
func (s *site) seenSyncs(ctx context.Context, who clips.Person) (seen []clips.SyncStatus, err error) {
	all, err := s.Syncs.SyncStatuses(ctx)
	for _, st := range all {
		if s.seesSync(who, st.Sync) {
			seen = append(seen, st)
		}
	}
	return seen, err
}

// seenSync finds a sync of something that a person sees.
func (s *site) seenSync(ctx context.Context, who clips.Person, name string) (clips.Sync, error) {
	sync, err := s.Syncs.Sync(ctx, name)
	if err == nil && !s.seesSync(who, sync) {
		err = clips.ErrNotFound
	}
	if err != nil {
		return clips.Sync{}, err
	}
	return sync, nil
}

// seesSync tells whether a person sees what a sync brings: its clip, and of a workbook all the others.
func (s *site) seesSync(who clips.Person, sync clips.Sync) bool {
	return who.MaySee(sync.Clip) && seesAll(who, s.Syncs.Brings(sync))
}
