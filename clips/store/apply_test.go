package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

var whole = clips.Clip{
	Slug: "mrr", Title: "MRR — “by month”", Description: "Line one\nline two", Owner: "zoë@example.com", Visibility: clips.VisibleToAuthors,
	Tags: []string{"finance", "with, comma"}, Declared: true,
	Revision: clips.Revision{
		Source: "erp", SQL: "select :since::date -- \\ ' \" 😀", TimeZone: "Europe/Berlin", MaxAge: 90 * time.Second,
		MaxLag: 30 * time.Second, OnLag: clips.LagFail,
		Key: []string{"month", `odd"name`},
		Params: []clips.Param{
			{Name: "since", Type: clips.ParamDate, Default: new("start of last month"), Label: "Since"},
			{Name: "region", Type: clips.ParamChoice, Choices: []string{"EU", "", "null"}},
			{Name: "empty", Type: clips.ParamText, Default: new("")},
		},
	},
}

// assigned are the fields the database fills in.
var assigned = cmp.Options{
	cmpopts.IgnoreFields(clips.Clip{}, "ID"), cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(clips.Revision{}, "Number", "CreatedAt", "Author", "Message"),
}

func TestAClipComesBackAsItWasDeclared(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	apply(t, s, whole)
	got := clip(t, s, "mrr")
	if diff := cmp.Diff(whole, got, assigned); diff != "" {
		t.Error(diff)
	}
	r := got.Revision
	if r.Number != 1 || r.Author != "config" || r.Message == "" || time.Since(r.CreatedAt) > time.Minute {
		t.Errorf("revision %d by %q, %q, at %s", r.Number, r.Author, r.Message, r.CreatedAt)
	}
	_, err := s.Clip(t.Context(), "other")
	wantNotFound(t, err)
}

func TestWhatAClipRunsMakesARevision(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*clips.Clip){
		"source":    func(c *clips.Clip) { c.Revision.Source = "crm" },
		"sql":       func(c *clips.Clip) { c.Revision.SQL += " " },
		"time zone": func(c *clips.Clip) { c.Revision.TimeZone = "" },
		"key":       func(c *clips.Clip) { c.Revision.Key = nil },
		"default":   func(c *clips.Clip) { c.Revision.Params[0].Default = nil },
		"choices":   func(c *clips.Clip) { c.Revision.Params[1].Choices = []string{"EU"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := open(t)
			apply(t, s, whole)
			edited := whole
			edited.Revision.Params = slices.Clone(whole.Revision.Params)
			edit(&edited)
			if diff := cmp.Diff(store.Changes{Changed: []string{"mrr"}}, apply(t, s, edited)); diff != "" {
				t.Error(diff)
			}
			got := clip(t, s, "mrr")
			if got.Revision.Number != 2 || got.Revision.Message != "changed in the config file" {
				t.Errorf("revision is %d, %q", got.Revision.Number, got.Revision.Message)
			}
			history, err := s.Revisions(t.Context(), got.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := []clips.Revision{edited.Revision, whole.Revision}
			if diff := cmp.Diff(want, history, assigned); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatPeopleReadMakesNoRevision(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	edited := whole
	apply(t, s, edited)
	for name, edit := range map[string]func(){
		"title":       func() { edited.Title = "" },
		"description": func() { edited.Description = "b" },
		"owner":       func() { edited.Owner = "c" },
		"visibility":  func() { edited.Visibility = clips.VisibleToOwner },
		"tags":        func() { edited.Tags = []string{"d"} },
		"max age":     func() { edited.Revision.MaxAge = time.Hour },
		"max lag":     func() { edited.Revision.MaxLag = 0 },
		"on lag":      func() { edited.Revision.OnLag = clips.LagStale },
	} {
		edit()
		if diff := cmp.Diff(store.Changes{Updated: []string{"mrr"}}, apply(t, s, edited)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		got := clip(t, s, "mrr")
		if diff := cmp.Diff(edited, got, assigned); diff != "" || got.Revision.Number != 1 {
			t.Errorf("%s: revision %d: %s", name, got.Revision.Number, diff)
		}
	}
}

func TestApplyingAgainWritesNothing(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	odd := whole // with what is stored in another form than it is declared in
	odd.Tags, odd.Revision.Key, odd.Revision.MaxAge = []string{}, []string{}, 1500*time.Microsecond
	odd.Revision.MaxLag, odd.Revision.OnLag = 1500*time.Microsecond, ""
	odd.Revision.Params = []clips.Param{{Name: "a", Type: clips.ParamText, Choices: []string{}}}
	apply(t, s, append(declare("a", "b"), odd)...)
	apply(t, s, append(declare("b"), odd)...)
	const rows = "select xmin from clipsheet.clips union all select xmin from clipsheet.revisions"
	before := pgtest.Query(t, dsn, rows)
	if diff := cmp.Diff(store.Changes{}, apply(t, s, append(declare("b"), odd)...)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before, pgtest.Query(t, dsn, rows)); diff != "" {
		t.Error(diff)
	}
}

func TestARemovedClipIsRetiredAndComesBack(t *testing.T) {
	t.Parallel()
	s, _ := openWith(t, "a", "b")
	b := clip(t, s, "b")
	if diff := cmp.Diff(store.Changes{Retired: []string{"b"}}, apply(t, s, declare("a")...)); diff != "" {
		t.Error(diff)
	}
	_, err := s.Clip(t.Context(), "b")
	wantNotFound(t, err)
	if history, err := s.Revisions(t.Context(), b.ID); err != nil || len(history) != 1 {
		t.Errorf("a retired clip has %d revisions (%v), want 1", len(history), err)
	}
	if diff := cmp.Diff(store.Changes{Revived: []string{"b"}}, apply(t, s, declare("a", "b")...)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(b, clip(t, s, "b")); diff != "" {
		t.Error(diff)
	}
}

func TestApplyIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s, dsn := openWith(t, "a", "taken")
	pgtest.Exec(t, dsn, "update clipsheet.clips set declared = false where slug = 'taken'")
	before := pgtest.Query(t, dsn, "select clips::text from clipsheet.clips")

	_, err := s.Apply(t.Context(), declare("new", "taken"))
	wantSays(t, err, `"taken"`, "rename")
	_, err = s.Apply(t.Context(), declare("new", "new"))
	wantSays(t, err, `"new"`, "twice")
	refused := declare("new", "bad")
	refused[1].Revision.MaxAge = -1 << 62
	pgtest.Exec(t, dsn, "alter table clipsheet.clips add check (max_age_ms >= 0)") // stands for any failure half way
	if _, err = s.Apply(t.Context(), refused); err == nil {
		t.Error("what the database refuses was applied")
	}

	if diff := cmp.Diff(before, pgtest.Query(t, dsn, "select clips::text from clipsheet.clips")); diff != "" {
		t.Error(diff)
	}
	apply(t, s, declare("b")...)
	if clip(t, s, "taken").Declared {
		t.Error("a clip that is not the config's was touched")
	}
}

func TestFiveNodesMayApplyAtOnce(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	var all []clips.Clip
	for i := range 40 {
		all = append(all, declare(fmt.Sprintf("clip-%02d", i))...)
	}
	err := together(5, func(int) error {
		s, err := store.Open(t.Context(), dsn)
		if err != nil {
			return err
		}
		defer s.Close()
		_, err = s.Apply(t.Context(), all)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Clips(t.Context())
	if diff := cmp.Diff(all, got, assigned); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if n := pgtest.Query(t, dsn, "select count(*) from clipsheet.revisions")[0]; n != "40" {
		t.Errorf("%s revisions, want 40", n)
	}
}

// Whatever was applied before, the last one counts; revisions only grow, and only when a clip runs something else.
func TestApplyProperty(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	checks := 0
	rapid.Check(t, func(t *rapid.T) {
		checks++
		prefix := fmt.Sprintf("c%d-", checks) // each check has clips of its own, in one database
		revisions := map[string][]string{}    // the SQL of each, by slug
		for range rapid.IntRange(1, 5).Draw(t, "applies") {
			declared := drawClips(t, prefix)
			checkApply(t, s, declared, revisions)
		}
	})
}

func drawClips(t *rapid.T, prefix string) []clips.Clip {
	slugs := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID[string]).Draw(t, "slugs")
	var all []clips.Clip
	for _, slug := range slugs {
		c := declare(prefix + slug)[0]
		c.Title = rapid.SampledFrom([]string{"x", "y"}).Draw(t, "title")
		c.Visibility = rapid.SampledFrom(clips.Visibilities()).Draw(t, "visibility")
		c.Revision.OnLag = rapid.SampledFrom([]clips.OnLag{clips.LagStale, clips.LagFail}).Draw(t, "on lag")
		c.Revision.SQL = rapid.SampledFrom([]string{"select 1", "select 2"}).Draw(t, "sql")
		all = append(all, c)
	}
	return all
}

func checkApply(t *rapid.T, s *store.Store, declared []clips.Clip, revisions map[string][]string) {
	ctx := context.Background()
	if _, err := s.Apply(ctx, declared); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Apply(ctx, declared); err != nil || !cmp.Equal(again, store.Changes{}) {
		t.Fatalf("applying again changed %+v (%v)", again, err)
	}
	got, err := s.Clips(ctx)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(declared, func(a, b clips.Clip) int { return strings.Compare(a.Slug, b.Slug) })
	if diff := cmp.Diff(declared, got, assigned); diff != "" {
		t.Fatal(diff)
	}
	for _, c := range got {
		past := revisions[c.Slug]
		if len(past) == 0 || past[len(past)-1] != c.Revision.SQL {
			revisions[c.Slug] = append(past, c.Revision.SQL)
		}
		history, err := s.Revisions(ctx, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var sql []string
		for _, r := range slices.Backward(history) {
			sql = append(sql, r.SQL)
		}
		if diff := cmp.Diff(revisions[c.Slug], sql); diff != "" || c.Revision.Number != len(sql) {
			t.Fatalf("clip %s at revision %d: %s", c.Slug, c.Revision.Number, diff)
		}
	}
}
