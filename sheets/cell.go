package sheets

import (
	"strconv"

	gsheets "google.golang.org/api/sheets/v4"
)

// cell is what somebody entered into a cell. The zero value is an empty one.
type cell struct {
	kind   cellKind
	number float64 // of isNumber; 0 or 1 of isBool
	text   string  // of isText; of isFormula and isUnsure with its =
}

type cellKind uint8

const (
	isEmpty cellKind = iota
	isNumber
	isText
	isBool
	isFormula
	isUnsure // a formula, or a text that begins like one: values.* do not tell them apart
)

func numberCell(f float64) cell { return cell{kind: isNumber, number: f} }

// textCell of an empty text is an empty cell: Google makes no difference between the two.
func textCell(s string) cell {
	if s == "" {
		return cell{}
	}
	return cell{kind: isText, text: s}
}

func boolCell(b bool) cell {
	if b {
		return cell{kind: isBool, number: 1}
	}
	return cell{kind: isBool}
}

func (c cell) empty() bool { return c.kind == isEmpty }

// same tells whether a cell of the sheet holds what another one says. A text of ours that begins like a formula comes
// back unsure, and is taken for what it was written as.
func (c cell) same(other cell) bool {
	return c == other || c.kind == isUnsure && other == textCell(c.text)
}

// computes tells whether a cell may be a formula, which is not to be written over with what it reads as.
func (c cell) computes() bool { return c.kind == isFormula || c.kind == isUnsure }

// String is the cell for people.
func (c cell) String() string {
	switch c.kind {
	case isNumber:
		return strconv.FormatFloat(c.number, 'f', -1, 64)
	case isBool:
		if c.number == 1 {
			return "TRUE"
		}
		return "FALSE"
	}
	return c.text
}

// data is the cell as a batch writes it. An empty one is {}, never null, which the API does not take in a row.
func (c cell) data() *gsheets.CellData {
	if c.empty() {
		return &gsheets.CellData{}
	}
	return &gsheets.CellData{UserEnteredValue: c.value()}
}

func (c cell) value() *gsheets.ExtendedValue {
	v := &gsheets.ExtendedValue{}
	switch c.kind {
	case isNumber:
		v.NumberValue = &c.number
	case isBool:
		v.BoolValue = new(c.number == 1)
	case isFormula:
		v.FormulaValue = &c.text
	default:
		v.StringValue = &c.text
	}
	return v
}

// cellOf reads what the API says was entered.
func cellOf(v *gsheets.ExtendedValue) cell {
	switch {
	case v == nil:
		return cell{}
	case v.NumberValue != nil:
		return numberCell(*v.NumberValue)
	case v.BoolValue != nil:
		return boolCell(*v.BoolValue)
	case v.FormulaValue != nil:
		return cell{kind: isFormula, text: *v.FormulaValue}
	case v.StringValue != nil:
		return textCell(*v.StringValue)
	}
	return cell{}
}

// raw is the cell as values.batchUpdate takes it with RAW, where nothing is parsed. nil leaves a cell as it is, which
// is only right on a fresh tab.
func (c cell) raw() any {
	switch c.kind {
	case isNumber:
		return c.number
	case isBool:
		return c.number == 1
	case isEmpty:
		return nil
	}
	return c.text
}

// cellOfRaw reads a value as values.* renders it with FORMULA.
func cellOfRaw(v any) cell {
	switch v := v.(type) {
	case float64:
		return numberCell(v)
	case bool:
		return boolCell(v)
	case string:
		if v != "" && v[0] == '=' {
			return cell{kind: isUnsure, text: v}
		}
		return textCell(v)
	}
	return cell{}
}

// size is about how many bytes the cell takes in a batch.
func (c cell) size() int {
	const envelope = len(`{"userEnteredValue":{"numberValue":}},`)
	switch c.kind {
	case isEmpty:
		return len(`{},`)
	case isNumber:
		return envelope + len(strconv.AppendFloat(make([]byte, 0, 32), c.number, 'g', -1, 64))
	case isBool:
		return envelope + 5
	}
	return envelope + quotedSize(c.text)
}

// rawSize is about how many bytes the cell takes in values.batchUpdate.
func (c cell) rawSize() int {
	switch c.kind {
	case isEmpty:
		return len("null,")
	case isNumber:
		return 1 + len(strconv.AppendFloat(make([]byte, 0, 32), c.number, 'g', -1, 64))
	case isBool:
		return len("false,")
	}
	return quotedSize(c.text) + 1
}

// quotedSize is how long a text is as encoding/json writes it: control characters and <, >, & are escaped.
func quotedSize(s string) int {
	n := len(s) + 2
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t':
			n++
		case c < ' ' || c == '<' || c == '>' || c == '&' || c == 0x7f:
			n += 5
		}
	}
	return n
}
