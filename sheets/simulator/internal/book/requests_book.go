package book

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/locale"
	"clipsheet/sheets/simulator/internal/wire"
)

func (e *edit) updateSpreadsheetProperties(r *wire.Message) (*wire.Message, error) {
	mask, err := readMask(r.Text("fields"), "SpreadsheetProperties")
	if err != nil {
		return nil, err
	}
	props := mask.Project(r.Message("properties"))
	if mask.Has("title") && props.Text("title") == "" {
		return nil, invalid("The title of the spreadsheet cannot be empty.")
	}
	return nil, e.setProperties(props, mask)
}

// setProperties changes what was sent of the properties. defaultFormat is read only.
func (e *edit) setProperties(props *wire.Message, mask *wire.Mask) error {
	if name := props.Text("locale"); name != "" {
		l, ok := locale.Find(name)
		if !ok {
			return invalid("Unsupported locale: %s", name)
		}
		e.relocate(l)
		e.props = e.props.With("locale", name)
	}
	if name := props.Text("timeZone"); name != "" {
		zone, err := zoneNamed(name)
		if err != nil {
			return invalid("Invalid time zone: %s", name)
		}
		e.zone = zone
		e.props = e.props.With("timeZone", name)
	}
	for _, field := range []string{"title", "autoRecalc"} {
		if text := props.Text(field); text != "" {
			e.props = e.props.With(field, text)
		}
	}
	if mask == nil || mask.Has("iterativeCalculationSettings") {
		e.props = e.props.With("iterativeCalculationSettings", props.Get("iterativeCalculationSettings"))
	}
	if props.Bool("importFunctionsExternalUrlAccessAllowed") {
		e.props = e.props.With("importFunctionsExternalUrlAccessAllowed", true)
	}
	return nil
}

// relocate makes formulas spell as the new locale does.
func (e *edit) relocate(l locale.Locale) {
	comma := l.CommaDecimal()
	if comma != e.locale.CommaDecimal() {
		for _, s := range e.sheets {
			e.eachFormula(s, func(_ *Sheet, f *formula.Formula) *formula.Formula { return f.Localized(comma) })
		}
	}
	e.locale = l
	e.forget()
}

var offset = regexp.MustCompile(`^GMT([+-])([0-9]{1,2}):?([0-9]{2})$`)

func zoneNamed(name string) (*time.Location, error) {
	if m := offset.FindStringSubmatch(name); m != nil {
		h, _ := strconv.Atoi(m[2])
		min, _ := strconv.Atoi(m[3])
		seconds := h*3600 + min*60
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone(name, seconds), nil
	}
	if name == "Local" {
		return nil, fmt.Errorf("no zone")
	}
	return time.LoadLocation(name)
}
