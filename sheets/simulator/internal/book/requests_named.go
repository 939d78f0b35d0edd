package book

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

var rangeName = regexp.MustCompile(`^[\pL_][\pL\pN_.]{0,249}$`)

// namedRange finds a named range by its name.
func (b *Book) namedRange(name string) *wire.Message {
	for _, n := range b.named {
		if strings.EqualFold(n.Text("name"), name) {
			return n
		}
	}
	return nil
}

// checkName refuses what is no name, could be read as cells, or is taken.
func (e *edit) checkName(name, id string) error {
	_, isArea := readArea(name)
	if !rangeName.MatchString(name) || isArea || strings.EqualFold(name, "TRUE") || strings.EqualFold(name, "FALSE") {
		return invalid("The name of a named range must begin with a letter or an underscore, hold only letters, numbers and " +
			"underscores, and not look like a cell.")
	}
	if other := e.namedRange(name); other != nil && other.Text("namedRangeId") != id {
		return invalid("Cannot add named range with name %s, a named range with that name already exists.", name)
	}
	return nil
}

func (e *edit) addNamedRange(r *wire.Message) (*wire.Message, error) {
	n := r.Message("namedRange")
	if _, _, err := e.looseArea(n.Message("range")); err != nil {
		return nil, err
	}
	id := n.Text("namedRangeId")
	taken := func(id string) bool {
		return slices.ContainsFunc(e.named, func(o *wire.Message) bool { return o.Text("namedRangeId") == id })
	}
	if taken(id) {
		return nil, invalid("Cannot add named range with ID %s, a named range with that ID already exists.", id)
	}
	if id == "" {
		id = strconv.Itoa(e.newID(func(id int) bool { return taken(strconv.Itoa(id)) }))
	}
	if err := e.checkName(n.Text("name"), ""); err != nil {
		return nil, err
	}
	n = wire.New("namedRangeId", id, "name", n.Text("name"), "range", n.Message("range"))
	e.named = append(e.named, n)
	return wire.New("namedRange", n), nil
}

func (e *edit) updateNamedRange(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "NamedRange")
	if err != nil {
		return nil, err
	}
	sent := r.Message("namedRange")
	i := e.namedIndex(sent.Text("namedRangeId"))
	if i < 0 {
		return nil, invalid("No named range with ID: %s", sent.Text("namedRangeId"))
	}
	old := e.named[i]
	after := mask.Only("name", "range").Apply(old, sent)
	if err := e.checkName(after.Text("name"), old.Text("namedRangeId")); err != nil {
		return nil, err
	}
	if _, _, err := e.looseArea(after.Message("range")); err != nil {
		return nil, err
	}
	e.named[i] = after
	if after.Text("name") != old.Text("name") {
		for _, s := range e.sheets {
			e.eachFormula(s, func(_ *Sheet, f *formula.Formula) *formula.Formula {
				return f.Rename(old.Text("name"), after.Text("name"))
			})
		}
	}
	return nil, nil
}

func (e *edit) deleteNamedRange(r *wire.Message) (*wire.Message, error) {
	i := e.namedIndex(r.Text("namedRangeId"))
	if i < 0 {
		return nil, invalid("No named range with ID: %s", r.Text("namedRangeId"))
	}
	e.named = slices.Delete(e.named, i, i+1)
	return nil, nil
}

func (e *edit) namedIndex(id string) int {
	return slices.IndexFunc(e.named, func(n *wire.Message) bool { return n.Text("namedRangeId") == id })
}

// named is the area of a named range, for a protection or a filter that is backed by one.
func (e *edit) namedArea(id string) (*Sheet, grid.Area, error) {
	i := e.namedIndex(id)
	if i < 0 {
		return nil, grid.Area{}, invalid("No named range with ID: %s", id)
	}
	return e.looseArea(e.named[i].Message("range"))
}
