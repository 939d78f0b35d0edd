package wire

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func parse(t *testing.T, typeName, body string) *Message {
	t.Helper()
	m, err := Parse([]byte(body), TypeOf(typeName), "")
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return m
}

func TestWhatWasNotSentIsNotThere(t *testing.T) {
	m := parse(t, "GridRange", `{"sheetId":7,"endRowIndex":0,"startColumnIndex":null}`)
	if m.Has("startRowIndex") || m.Has("startColumnIndex") {
		t.Error("a bound that was not sent, or null, is there")
	}
	if !m.Has("endRowIndex") || m.Int("endRowIndex") != 0 {
		t.Error("a zero that was sent is not there")
	}
}

func TestNamesMayBeSpeltAsInProtocolBuffers(t *testing.T) {
	m := parse(t, "GridRange", `{"sheet_id":"7","end_row_index":1.0}`)
	if m.Int("sheetId") != 7 || m.Int("endRowIndex") != 1 {
		t.Errorf("got %s", m.JSON())
	}
}

func TestRefusalsAreInGooglesWords(t *testing.T) {
	for _, test := range []struct{ typeName, root, body, want string }{
		{"BatchUpdateSpreadsheetRequest", "", `{"requests":[{"frobnicate":{}}]}`,
			`Invalid JSON payload received. Unknown name "frobnicate" at 'requests[0]': Cannot find field.`},
		{"ValueRange", "data", `{"Values":[]}`,
			`Invalid JSON payload received. Unknown name "Values" at 'data': Cannot find field.`},
		{"ClearValuesRequest", "", `{"a":1,"b":2}`,
			"Invalid JSON payload received. Unknown name \"a\": Cannot find field.\n" +
				"Invalid JSON payload received. Unknown name \"b\": Cannot find field."},
		{"BatchUpdateSpreadsheetRequest", "", `{"requests":["repeatCell"]}`,
			`Invalid value at 'requests[0]' (type.googleapis.com/google.apps.sheets.v4.Request), "repeatCell"`},
		{"BatchUpdateSpreadsheetRequest", "", `{"requests":[{"addSheet":{"properties":{"sheetId":"x"}}}]}`,
			`Invalid value at 'requests[0].add_sheet.properties.sheet_id' (TYPE_INT32), "x"`},
		{"SheetProperties", "", `{"sheetId":1.5}`, `Invalid value at 'sheet_id' (TYPE_INT32), 1.5`},
		{"SheetProperties", "", `{"sheetId":3000000000}`, `Invalid value at 'sheet_id' (TYPE_INT32), 3000000000`},
		{"SheetProperties", "", `{"title":5}`, `Invalid value at 'title' (TYPE_STRING), 5`},
		{"SheetProperties", "", `{"hidden":1}`, `Invalid value at 'hidden' (TYPE_BOOL), 1`},
		{"ExtendedValue", "", `{"numberValue":"NaN"}`, `Invalid value at 'number_value' (TYPE_DOUBLE), "NaN"`},
		{"BatchUpdateValuesRequest", "", `{"valueInputOption":"Text"}`,
			`Invalid value at 'value_input_option' (type.googleapis.com/google.apps.sheets.v4.ValueInputOption), "Text"`},
		{"ValueRange", "data", `{"values":["x"]}`,
			`Invalid value at 'data.values[0]' (type.googleapis.com/google.protobuf.ListValue), "x"`},
		{"RowData", "", `{"values":[{},null]}`,
			`Invalid value at 'values[1]' (type.googleapis.com/google.apps.sheets.v4.CellData), null`},
		{"ExtendedValue", "", `{"numberValue":1,"stringValue":"a"}`,
			`Invalid value at '' (oneof), oneof field 'value' is already set. Cannot set 'stringValue'`},
		{"ValueRange", "data", `{"values":[[NaN, 2]]}`, "Invalid JSON payload received. Unexpected token.\nNaN, 2]]}\n^"},
		{"ValueRange", "data", `{"values":[[01]]}`, "Invalid JSON payload received. Unexpected token.\n1]]}\n^"},
		{"ValueRange", "data", `{"values":[[1`, "Invalid JSON payload received. Unexpected end of string. Expected a value.\n\n^"},
		{"ValueRange", "data", `[]`, "Invalid JSON payload received. Root element must be a message."},
		{"ValueRange", "data", `{} {}`, "Invalid JSON payload received. Unexpected token.\n{}\n^"},
	} {
		_, err := Parse([]byte(test.body), TypeOf(test.typeName), test.root)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s\n got: %v\nwant: %s", test.body, err, test.want)
		}
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	body := `{"values":[[` + strings.Repeat("[", 10_000) + `]]}`
	if _, err := Parse([]byte(body), TypeOf("ValueRange"), ""); err == nil {
		t.Error("accepted")
	}
}

// TestNumbersAreReadBackAsTheyWereWritten is the promise of a double on the wire.
func TestNumbersAreReadBackAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Filter(func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }).Draw(t, "v")
		m := New("numberValue", v)
		back, err := Parse(m.JSON(), TypeOf("ExtendedValue"), "")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := back.Number("numberValue"); got != v {
			t.Fatalf("wrote %v, read %v", v, got)
		}
	})
}

// FuzzParse holds the parser to what encoding/json thinks is JSON, and to reading its own writing.
func FuzzParse(f *testing.F) {
	f.Add(`{"values":[[1,"a",true,null,{"x":[]}]],"range":"A1","majorDimension":"ROWS"}`)
	f.Add(`{"values":[["\ud83d\ude00é\u0000"]]}`)
	f.Add(`{"values":[[1e999]]}`)
	f.Fuzz(func(t *testing.T, body string) {
		m, err := Parse([]byte(body), TypeOf("ValueRange"), "data")
		if err != nil || strings.TrimSpace(body) == "" {
			return
		}
		if !json.Valid([]byte(body)) {
			t.Fatalf("%q is not JSON and was accepted", body)
		}
		again, err := Parse(m.JSON(), TypeOf("ValueRange"), "data")
		if err != nil || !again.Equal(m) {
			t.Fatalf("wrote %s, read %s, %v", m.JSON(), again.JSON(), err)
		}
	})
}
