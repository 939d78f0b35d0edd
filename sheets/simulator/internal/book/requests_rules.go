package book

import (
	"slices"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/wire"
)

// setDataValidation sets or clears the rule of cells. A checkbox fills those that are empty with FALSE.
func (e *edit) setDataValidation(r *wire.Message) (*wire.Message, error) {
	s, a, err := e.area(r.Message("range"))
	if err != nil {
		return nil, err
	}
	if err := e.guard(s, a); err != nil {
		return nil, err
	}
	rule := r.Message("rule")
	if rule != nil && rule.Message("condition").Text("type") == "" {
		return nil, invalid("A data validation rule must have a condition.")
	}
	checkbox := rule.Message("condition").Text("type") == "BOOLEAN"
	s = e.own(s)
	for row := a.Rows.Start; row < a.Rows.End; row++ {
		for col := a.Cols.Start; col < a.Cols.End; col++ {
			if rule == nil && s.at(row, col) == nil {
				continue
			}
			x := e.cell(s, row, col)
			x.setMore(x.more.With("dataValidation", rule))
			if checkbox && x.blank() {
				e.set(s, x, formula.BoolOf(false), nil)
			}
		}
	}
	return nil, nil
}

// addRule adds a rule of conditional formatting, by default before all others.
func (e *edit) addRule(r *wire.Message) (*wire.Message, error) {
	rule := r.Message("rule")
	s, err := e.ruleHome(rule)
	if err != nil {
		return nil, err
	}
	list := s.list("conditionalFormats")
	at := r.Int("index")
	if at < 0 || at > len(list) {
		return nil, invalid("No conditional format on sheet: %d at index: %d", s.id, at)
	}
	e.own(s).setList("conditionalFormats", slices.Insert(slices.Clone(list), at, rule))
	return nil, nil
}

// ruleHome finds the sheet of a rule, on which all its ranges must be.
func (e *edit) ruleHome(rule *wire.Message) (*Sheet, error) {
	if !rule.Has("booleanRule") && !rule.Has("gradientRule") {
		return nil, invalid("A conditional format rule must be a boolean rule or a gradient rule.")
	}
	var home *Sheet
	for _, m := range rule.Messages("ranges") {
		s, _, err := e.looseArea(m)
		if err != nil {
			return nil, err
		}
		if home != nil && s != home {
			return nil, invalid("All ranges of a conditional format rule must be on the same sheet.")
		}
		home = s
	}
	if home == nil {
		return nil, invalid("A conditional format rule must have ranges.")
	}
	return home, nil
}

// updateRule puts another rule in the place of one, or moves one.
func (e *edit) updateRule(r *wire.Message) (*wire.Message, error) {
	s := e.sheet(r.Int("sheetId"))
	if rule := r.Message("rule"); rule != nil {
		var err error
		if s, err = e.ruleHome(rule); err != nil {
			return nil, err
		}
	}
	at, list, err := e.ruleAt(s, r)
	if err != nil {
		return nil, err
	}
	old := list[at]
	if rule := r.Message("rule"); rule != nil {
		list[at] = rule
		e.own(s).setList("conditionalFormats", list)
		return wire.New("oldRule", old, "oldIndex", at, "newRule", rule, "newIndex", at), nil
	}
	to := r.Int("newIndex")
	if to < 0 || to >= len(list) {
		return nil, invalid("No conditional format on sheet: %d at index: %d", s.id, to)
	}
	list = slices.Insert(slices.Delete(list, at, at+1), to, old)
	e.own(s).setList("conditionalFormats", list)
	return wire.New("oldRule", old, "oldIndex", at, "newRule", old, "newIndex", to), nil
}

func (e *edit) deleteRule(r *wire.Message) (*wire.Message, error) {
	s := e.sheet(r.Int("sheetId"))
	at, list, err := e.ruleAt(s, r)
	if err != nil {
		return nil, err
	}
	old := list[at]
	e.own(s).setList("conditionalFormats", slices.Delete(list, at, at+1))
	return wire.New("rule", old), nil
}

func (e *edit) ruleAt(s *Sheet, r *wire.Message) (int, []*wire.Message, error) {
	at := r.Int("index")
	if s == nil {
		return 0, nil, invalid("No sheet with id: %d", r.Int("sheetId"))
	}
	list := s.list("conditionalFormats")
	if at < 0 || at >= len(list) {
		return 0, nil, invalid("No conditional format on sheet: %d at index: %d", s.id, at)
	}
	return at, list, nil
}
