package book

import (
	"clipsheet/sheets/simulator/internal/wire"
)

func (e *edit) addBanding(r *wire.Message) (*wire.Message, error) {
	b := r.Message("bandedRange")
	s, a, err := e.area(b.Message("range"))
	if err != nil {
		return nil, err
	}
	for _, other := range s.list("bandedRanges") {
		if there, err := areaOf(other.Message("range")); err == nil && there.Meets(a) {
			return nil, invalid("You cannot add alternating background colors to a range that already has alternating background colors.")
		}
	}
	id, err := e.objectID("bandedRanges", "bandedRangeId", "a banded range", b)
	if err != nil {
		return nil, err
	}
	b = b.With("bandedRangeId", id)
	e.addObject(s, "bandedRanges", b)
	return wire.New("bandedRange", b), nil
}

func (e *edit) updateBanding(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "BandedRange")
	if err != nil {
		return nil, err
	}
	sent := r.Message("bandedRange")
	s, i := e.find("bandedRanges", "bandedRangeId", float64(sent.Int("bandedRangeId")))
	if s == nil {
		return nil, invalid("No banded range with ID: %d", sent.Int("bandedRangeId"))
	}
	after := mask.Only("range", "rowProperties", "columnProperties").Apply(s.list("bandedRanges")[i], sent)
	if _, _, err := e.area(after.Message("range")); err != nil {
		return nil, err
	}
	e.replaceObject(s, "bandedRanges", i, after)
	return nil, nil
}

func (e *edit) deleteBanding(r *wire.Message) (*wire.Message, error) {
	s, i := e.find("bandedRanges", "bandedRangeId", float64(r.Int("bandedRangeId")))
	if s == nil {
		return nil, invalid("No banded range with ID: %d", r.Int("bandedRangeId"))
	}
	e.replaceObject(s, "bandedRanges", i, nil)
	return nil, nil
}

// addChart keeps a chart, so that its sources follow the cells they mean. A chart on a sheet of its own is not known.
func (e *edit) addChart(r *wire.Message) (*wire.Message, error) {
	c := r.Message("chart")
	position := c.Message("position")
	anchor := position.Message("overlayPosition").Message("anchorCell")
	if position.Bool("newSheet") || position.Has("sheetId") {
		return nil, invalid("This simulator of Google Sheets knows no charts on sheets of their own.")
	}
	s := e.sheet(anchor.Int("sheetId"))
	if s == nil {
		return nil, invalid("No grid with id: %d", anchor.Int("sheetId"))
	}
	id, err := e.objectID("charts", "chartId", "a chart", c)
	if err != nil {
		return nil, err
	}
	c = c.With("chartId", id)
	e.addObject(s, "charts", c)
	return wire.New("chart", c), nil
}

func (e *edit) updateChartSpec(r *wire.Message) (*wire.Message, error) {
	s, i := e.find("charts", "chartId", float64(r.Int("chartId")))
	if s == nil {
		return nil, invalid("No chart with ID: %d", r.Int("chartId"))
	}
	e.replaceObject(s, "charts", i, s.list("charts")[i].With("spec", r.Message("spec")))
	return nil, nil
}

func (e *edit) deleteChart(r *wire.Message) (*wire.Message, error) {
	s, i := e.find("charts", "chartId", float64(r.Int("objectId")))
	if s == nil {
		return nil, invalid("No embedded object with ID: %d", r.Int("objectId"))
	}
	e.replaceObject(s, "charts", i, nil)
	return nil, nil
}
