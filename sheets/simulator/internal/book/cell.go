package book

import (
	"strings"
	"unicode/utf8"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/wire"
)

// cellFields is what of a cell a request writes.
type cellFields struct {
	value bool
	more  *wire.Mask
}

// writable are the fields of CellData besides the value that can be written; the rest is computed.
var writable = []string{
	"userEnteredFormat", "dataValidation", "note", "textFormatRuns", "chipRuns", "pivotTable", "dataSourceTable",
}

var allWritable = cellFields{value: true, more: (*wire.Mask)(nil).Only(writable...)}

// readFields reads the field mask of a request that writes cells.
func readFields(text string) (cellFields, error) {
	mask, err := readMask(text, "CellData")
	if err != nil {
		return cellFields{}, err
	}
	return cellFields{value: mask.Has("userEnteredValue"), more: mask.Only(writable...)}, nil
}

// readMask reads the field mask of a request, whose names must be fields of a type.
func readMask(text, typeName string) (*wire.Mask, error) {
	if text == "" {
		return nil, invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
	}
	mask, err := wire.ParseMask(text)
	if err != nil {
		return nil, invalid("Invalid field: %s", text)
	}
	mask, missing := mask.For(wire.TypeOf(typeName), true)
	if missing != "" {
		return nil, invalid("Invalid field: %s", missing)
	}
	return mask, nil
}

// write puts what was sent of a cell into it. What is meant but was not sent is cleared.
func (e *edit) write(s *Sheet, r, c int, data *wire.Message, f cellFields) error {
	x := e.cell(s, r, c)
	if f.value {
		if err := e.enter(s, x, data.Message("userEnteredValue")); err != nil {
			return err
		}
	}
	if !f.more.Empty() {
		more := f.more.Apply(x.more, data)
		if more.Text("note") == "" {
			more = more.Without("note")
		}
		x.setMore(more)
	}
	return nil
}

func (x *cell) setMore(more *wire.Message) {
	if more.Len() == 0 {
		more = nil
	}
	x.more = more
}

// enter puts an ExtendedValue into a cell. What was rich text is plain again.
func (e *edit) enter(s *Sheet, x *cell, v *wire.Message) error {
	value, f, err := e.read(v)
	if err != nil {
		return err
	}
	e.set(s, x, value, f)
	return nil
}

func (e *edit) set(s *Sheet, x *cell, value formula.Value, f *formula.Formula) {
	x.value, x.formula = value, f
	if x.more != nil {
		x.setMore(x.more.Without("textFormatRuns").Without("chipRuns"))
	}
	if f != nil {
		s.formulas = true
		s.spilling = s.spilling || f.Spills()
	}
}

// read reads an ExtendedValue. None, or an empty text, is an empty cell.
func (e *edit) read(v *wire.Message) (formula.Value, *formula.Formula, error) {
	switch {
	case v.Has("numberValue"):
		n, _ := v.Number("numberValue")
		return formula.Of(n), nil, nil
	case v.Has("boolValue"):
		return formula.BoolOf(v.Bool("boolValue")), nil, nil
	case v.Has("stringValue"):
		return textValue(v.Text("stringValue"))
	case v.Has("formulaValue"):
		text := v.Text("formulaValue")
		if !strings.HasPrefix(text, "=") {
			return formula.Value{}, nil, invalid("A formula value must begin with '='.")
		}
		if utf8.RuneCountInString(text) > mostCharacters {
			return formula.Value{}, nil, errTooLong
		}
		return formula.Value{}, formula.Read(text, e.locale.CommaDecimal()), nil
	case v.Has("errorValue"):
		return formula.Value{}, nil, invalid("An error value cannot be written.")
	}
	return formula.Value{}, nil, nil
}

func textValue(text string) (formula.Value, *formula.Formula, error) {
	switch {
	case text == "":
		return formula.Value{}, nil, nil
	case len(text) > mostCharacters && utf8.RuneCountInString(text) > mostCharacters:
		return formula.Value{}, nil, errTooLong
	}
	return formula.TextOf(text), nil, nil
}

// extended writes a value as an ExtendedValue; nil for an empty one.
func extended(v formula.Value) *wire.Message {
	switch v.Kind {
	case formula.Number:
		return wire.New("numberValue", v.Num)
	case formula.Text:
		return wire.New("stringValue", v.Str)
	case formula.Bool:
		return wire.New("boolValue", v.True())
	case formula.Failed:
		return wire.New("errorValue", wire.New("type", v.Fault().API(), "message", v.Str))
	}
	return nil
}

// entered is what the user entered into a cell, as an ExtendedValue.
func (x *cell) entered() *wire.Message {
	if x == nil {
		return nil
	}
	if x.formula != nil {
		return wire.New("formulaValue", x.formula.Text)
	}
	return extended(x.value)
}

// numberFormat is the format a cell was given for its number.
func (x *cell) numberFormat() *wire.Message {
	if x == nil {
		return nil
	}
	return x.more.Message("userEnteredFormat").Message("numberFormat")
}
