package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"clipsheet/clips"
	clipsync "clipsheet/sync"
)

// GoogleConfig is the [google] table: who we are to Google, and where Google is.
type GoogleConfig struct {
	ClientID           string            `toml:"client_id"`
	ClientSecret       string            `toml:"client_secret"`
	ServiceAccountFile string            `toml:"service_account_file"`
	Access             string            `toml:"access"`
	Delegates          map[string]string `toml:"delegates"`
	Endpoints          GoogleEndpoints   `toml:"endpoints"`
}

// GoogleEndpoints is the [google.endpoints] table: addresses in the place of Google's own, for tests and proxies.
type GoogleEndpoints struct {
	Sheets   string `toml:"sheets"`
	Drive    string `toml:"drive"`
	Auth     string `toml:"auth"`
	Token    string `toml:"token"`
	Revoke   string `toml:"revoke"`
	UserInfo string `toml:"userinfo"`
}

// serviceAccount is the name syncs call the account of service_account_file by.
const serviceAccount = "service"

// SyncConfig is one [syncs.NAME] table.
type SyncConfig struct {
	Clip        string         `toml:"clip"`
	Workbook    string         `toml:"workbook"`
	Spreadsheet string         `toml:"spreadsheet"`
	Tab         string         `toml:"tab"`
	At          string         `toml:"at"`
	Mode        string         `toml:"mode"`
	Key         []string       `toml:"key"`
	Period      string         `toml:"period"`
	Keep        int            `toml:"keep"`
	FillDown    []string       `toml:"fill_down"`
	AsOfCell    string         `toml:"as_of_cell"`
	InfoTab     bool           `toml:"info_tab"`
	Schedule    string         `toml:"schedule"`
	TimeZone    string         `toml:"timezone"`
	Account     string         `toml:"account"`
	Params      map[string]any `toml:"params"`
}

func (c *Config) checkGoogle(at places) error {
	g := &c.Google
	if g.Access != "drive.file" && g.Access != "spreadsheets" {
		return at.errorf("google.access", "%q is neither \"drive.file\" (spreadsheets we made, or people picked) nor \"spreadsheets\" (all of them)", g.Access)
	}
	if (g.ClientID == "") != (g.ClientSecret == "") {
		return at.errorf("google", "client_id and client_secret go together: both are on the credentials page of your Google Cloud project")
	}
	if len(g.Delegates) > 0 && g.ServiceAccountFile == "" {
		return at.errorf("google.delegates", "delegation needs a service_account_file")
	}
	for name, person := range g.Delegates {
		if !slugForm.MatchString(name) || name == serviceAccount || !strings.Contains(person, "@") {
			return at.errorf("google.delegates."+name, "write NAME = \"person@example.com\", with a name of small letters, digits and hyphens, other than %q", serviceAccount)
		}
	}
	for key, address := range map[string]string{"sheets": g.Endpoints.Sheets, "drive": g.Endpoints.Drive, "auth": g.Endpoints.Auth,
		"token": g.Endpoints.Token, "revoke": g.Endpoints.Revoke, "userinfo": g.Endpoints.UserInfo} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
			return at.errorf("google.endpoints."+key, "%q is no address: write https://HOST/PATH, or leave it out for Google's own", address)
		}
	}
	return nil
}

func (c *Config) checkSyncs(at places) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.Syncs)) {
		errs = append(errs, c.checkSync(at, name))
	}
	return errors.Join(errs...)
}

var (
	syncModes = []string{string(clips.SyncReplace), string(clips.SyncAppend), string(clips.SyncUpsert), string(clips.SyncSnapshot),
		string(clips.SyncColumn), string(clips.SyncValue)}
	syncPeriods = []string{"run", string(clips.EachDay), string(clips.EachWeek), string(clips.EachMonth), string(clips.EachQuarter),
		string(clips.EachYear)}
	cellForm        = regexp.MustCompile(`^[A-Z]{1,3}[1-9][0-9]{0,6}$`)
	spreadsheetForm = regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`)
)

func (c *Config) checkSync(at places, name string) error {
	key, s := "syncs."+name, c.Syncs[name]
	if !slugForm.MatchString(name) || len(name) > 100 {
		return at.errorf(key, "%q is no name for a sync: use small letters, digits and single hyphens, such as mrr-to-board", name)
	}
	if s.Workbook != "" {
		if err := c.checkSyncWorkbook(at, key, s); err != nil || !c.knowsClips(s.Workbook) {
			return err
		}
		s.Clip = c.Workbooks[s.Workbook].Clips[0] // whose owner and time zone are the sync's
	}
	clip, ok := c.Clips[s.Clip]
	if !ok {
		return c.missingClip(at, key, "clip", s.Clip)
	}
	s.Spreadsheet = clips.SpreadsheetID(s.Spreadsheet)
	if !spreadsheetForm.MatchString(s.Spreadsheet) {
		return at.errorf(key+".spreadsheet", "needs the address of a Google spreadsheet, as the browser shows it, or the long ID in it")
	}
	s.At, s.Mode = or(s.At, "A1"), or(s.Mode, "replace")
	if len(s.Key) == 0 {
		s.Key = clip.Key
	}
	for what, cell := range map[string]string{"at": s.At, "as_of_cell": s.AsOfCell} {
		if cell != "" && !cellForm.MatchString(cell) {
			return at.errorf(key+"."+what, "%q is no cell: write one such as A1, without a tab", cell)
		}
	}
	if err := c.checkSyncMode(at, key, s); err != nil {
		return err
	}
	if s.Schedule != "" {
		if _, err := clipsync.ParseSchedule(s.Schedule, or(s.TimeZone, clip.TimeZone)); err != nil {
			return at.errorf(key+".schedule", "%s", clips.NoticeOf(err))
		}
	}
	c.Syncs[name] = s
	return c.checkSyncParams(at, key, s)
}

func (c *Config) checkSyncMode(at places, key string, s SyncConfig) error {
	periodic := s.Mode == string(clips.SyncSnapshot) || s.Mode == string(clips.SyncColumn)
	switch {
	case !slices.Contains(syncModes, s.Mode):
		return at.errorf(key+".mode", "%q is no mode: write one of %s", s.Mode, strings.Join(syncModes, ", "))
	case s.Mode == string(clips.SyncUpsert) && len(s.Key) == 0:
		return at.errorf(key, "mode \"upsert\" finds rows by a key: add key = [\"…\"] with the columns that identify a row, here or in the clip")
	case s.Period != "" && !slices.Contains(syncPeriods, s.Period):
		return at.errorf(key+".period", "%q is no period: write one of %s", s.Period, strings.Join(syncPeriods, ", "))
	case !periodic && (s.Period != "" || s.Keep != 0):
		return at.errorf(key, "period and keep go with mode \"snapshot\" or \"column\"")
	case s.Keep < 0:
		return at.errorf(key+".keep", "cannot be negative; 0 keeps all")
	}
	return nil
}

func (c *Config) checkSyncParams(at places, key string, s SyncConfig) error {
	what, brought := "clip "+s.Clip, clips.Workbook{Clips: []clips.Clip{c.clip(s.Clip)}}
	if s.Workbook != "" {
		what, brought = "workbook "+s.Workbook, c.workbook(s.Workbook)
	}
	params := brought.Params()
	for name := range s.Params {
		if !slices.ContainsFunc(params, func(p clips.Param) bool { return p.Name == name }) {
			return at.errorf(key+".params."+name, "%s has no parameter %q%s", what, name, listParams(params))
		}
	}
	for _, clip := range brought.Clips {
		for _, p := range clip.Revision.Params {
			if _, given := s.Params[p.Name]; p.Default == nil && !given {
				return at.errorf(key, "clip %s needs a value for %s: add [%s.params] with %s = \"…\"", clip.Slug, p.Name, key, p.Name)
			}
		}
		if err := checkLocked(clip.Revision, s.params()); err != nil {
			return at.errorf(key+".params", "%s", clips.NoticeOf(err))
		}
	}
	return nil
}

// checkSyncWorkbook looks at what is different where a sync brings several clips, each to a tab of its own.
func (c *Config) checkSyncWorkbook(at places, key string, s SyncConfig) error {
	_, ok := c.Workbooks[s.Workbook]
	known := slices.Sorted(maps.Keys(c.Workbooks))
	switch guess := nearest(s.Workbook, known); {
	case s.Clip != "":
		return at.errorf(key, "has a clip and a workbook: remove one")
	case !ok && guess != "":
		return at.errorf(key+".workbook", "there is no workbook %q: did you mean %s?", s.Workbook, guess)
	case !ok:
		return at.errorf(key+".workbook", "there is no workbook %q: add [workbooks.%s] with the clips it has", s.Workbook, s.Workbook)
	case s.Mode != "" && s.Mode != string(clips.SyncReplace):
		return at.errorf(key+".mode", "a workbook replaces its tabs: remove the mode, or give the clip a sync of its own")
	case s.Tab != "" || s.At != "" || s.AsOfCell != "" || s.InfoTab || len(s.Key)+len(s.FillDown) > 0:
		return at.errorf(key, "each clip of a workbook has a tab of its own, named by its title: tab, at, key, fill_down, as_of_cell and "+
			"info_tab are for a sync of a single clip")
	}
	return nil
}

func (c *Config) missingClip(at places, key, name, slug string) error {
	known := slices.Sorted(maps.Keys(c.Clips))
	switch guess := nearest(slug, known); {
	case slug == "":
		return at.errorf(key, "needs a clip")
	case guess != "":
		return at.errorf(key+"."+name, "there is no clip %q: did you mean %s?", slug, guess)
	case len(known) == 0:
		return at.errorf(key+"."+name, "there is no clip %q: the file declares none", slug)
	default:
		return at.errorf(key+"."+name, "there is no clip %q; there are %s", slug, strings.Join(known, ", "))
	}
}

// syncs are the syncs of the file, ready for the store. Their clips have the revision of the file, and no ID yet.
func (c *Config) syncs() []clips.Sync {
	var all []clips.Sync
	for _, name := range slices.Sorted(maps.Keys(c.Syncs)) {
		s := c.Syncs[name]
		period := clips.Period(s.Period)
		if s.Period == "run" {
			period = clips.EachRun
		}
		all = append(all, clips.Sync{
			Name:        name,
			Clip:        c.clip(s.Clip),
			Params:      s.params(),
			Account:     s.Account,
			Spreadsheet: s.Spreadsheet,
			Tab:         or(s.Tab, c.clip(s.Clip).Title),
			At:          s.At,
			Mode:        clips.SyncMode(s.Mode),
			Key:         s.Key,
			Period:      period,
			Keep:        s.Keep,
			FillDown:    s.FillDown,
			AsOfCell:    s.AsOfCell,
			InfoTab:     s.InfoTab,
			Schedule:    s.Schedule,
			TimeZone:    s.TimeZone,
			Declared:    true,
		})
	}
	return all
}

func (s SyncConfig) params() map[string]string { return valuesOf(s.Params) }

// valuesOf are the values of a [….params] table, as readers would write them.
func valuesOf(table map[string]any) map[string]string {
	if len(table) == 0 {
		return nil
	}
	values := map[string]string{}
	for name, value := range table {
		values[name] = fmt.Sprint(value)
	}
	return values
}
