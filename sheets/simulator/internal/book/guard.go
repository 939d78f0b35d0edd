package book

import (
	"slices"
	"strings"

	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// guard refuses a change of an area that somebody else has protected. A protection that only warns does not count.
func (e *edit) guard(s *Sheet, a grid.Area) error {
	for _, p := range s.list("protectedRanges") {
		if p.Bool("warningOnly") || e.mayEdit(p) {
			continue
		}
		home, area, ok := e.protected(s, p)
		if ok && home == s.id && area.Meets(a) && !openedUp(p, a) {
			return errProtected
		}
	}
	return nil
}

// guardSheet refuses to change a sheet as a whole when anything in it is protected.
func (e *edit) guardSheet(s *Sheet) error { return e.guard(s, grid.Everything) }

func (e *edit) mayEdit(p *wire.Message) bool {
	editors := p.Message("editors")
	return e.by.Owner || editors.Bool("domainUsersCanEdit") ||
		slices.ContainsFunc(editors.List("users"), func(u any) bool { return strings.EqualFold(u.(string), e.by.Email) })
}

// protected is the area of a protection, which may be that of a named range or a table.
func (e *edit) protected(s *Sheet, p *wire.Message) (sheet int, a grid.Area, ok bool) {
	r := p.Message("range")
	if id := p.Text("namedRangeId"); id != "" {
		for _, n := range e.named {
			if n.Text("namedRangeId") == id {
				r = n.Message("range")
			}
		}
	}
	if id := p.Text("tableId"); id != "" {
		for _, t := range s.list("tables") {
			if t.Text("tableId") == id {
				r = t.Message("range")
			}
		}
	}
	if r == nil {
		return 0, grid.Area{}, false
	}
	a, err := areaOf(r)
	return r.Int("sheetId"), a, err == nil
}

// openedUp tells whether an area lies in one that a protected sheet leaves open.
func openedUp(p *wire.Message, a grid.Area) bool {
	return slices.ContainsFunc(p.Messages("unprotectedRanges"), func(m *wire.Message) bool {
		open, err := areaOf(m)
		return err == nil && open.Covers(a)
	})
}
