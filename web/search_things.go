package web

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// Kinds of what is found, as people call them.
const (
	kindClip     = "Clip"
	kindSync     = "Sync"
	kindWorkbook = "Workbook"
	kindSource   = "Source"
	kindPerson   = "Person"
	kindRun      = "Run"
	kindSetting  = "Setting"
	kindAction   = "Action"
)

// findable lists what somebody may see, what is asked for most first.
func (s *site) findable(r *http.Request, who clips.Person) (all []findable, err error) {
	for _, list := range []func(context.Context, clips.Person) ([]findable, error){
		s.findableClips, s.findableSyncs, s.findableWorkbooks, s.findableSources, s.findablePeople, s.findableSettings,
	} {
		some, err := list(r.Context(), who)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return append(all, s.findableActions(who)...), nil
}

// findableClips also have the SQL to be found by, for those who write it.
func (s *site) findableClips(ctx context.Context, who clips.Person) (all []findable, err error) {
	seen, err := s.seenClips(ctx, who)
	for _, c := range seen {
		rest := append([]string{c.Description, c.Owner, c.Revision.Source}, c.Tags...)
		if who.Role >= clips.RoleAuthor {
			rest = append(rest, c.Revision.SQL)
		}
		all = append(all, findable{found{kindClip, c.Title, c.Description, "/clips/" + c.Slug}, c.ID, []string{c.Title, c.Slug}, rest})
	}
	return all, err
}

func (s *site) findableSyncs(ctx context.Context, who clips.Person) (all []findable, err error) {
	if s.Syncs == nil {
		return nil, nil
	}
	seen, err := s.seenSyncs(ctx, who)
	for _, st := range seen {
		y := st.Sync
		all = append(all, findable{found{kindSync, y.Name, y.Clip.Title + " → " + y.Tab, "/syncs/" + y.Name}, y.ID,
			[]string{y.Name}, []string{y.Clip.Title, y.Clip.Slug, y.Tab, y.Account}})
	}
	return all, err
}

func (s *site) findableWorkbooks(ctx context.Context, who clips.Person) (all []findable, err error) {
	seen, err := s.seenWorkbooks(ctx, who)
	for _, b := range seen {
		rest := []string{b.Description, b.Owner}
		for _, c := range b.Clips {
			rest = append(rest, c.Title)
		}
		name := cmp.Or(b.Title, b.Name)
		all = append(all, findable{found{kindWorkbook, name, b.Description, "/workbooks#" + b.Name}, 0, []string{name, b.Name}, rest})
	}
	return all, err
}

func (s *site) findableSources(_ context.Context, who clips.Person) (all []findable, err error) {
	if s.Sources == nil || who.Role < clips.RoleAuthor {
		return nil, nil
	}
	for _, name := range s.Sources.Names() {
		if who.May(name) {
			all = append(all, findable{found{kindSource, name, "Findings, lag, slow clips", "/sources#" + name}, 0, []string{name}, nil})
		}
	}
	return all, nil
}

func (s *site) findablePeople(ctx context.Context, who clips.Person) (all []findable, err error) {
	if who.Role < clips.RoleAdmin || !s.has(http.MethodGet, "/people") {
		return nil, nil
	}
	people, err := s.People.People(ctx)
	for _, p := range people {
		all = append(all, findable{found{kindPerson, cmp.Or(p.Name, p.Email), p.Email + ", " + p.Role.String(),
			"/people/" + strconv.FormatInt(p.ID, 10)}, 0, []string{p.Name, p.Email}, nil})
	}
	return all, err
}

func (s *site) findableSettings(_ context.Context, who clips.Person) (all []findable, err error) {
	if s.Settings == nil || who.Role < clips.RoleAdmin {
		return nil, nil
	}
	for _, part := range s.Settings().Parts {
		for _, set := range part.Settings {
			if set.Key != "" {
				all = append(all, findable{found{kindSetting, set.Name, set.Key + " = " + set.Value, "/settings#" + set.Key}, 0, []string{set.Name, set.Key}, []string{part.Title, set.Value}})
			}
		}
	}
	return all, nil
}

// action is something to do, or a page to go to.
type action struct {
	name, address string
	least         clips.Role
	words         string // that people may call it by
}

var actions = []action{
	{"New clip", "/clips/new", clips.RoleAuthor, "make write create query sql"},
	{"New sync", "/syncs/new", clips.RoleAuthor, "make create google sheets spreadsheet push"},
	{"API keys", "/me#keys", clips.RoleReader, "token program make create revoke"},
	{"Everybody's API keys", "/keys", clips.RoleAdmin, "token revoke"},
	{"Where I am signed in", "/me", clips.RoleReader, "sessions browsers profile sign out"},
	{"Add a person", "/people#add", clips.RoleAdmin, "invite role people user"},
	{"Connect a Google account", "/accounts#connect", clips.RoleAdmin, "oauth sheets reconnect"},
	{"Runs that failed", "/runs?state=failed", clips.RoleReader, "errors trouble"},
}

// findableActions are those that somebody may do here, and the pages there are.
func (s *site) findableActions(who clips.Person) (all []findable) {
	add := func(name, about, address, words string, least clips.Role) {
		path, _, _ := strings.Cut(address, "#")
		path, _, _ = strings.Cut(path, "?")
		if who.Role >= least && s.has(http.MethodGet, path) {
			all = append(all, findable{found{kindAction, name, about, address}, 0, []string{name}, []string{words}})
		}
	}
	for _, a := range actions {
		add(a.name, "", a.address, a.words, a.least)
	}
	for _, t := range tabs {
		add(t.Name, "Go to the page", t.Address, "page", t.least)
	}
	return all
}

var runNumber = regexp.MustCompile(`^(?:run)? *#?([0-9]{1,18})$`)

// foundRuns are the runs whose number somebody looks for: "run 17", "#17" or 17 by itself.
func (s *site) foundRuns(ctx context.Context, who clips.Person, query string) (all []found, err error) {
	m := runNumber.FindStringSubmatch(strings.ToLower(query))
	if m == nil {
		return nil, nil
	}
	id, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || id == 0 {
		return nil, err
	}
	runs, err := s.Store.Work(ctx, clips.WorkFilter{ID: id, Viewer: &who, Most: mostInDialog})
	for _, run := range runs {
		row := s.workRow(run)
		all = append(all, found{kindRun, "Run " + m[1] + " of " + cmp.Or(run.Sync, run.Title), row.Word + ", " + row.Began.Short(), "/runs?id=" + m[1]})
	}
	return all, err
}
