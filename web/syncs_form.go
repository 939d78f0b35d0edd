package web

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// The steps in which a sync is made. Each is a page whose address has all that was said before, so that it can be gone
// back to, sent on, and works without scripts.
const (
	stepAccount = 1 + iota
	stepSpreadsheet
	stepTable
	stepSchedule
)

var stepNames = []string{"Account", "Spreadsheet", "Table", "Schedule"}

// fieldsOf are the fields that a step asks for; a clip's parameters belong to stepTable.
var fieldsOf = map[int][]string{
	stepAccount:     {"clip", "account"},
	stepSpreadsheet: {"spreadsheet"},
	stepTable:       {"tab", "at", "mode", "key", "period", "keep", "as_of_cell", "fill_down"},
	stepSchedule:    {"name", "when", "clock", "schedule", "timezone"},
}

// paramField is the name of the field of a parameter.
const paramField = "p."

// syncForm is a sync as it is said in forms.
type syncForm struct {
	url.Values
	clip clips.Clip // the zero Clip when none was chosen yet
}

func (f syncForm) text(name string) string { return strings.TrimSpace(f.Get(name)) }

// list reads names with commas between them.
func (f syncForm) list(name string) []string {
	var all []string
	for part := range strings.SplitSeq(f.Get(name), ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// sync is what the form says. It is to be checked.
func (f syncForm) sync() clips.Sync {
	keep, _ := strconv.Atoi(cmp.Or(f.text("keep"), "0"))
	s := clips.Sync{
		Name:        f.text("name"),
		Clip:        f.clip,
		Params:      map[string]string{},
		Account:     f.text("account"),
		Spreadsheet: clips.SpreadsheetID(f.Get("spreadsheet")),
		Tab:         f.text("tab"),
		At:          strings.ToUpper(f.text("at")),
		Mode:        clips.SyncMode(f.text("mode")),
		Key:         f.list("key"),
		FillDown:    f.list("fill_down"),
		AsOfCell:    strings.ToUpper(f.text("as_of_cell")),
		Schedule:    f.schedule(),
		TimeZone:    f.text("timezone"),
	}
	if periodic(s.Mode) {
		s.Period, s.Keep = clips.Period(f.text("period")), keep
	}
	for _, p := range f.clip.Revision.Params {
		if value := f.text(paramField + p.Name); value != "" {
			s.Params[p.Name] = value
		}
	}
	return s
}

// periods are what a sync may make a tab or column for, beside each run.
func periods() []clips.Period {
	return []clips.Period{clips.EachDay, clips.EachWeek, clips.EachMonth, clips.EachQuarter, clips.EachYear}
}

func periodic(m clips.SyncMode) bool { return m == clips.SyncSnapshot || m == clips.SyncColumn }

// formOf is the form that says what a sync is.
func formOf(s clips.Sync) syncForm {
	v := url.Values{}
	for name, value := range map[string]string{"name": s.Name, "clip": s.Clip.Slug, "account": s.Account, "spreadsheet": s.Spreadsheet,
		"tab": s.Tab, "at": s.At, "mode": string(s.Mode), "key": strings.Join(s.Key, ", "), "period": string(s.Period),
		"keep": strconv.Itoa(s.Keep), "as_of_cell": s.AsOfCell, "fill_down": strings.Join(s.FillDown, ", "), "timezone": s.TimeZone} {
		v.Set(name, value)
	}
	for name, value := range s.Params {
		v.Set(paramField+name, value)
	}
	when, clock := whenOf(s.Schedule)
	v.Set("when", when)
	v.Set("clock", clock)
	if when == whenOwn {
		v.Set("schedule", s.Schedule)
	}
	return syncForm{v, s.Clip}
}

// What the form offers for schedules, beside people's own.
const (
	whenAsked    = ""
	whenDaily    = "daily"
	whenWeekdays = "weekdays"
	whenMonthly  = "monthly"
	whenOwn      = "own"
)

var whens = []choice{
	{whenAsked, "Only when asked"},
	{"every 15m", "Every 15 minutes"},
	{"every 1h", "Every hour"},
	{whenDaily, "Every day, at the time below"},
	{whenWeekdays, "Monday to Friday, at the time below"},
	{whenMonthly, "On the first of the month, at the time below"},
	{whenOwn, "As I write it below"},
}

var cronOf = map[string]string{whenDaily: "* * *", whenWeekdays: "* * mon-fri", whenMonthly: "1 * *"}

// schedule is what the choices come to.
func (f syncForm) schedule() string {
	when := f.text("when")
	days, struck := cronOf[when]
	switch {
	case when == whenOwn:
		return strings.Join(strings.Fields(f.Get("schedule")), " ")
	case !struck:
		return when
	}
	hour, minute, _ := strings.Cut(cmp.Or(f.text("clock"), usualClock), ":")
	return unpadded(minute) + " " + unpadded(hour) + " " + days
}

const usualClock = "07:30"

// unpadded takes leading zeros off, which people's clocks have and cron needs not.
func unpadded(number string) string { return cmp.Or(strings.TrimLeft(number, "0"), "0") }

// whenOf finds the choice that comes to a schedule.
func whenOf(schedule string) (when, at string) {
	if slices.ContainsFunc(whens, func(c choice) bool { return c.Value == schedule }) {
		return schedule, usualClock
	}
	m := cronAt.FindStringSubmatch(strings.ToLower(schedule))
	if m == nil {
		return whenOwn, usualClock
	}
	for choice, days := range cronOf {
		if m[3]+" * "+m[4] == days {
			return choice, clock(m[2], m[1])
		}
	}
	return whenOwn, usualClock
}

// choice is one of several values, with its name.
type choice struct{ Value, Label string }

var (
	syncNameForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	cellForm        = regexp.MustCompile(`^[A-Z]{1,3}[1-9][0-9]{0,6}$`)
	spreadsheetForm = regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`)
)

// wrong is what a form cannot have, in words, and the step that asks for it.
type wrong struct {
	step int
	text string
}

// check finds the first thing that keeps a form from being a sync, up to a step; nil is nothing.
func (s *site) check(f syncForm, last int) *wrong {
	sync := f.sync()
	for _, check := range []struct {
		step  int
		check func(syncForm, clips.Sync) string
	}{
		{stepAccount, s.checkAccount},
		{stepSpreadsheet, checkSpreadsheet},
		{stepTable, s.checkTable},
		{stepSchedule, s.checkSchedule},
	} {
		if check.step > last {
			break
		}
		if text := check.check(f, sync); text != "" {
			return &wrong{check.step, text}
		}
	}
	return nil
}

func (s *site) checkAccount(f syncForm, _ clips.Sync) string {
	if f.clip.ID == 0 {
		return "Choose the clip whose result goes into the spreadsheet."
	}
	return ""
}

func checkSpreadsheet(_ syncForm, sync clips.Sync) string {
	switch {
	case sync.Spreadsheet == "":
		return "Paste the address of the spreadsheet, as the browser shows it."
	case !spreadsheetForm.MatchString(sync.Spreadsheet):
		return "That is no address of a Google spreadsheet: open it in the browser, and copy the whole address from there."
	}
	return ""
}

func (s *site) checkTable(f syncForm, sync clips.Sync) string {
	if text := checkCells(sync); text != "" {
		return text
	}
	switch sync.Mode {
	case clips.SyncReplace, clips.SyncAppend, clips.SyncSnapshot, clips.SyncColumn, clips.SyncValue:
	case clips.SyncUpsert:
		if len(sync.Key) == 0 {
			return "Say by which columns a row is found again: their names, with commas between them."
		}
	default:
		return "Choose how rows become cells."
	}
	if keep, err := strconv.Atoi(cmp.Or(f.text("keep"), "0")); err != nil || keep < 0 {
		return "How many periods are kept is a number; 0 keeps all."
	}
	if _, err := clips.Bind(sync.Clip.Revision, sync.Params, s.Now(), zoneNamed(sync.Clip.Revision.TimeZone)); err != nil {
		return clips.NoticeOf(err)
	}
	return ""
}

func checkCells(sync clips.Sync) string {
	switch {
	case sync.Tab == "":
		return "Give the tab a name; it is made if the spreadsheet has none of it."
	case !cellForm.MatchString(sync.At):
		return "The upper left cell is written like A1."
	case sync.AsOfCell != "" && !cellForm.MatchString(sync.AsOfCell):
		return "The cell for the moment of the data is written like A1, or left empty."
	}
	return ""
}

func (s *site) checkSchedule(_ syncForm, sync clips.Sync) string {
	if len(sync.Name) > 100 || !syncNameForm.MatchString(sync.Name) || sync.Name == "new" {
		return "A sync is named with small letters, digits and single hyphens, such as revenue-to-board, and not “new”."
	}
	if sync.Schedule == "" {
		return ""
	}
	if _, err := s.Syncs.Slots(sync.Schedule, sync.TimeZone, s.Now(), 1); err != nil {
		return clips.NoticeOf(err)
	}
	return ""
}
