package book

import (
	"clipsheet/sheets/simulator/internal/grid"
	"clipsheet/sheets/simulator/internal/wire"
)

// lookup is a DeveloperMetadataLookup, read.
type lookup struct {
	m     *wire.Message
	at    *location
	exact bool
}

func (b *Book) readLookup(m *wire.Message) (lookup, error) {
	l := lookup{m: m}
	kind, strategy := m.Text("locationType"), m.Text("locationMatchingStrategy")
	l.exact = strategy == "EXACT_LOCATION"
	if loc := m.Message("metadataLocation"); loc != nil {
		at, err := b.readLocation(loc)
		if err != nil {
			return l, err
		}
		l.at = &at
	}
	switch {
	case strategy != "" && l.at == nil:
		return l, invalid("A metadata location must be specified when a location matching strategy is.")
	case l.exact && kind != "":
		return l, invalid("The location type must be left unspecified when the location matching strategy is EXACT_LOCATION.")
	case kind == "SPREADSHEET" && (strategy == "INTERSECTING_LOCATION" || l.at != nil && l.at.kind != onBook):
		return l, invalid("The location type cannot be SPREADSHEET with intersecting locations.")
	case m.Len() == 0:
		return l, invalid("A developer metadata lookup must specify at least one field.")
	}
	return l, nil
}

// selects tells whether an entry has everything the lookup asks for.
func (l lookup) selects(m metadata) bool {
	is := func(field string, value any) bool { return !l.m.Has(field) || l.m.Get(field) == value }
	if !is("metadataId", float64(m.id)) || !is("metadataKey", m.key) || !is("metadataValue", m.value) ||
		!is("visibility", m.visibility) || !is("locationType", m.at.kind.String()) {
		return false
	}
	switch {
	case l.at == nil:
		return true
	case l.exact:
		return m.at == *l.at
	}
	return m.at.intersects(*l.at)
}

// matchesAny gives the filters that select an entry.
func (e *edit) matchesAny(m metadata, filters []*wire.Message) ([]*wire.Message, error) {
	return e.Book.matching(m, filters, e.by)
}

func (b *Book) matching(m metadata, filters []*wire.Message, by Editor) ([]*wire.Message, error) {
	var matched []*wire.Message
	for _, f := range filters {
		ok, err := b.filterSelects(f, m)
		if err != nil {
			return nil, err
		}
		if ok && m.visibleTo(by) {
			matched = append(matched, f)
		}
	}
	return matched, nil
}

func (b *Book) filterSelects(f *wire.Message, m metadata) (bool, error) {
	if f.Has("developerMetadataLookup") {
		l, err := b.readLookup(f.Message("developerMetadataLookup"))
		return err == nil && l.selects(m), err
	}
	s, a, err := b.filterArea(f)
	if err != nil {
		return false, err
	}
	return m.at.kind != onBook && m.at.sheet == s.id && m.at.area().Meets(a), nil
}

// filterArea reads a filter that is a range.
func (b *Book) filterArea(f *wire.Message) (*Sheet, grid.Area, error) {
	switch {
	case f.Has("a1Range"):
		return b.Resolve(f.Text("a1Range"))
	case f.Has("gridRange"):
		e := edit{Book: b}
		return e.looseArea(f.Message("gridRange"))
	}
	return nil, grid.Area{}, invalid("A data filter must specify what it selects.")
}

// match is an area some filters select.
type match struct {
	sheet   *Sheet
	area    grid.Area
	filters []*wire.Message
}

// filtered finds the areas that filters select: their ranges, and the rows, columns and sheets their entries hang on.
func (b *Book) filtered(filters []*wire.Message, by Editor) ([]match, error) {
	var all []match
	add := func(s *Sheet, a grid.Area, f *wire.Message) {
		for i := range all {
			if all[i].sheet == s && all[i].area == a {
				all[i].filters = append(all[i].filters, f)
				return
			}
		}
		all = append(all, match{s, a, []*wire.Message{f}})
	}
	for _, f := range filters {
		if !f.Has("developerMetadataLookup") {
			s, a, err := b.filterArea(f)
			if err != nil {
				return nil, err
			}
			add(s, a, f)
			continue
		}
		for _, m := range b.metadata {
			matched, err := b.matching(m, []*wire.Message{f}, by)
			if err != nil {
				return nil, err
			}
			if len(matched) == 0 {
				continue
			}
			for _, s := range b.sheets {
				if m.at.kind == onBook || m.at.sheet == s.id {
					add(s, m.at.area(), f)
				}
			}
		}
	}
	return all, nil
}

// SearchMetadata is developerMetadata.search.
func (b *Book) SearchMetadata(r *wire.Message, by Editor) (*wire.Message, error) {
	filters := r.Messages("dataFilters")
	if len(filters) == 0 {
		return nil, invalid("Must specify at least one data filter.")
	}
	var found []*wire.Message
	for _, m := range b.metadata {
		matched, err := b.matching(m, filters, by)
		if err != nil {
			return nil, err
		}
		if len(matched) > 0 {
			found = append(found, wire.New("developerMetadata", m.message(), "dataFilters", wire.ListOf(matched)))
		}
	}
	for _, f := range filters { // so that a filter that makes no sense is refused even when there is no entry
		if _, err := b.filtered([]*wire.Message{f}, by); err != nil {
			return nil, err
		}
		if f.Has("developerMetadataLookup") {
			if _, err := b.readLookup(f.Message("developerMetadataLookup")); err != nil {
				return nil, err
			}
		}
	}
	return wire.New("matchedDeveloperMetadata", wire.ListOf(found)), nil
}

// Metadata is developerMetadata.get.
func (b *Book) Metadata(id int, by Editor) (*wire.Message, error) {
	for _, m := range b.metadata {
		if m.id == id && m.visibleTo(by) {
			return m.message(), nil
		}
	}
	return nil, &Error{"NOT_FOUND", "Requested entity was not found."}
}

// AllMetadata is every entry there is, by id.
func (b *Book) AllMetadata() []*wire.Message {
	all := make([]*wire.Message, len(b.metadata))
	for i, m := range b.metadata {
		all[i] = m.message()
	}
	return all
}
