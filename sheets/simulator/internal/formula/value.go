// Package formula reads, rewrites and computes the formulas of a spreadsheet: enough of the language that sums, counts
// and look-ups beside a table come out right, and every reference is known, so that it can follow the cells it means.
package formula

import (
	"math"
	"strings"
)

// Kind is the type of a value.
type Kind uint8

const (
	Empty Kind = iota
	Number
	Text
	Bool
	Failed // an error such as #REF!
	array  // only while computing, and as the result of a formula that spills
)

// Fault is the type of an error value.
type Fault uint8

const (
	Parse Fault = iota // #ERROR!
	Null
	DivideByZero
	BadValue
	BadRef
	BadName
	BadNumber
	NotAvailable
)

var faults = []struct{ shown, api string }{
	{"#ERROR!", "ERROR"}, {"#NULL!", "NULL_VALUE"}, {"#DIV/0!", "DIVIDE_BY_ZERO"}, {"#VALUE!", "VALUE"},
	{"#REF!", "REF"}, {"#NAME?", "NAME"}, {"#NUM!", "NUM"}, {"#N/A", "N_A"},
}

// String is how a sheet shows the error.
func (f Fault) String() string { return faults[f].shown }

// API is what ErrorValue.type calls it.
func (f Fault) API() string { return faults[f].api }

// Value is what a cell holds or a formula gives.
type Value struct {
	Kind Kind
	Num  float64 // of a Number; 1 for a Bool that is true; the Fault of a Failed
	Str  string  // of a Text; the explanation of a Failed
	rows *[][]Value
}

// Of makes a number.
func Of(n float64) Value {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return Fail(BadNumber, "The result is not a number.")
	}
	return Value{Kind: Number, Num: n}
}

// TextOf makes a text.
func TextOf(s string) Value { return Value{Kind: Text, Str: s} }

// BoolOf makes a boolean.
func BoolOf(b bool) Value {
	if b {
		return Value{Kind: Bool, Num: 1}
	}
	return Value{Kind: Bool}
}

// Fail makes an error.
func Fail(f Fault, why string) Value { return Value{Kind: Failed, Num: float64(f), Str: why} }

// Fault is the type of a value that is an error.
func (v Value) Fault() Fault { return Fault(v.Num) }

// True tells whether a boolean is true.
func (v Value) True() bool { return v.Kind == Bool && v.Num != 0 }

// Rows are the values of a result that spills over several cells, or nil.
func (v Value) Rows() [][]Value {
	if v.rows == nil {
		return nil
	}
	return *v.rows
}

func arrayOf(rows [][]Value) Value {
	if len(rows) == 0 || len(rows[0]) == 0 {
		return Fail(BadRef, "The result is empty.")
	}
	return Value{Kind: array, rows: &rows}
}

// rank orders values of different types: numbers, texts, booleans.
func (v Value) rank() int {
	switch v.Kind {
	case Text:
		return 1
	case Bool:
		return 2
	}
	return 0
}

// Compare orders two values as a sheet sorts them: by type, texts without regard to case. An empty one is the zero
// of the other's type.
func Compare(a, b Value) int {
	a, b = like(a, b), like(b, a)
	if d := a.rank() - b.rank(); d != 0 {
		return d
	}
	if a.Kind == Text {
		return strings.Compare(strings.ToLower(a.Str), strings.ToLower(b.Str))
	}
	switch {
	case a.Num < b.Num:
		return -1
	case a.Num > b.Num:
		return 1
	}
	return 0
}

func like(v, other Value) Value {
	if v.Kind == Empty && other.Kind != Empty {
		return Value{Kind: other.Kind}
	}
	return v
}
