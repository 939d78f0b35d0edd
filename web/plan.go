package web

import (
	"context"

	"clipsheet/clips"
)

// planShown is a plan in words.
type planShown struct {
	Verdict string
	Words   []string
}

// plan asks how a revision would be run with the values given, in words.
func (s *site) plan(ctx context.Context, rev clips.Revision, given map[string]string) (*planShown, error) {
	plan, err := s.explain(ctx, rev, given)
	if err != nil {
		return nil, err
	}
	return &planShown{plan.Verdict(), plan.Words()}, nil
}

// explain asks how a revision would be run with the values given.
func (s *site) explain(ctx context.Context, rev clips.Revision, given map[string]string) (clips.Plan, error) {
	bound, err := clips.Bind(rev, given, s.Now(), s.zone(rev))
	if err != nil {
		return clips.Plan{}, inParams(err)
	}
	ctx, cancel := context.WithTimeout(ctx, triedTime)
	defer cancel()
	return s.Desk.Explain(ctx, rev.Source, bound.Query)
}
