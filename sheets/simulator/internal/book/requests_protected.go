package book

import (
	"slices"
	"strings"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

func (e *edit) addProtectedRange(r *wire.Message) (*wire.Message, error) {
	p := r.Message("protectedRange")
	s, err := e.protectedHome(p)
	if err != nil {
		return nil, err
	}
	id, err := e.objectID("protectedRanges", "protectedRangeId", "a protected range", p)
	if err != nil {
		return nil, err
	}
	p = e.withEditors(p.Without("requestingUserCanEdit").With("protectedRangeId", id))
	e.addObject(s, "protectedRanges", p)
	return wire.New("protectedRange", e.shownProtection(p)), nil
}

// protectedHome finds the sheet of a protection and refuses one that is not whole.
func (e *edit) protectedHome(p *wire.Message) (s *Sheet, err error) {
	var a grid.Area
	switch {
	case p.Has("namedRangeId"):
		s, a, err = e.namedArea(p.Text("namedRangeId"))
	case p.Has("tableId"):
		var i int
		if s, i = e.find("tables", "tableId", p.Text("tableId")); s == nil {
			return nil, invalid("No table with ID: %s", p.Text("tableId"))
		}
		a, err = areaOf(s.list("tables")[i].Message("range"))
	default:
		s, a, err = e.looseArea(p.Message("range"))
	}
	if err != nil {
		return nil, err
	}
	if p.Has("unprotectedRanges") && a != grid.Everything {
		return nil, invalid("Unprotected ranges are only supported on protected sheets.")
	}
	return s, nil
}

// withEditors makes who protects something one of those who may edit it.
func (e *edit) withEditors(p *wire.Message) *wire.Message {
	if p.Bool("warningOnly") {
		return p.Without("editors")
	}
	editors := p.Message("editors")
	users := slices.Clone(editors.List("users"))
	if !slices.ContainsFunc(users, func(u any) bool { return strings.EqualFold(u.(string), e.by.Email) }) {
		users = append(users, e.by.Email)
	}
	return p.With("editors", editors.With("users", users))
}

func (e *edit) updateProtectedRange(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "ProtectedRange")
	if err != nil {
		return nil, err
	}
	sent := r.Message("protectedRange")
	s, i := e.find("protectedRanges", "protectedRangeId", float64(sent.Int("protectedRangeId")))
	if s == nil {
		return nil, invalid("No protected range with ID: %d", sent.Int("protectedRangeId"))
	}
	old := s.list("protectedRanges")[i]
	if !old.Bool("warningOnly") && !e.mayEdit(old) {
		return nil, errProtected
	}
	written := mask.Only("range", "namedRangeId", "tableId", "description", "warningOnly", "editors", "unprotectedRanges")
	after := e.withEditors(written.Apply(old, sent))
	if _, err := e.protectedHome(after); err != nil {
		return nil, err
	}
	e.replaceObject(s, "protectedRanges", i, after)
	return nil, nil
}

func (e *edit) deleteProtectedRange(r *wire.Message) (*wire.Message, error) {
	s, i := e.find("protectedRanges", "protectedRangeId", float64(r.Int("protectedRangeId")))
	if s == nil {
		return nil, invalid("No protected range with ID: %d", r.Int("protectedRangeId"))
	}
	if old := s.list("protectedRanges")[i]; !old.Bool("warningOnly") && !e.mayEdit(old) {
		return nil, errProtected
	}
	e.replaceObject(s, "protectedRanges", i, nil)
	return nil, nil
}

// shownProtection is a protection as the editor sees it: who may edit is told only to those who may.
func (e *edit) shownProtection(p *wire.Message) *wire.Message {
	may := p.Bool("warningOnly") || e.mayEdit(p)
	if !may {
		p = p.Without("editors")
	}
	return p.With("requestingUserCanEdit", may)
}
