package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// selection is a part of the SQL that is tried alone.
type selection struct {
	sql string // empty: all of it
	at  int    // characters in front of it
}

func selectionOf(form url.Values) selection {
	at, _ := strconv.Atoi(form.Get("selected_at"))
	return selection{strings.ReplaceAll(form.Get("selected"), "\r\n", "\n"), max(at, 0)}
}

// only is the draft with the selection as its SQL, and the parameters that it uses. What is wrong with it is said at
// its place in the whole.
func (s *site) only(d draft, of selection, who clips.Person) (draft, error) {
	if of.sql == "" {
		return d, nil
	}
	names, err := clips.ParamNames(of.sql)
	if err != nil {
		return d, of.moved(err)
	}
	rev := d.Clip.Revision
	d.Clip.Revision.SQL, d.Clip.Revision.Params = of.sql, nil
	for _, name := range names {
		for _, p := range rev.Params {
			if p.Name == name {
				d.Clip.Revision.Params = append(d.Clip.Revision.Params, p)
			}
		}
	}
	return d, of.moved(s.checkDraft(&d, who))
}

// moved has an error at its place in the whole SQL.
func (of selection) moved(err error) error {
	e, ok := errors.AsType[*clips.Error](err)
	if !ok || e.Position == 0 || of.sql == "" {
		return err
	}
	there := *e
	there.Position += of.at
	return &there
}
