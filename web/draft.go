package web

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"clipsheet/clips"
)

// draft is a clip as the form of the editor has it.
type draft struct {
	Clip   clips.Clip // its revision's number is the one the author began with; 0 for a new clip
	MaxAge string     // as written, like MaxLag
	MaxLag string
	Tags   string
	Key    string
	Params []draftParam
}

// draftParam is a parameter found in the SQL, with its fields.
type draftParam struct {
	Name, Type, Default, Label, Choices string
	Try                                 string // a value to try with, where there is no default
}

// draftOf fills the form with a clip.
func draftOf(c clips.Clip) draft {
	d := draft{Clip: c, MaxAge: c.Revision.MaxAge.String(), Tags: strings.Join(c.Tags, ", "), Key: strings.Join(c.Revision.Key, ", ")}
	if c.Revision.MaxAge%time.Minute == 0 && c.Revision.MaxAge > 0 {
		d.MaxAge = strconv.FormatInt(int64(c.Revision.MaxAge/time.Minute), 10) + "m"
	}
	if c.Revision.MaxLag > 0 {
		d.MaxLag = c.Revision.MaxLag.String()
	}
	for _, p := range c.Revision.Params {
		param := draftParam{Name: p.Name, Type: string(p.Type), Label: p.Label, Choices: strings.Join(p.Choices, ", ")}
		if p.Default != nil {
			param.Default = *p.Default
		}
		d.Params = append(d.Params, param)
	}
	return d
}

const (
	longestSQL  = 1 << 20
	longestForm = 2 << 20
)

// readDraft reads the form. The draft is good for showing the form again, also with an error.
func (s *site) readDraft(w http.ResponseWriter, r *http.Request, who clips.Person) (d draft, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		return d, badRequest("the form cannot be read, or is longer than %d MB: shorten the SQL.", longestSQL>>20)
	}
	field := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	number, _ := strconv.Atoi(field("revision"))
	d = draft{MaxAge: field("max_age"), MaxLag: field("max_lag"), Tags: field("tags"), Key: field("key")}
	d.Clip = clips.Clip{Slug: field("slug"), Title: field("title"), Description: field("description"), Owner: field("owner"), Visibility: clips.Visibility(field("visibility")), Tags: listed(d.Tags),
		Revision: clips.Revision{Number: number, Source: field("source"), SQL: strings.ReplaceAll(r.PostForm.Get("sql"), "\r\n", "\n"),
			Key: listed(d.Key), TimeZone: field("timezone"), OnLag: clips.OnLag(field("on_lag")), Author: who.Email, Message: field("message")}}
	names, err := clips.ParamNames(d.Clip.Revision.SQL)
	for _, name := range names {
		p := draftParam{Name: name, Type: cmp.Or(field("type-"+name), string(clips.ParamText)), Default: field("default-" + name),
			Label: field("label-" + name), Choices: field("choices-" + name), Try: field("try-" + name)}
		d.Params = append(d.Params, p)
		d.Clip.Revision.Params = append(d.Clip.Revision.Params, p.param())
	}
	if err != nil {
		return d, err
	}
	return d, s.checkDraft(&d, who)
}

func (p draftParam) param() clips.Param {
	param := clips.Param{Name: p.Name, Type: clips.ParamType(p.Type), Label: p.Label}
	if p.Default != "" {
		param.Default = &p.Default
	}
	if param.Type == clips.ParamChoice {
		param.Choices = listed(p.Choices)
	}
	return param
}

// listed reads words between commas.
func listed(text string) []string {
	var all []string
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

// checkDraft finds what keeps the SQL from being tried.
func (s *site) checkDraft(d *draft, who clips.Person) (err error) {
	rev := &d.Clip.Revision
	if _, err := clips.ParseVisibility(string(d.Clip.Visibility)); err != nil {
		return err
	}
	switch {
	case !who.May(rev.Source) || !slices.Contains(s.Desk.Sources(), rev.Source):
		return badRequest("choose a source: this one is not there, or you may not read it.")
	case strings.TrimSpace(rev.SQL) == "":
		return badRequest("there is no SQL yet: write a query, such as select 1.")
	case len(rev.SQL) > longestSQL:
		return badRequest("the SQL is longer than %d MB: shorten it.", longestSQL>>20)
	}
	if rev.TimeZone != "" {
		if _, err := time.LoadLocation(rev.TimeZone); err != nil {
			return badRequest("there is no time zone %q: write one like Europe/Berlin, or leave it empty.", rev.TimeZone)
		}
	}
	if rev.MaxAge, err = lengthOf(d.MaxAge, clips.DefaultMaxAge); err != nil {
		return err
	}
	if rev.MaxLag, err = lengthOf(d.MaxLag, 0); err != nil {
		return err
	}
	if rev.OnLag, err = clips.ParseOnLag(string(rev.OnLag)); err != nil {
		return err
	}
	return inParams(clips.CheckParams(*rev))
}

// paramTrouble is an error that is put right among the parameters.
type paramTrouble struct{ error }

func (p paramTrouble) Unwrap() error { return p.error }

func inParams(err error) error {
	if err == nil {
		return nil
	}
	return paramTrouble{err}
}

// lengthOf reads a length of time; nothing is the usual one.
func lengthOf(text string, usual time.Duration) (time.Duration, error) {
	if text == "" {
		return usual, nil
	}
	length, err := time.ParseDuration(text)
	if err != nil || length < 0 {
		return 0, badRequest("%q is no length of time: write one like 30s, 5m or 2h.", text)
	}
	return length, nil
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

var (
	notInSlugs = regexp.MustCompile(`[^a-z0-9]+`)
	umlauts    = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")
)

// slugOf is a name in addresses that a title suggests; empty when it has no letters for one.
func slugOf(title string) string {
	slug := notInSlugs.ReplaceAllString(umlauts.Replace(strings.ToLower(title)), "-")
	return strings.Trim(slug[:min(len(slug), 100)], "-")
}

// complete finds what a clip needs to be kept.
func (d draft) complete() error {
	switch {
	case !slugForm.MatchString(d.Clip.Slug) || len(d.Clip.Slug) > 100 || d.Clip.Slug == "new":
		return badRequest("%q cannot be in an address: use small letters, digits and single hyphens, such as mrr-by-month.", d.Clip.Slug)
	case d.Clip.Title == "":
		return badRequest("the clip has no title: write what people call it.")
	case d.Clip.Revision.Message == "":
		return badRequest("say in a few words what you changed: it stands beside the revision.")
	}
	return nil
}

// given are the values to try with.
func (d draft) given() map[string]string {
	all := map[string]string{}
	for _, p := range d.Params {
		if p.Try != "" {
			all[p.Name] = p.Try
		}
	}
	return all
}
