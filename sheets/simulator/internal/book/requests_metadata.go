package book

import (
	"slices"

	"clipsheet/sheets/simulator/internal/wire"
)

// createMetadata adds an entry. An id that is asked for must be free: a batch that creates one is applied once.
func (e *edit) createMetadata(r *wire.Message) (*wire.Message, error) {
	d := r.Message("developerMetadata")
	m := metadata{id: d.Int("metadataId"), project: e.by.Project}
	switch {
	case d == nil:
		return nil, invalid("developerMetadata is required")
	case m.id < 0 || d.Has("metadataId") && m.id == 0:
		return nil, invalid("The developer metadata ID must be positive.")
	case e.metadataTaken(m.id):
		return nil, invalid("Cannot add developer metadata with ID [%d] because developer metadata with that ID already exists.", m.id)
	}
	if m.id == 0 {
		m.id = e.newID(e.metadataTaken)
	}
	if err := e.fillMetadata(&m, d); err != nil {
		return nil, err
	}
	e.metadata = append(e.metadata, m)
	if err := e.checkMetadata(); err != nil {
		return nil, err
	}
	return wire.New("developerMetadata", m.message()), nil
}

func (e *edit) fillMetadata(m *metadata, d *wire.Message) (err error) {
	m.key, m.value, m.visibility = d.Text("metadataKey"), d.Text("metadataValue"), d.Text("visibility")
	if m.key == "" {
		return invalid("Developer metadata must have a key.")
	}
	if m.visibility != "DOCUMENT" && m.visibility != "PROJECT" {
		return invalid("Developer metadata must have a visibility.")
	}
	m.at, err = e.readLocation(d.Message("location"))
	return err
}

func (e *edit) updateMetadata(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "DeveloperMetadata")
	if err != nil {
		return nil, err
	}
	filters := r.Messages("dataFilters")
	if len(filters) == 0 {
		return nil, invalid("Must specify at least one data filter.")
	}
	written := mask.Only("metadataKey", "metadataValue", "visibility", "location")
	var updated []*wire.Message
	for i := range e.metadata {
		matches, err := e.matchesAny(e.metadata[i], filters)
		if err != nil {
			return nil, err
		}
		if len(matches) == 0 {
			continue
		}
		if err := e.fillMetadata(&e.metadata[i], written.Apply(e.metadata[i].message(), r.Message("developerMetadata"))); err != nil {
			return nil, err
		}
		updated = append(updated, e.metadata[i].message())
	}
	if err := e.checkMetadata(); err != nil {
		return nil, err
	}
	return wire.New("developerMetadata", wire.ListOf(updated)), nil
}

func (e *edit) deleteMetadata(r *wire.Message) (*wire.Message, error) {
	filter := r.Message("dataFilter")
	if filter.Len() == 0 {
		return nil, invalid("A data filter is required.")
	}
	var deleted []*wire.Message
	var wrong error
	e.metadata = slices.DeleteFunc(e.metadata, func(m metadata) bool {
		matches, err := e.matchesAny(m, []*wire.Message{filter})
		if err != nil {
			wrong = err
		}
		if len(matches) > 0 {
			deleted = append(deleted, m.message())
		}
		return len(matches) > 0
	})
	return wire.New("deletedDeveloperMetadata", wire.ListOf(deleted)), wrong
}
