package simulator_test

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkLargeTables is how long the simulator itself takes, so that a slow test can tell whose time it is.
func BenchmarkLargeTables(b *testing.B) {
	w := newWorld(b)
	w.SetQuota(unlimited)
	token := w.AccessToken(ann)
	const rows = 20_000
	grid := fmt.Sprintf(`{"updateSheetProperties":{"properties":{"gridProperties":{"rowCount":%d,"columnCount":20}},"fields":"gridProperties(rowCount,columnCount)"}}`, rows)
	if err := w.As(ann).Do(w.id, grid, `{"addSheet":{"properties":{"sheetId":1,"title":"Stage","gridProperties":{"rowCount":20000,"columnCount":10}}}}`); err != nil {
		b.Fatal(err)
	}
	row := `["text",1234.5,46350,true,"another text",7,8,9,10,11]`
	values := `{"valueInputOption":"RAW","data":[{"range":"Stage!A1:J20000","values":[` + strings.TrimSuffix(strings.Repeat(row+",", rows), ",") + `]}]}`
	cell := `{"userEnteredValue":{"numberValue":1234.5}}`
	cells := `{"requests":[{"updateCells":{"fields":"userEnteredValue","start":{},"rows":[` +
		strings.TrimSuffix(strings.Repeat(`{"values":[`+strings.TrimSuffix(strings.Repeat(cell+",", 10), ",")+`]},`, rows), ",") + `]}}]}`
	b.Run("values.batchUpdate of 200k cells", func(b *testing.B) {
		for b.Loop() {
			if status, body := w.post("/v4/spreadsheets/"+w.id+"/values:batchUpdate", token, values); status != 200 {
				b.Fatal(body)
			}
		}
	})
	b.Run("updateCells of 200k cells", func(b *testing.B) {
		for b.Loop() {
			if status, body := w.post("/v4/spreadsheets/"+w.id+":batchUpdate", token, cells); status != 200 {
				b.Fatal(body)
			}
		}
	})
	b.Run("copyPaste of 200k cells", func(b *testing.B) {
		for b.Loop() {
			if status, body := w.post("/v4/spreadsheets/"+w.id+":batchUpdate", token, `{"requests":[{"copyPaste":{"source":{"sheetId":1},"destination":{"endRowIndex":20000,"endColumnIndex":10},"pasteType":"PASTE_VALUES"}}]}`); status != 200 {
				b.Fatal(body)
			}
		}
	})
	for name, path := range map[string]string{
		"values.get of 200k cells": "/values/Sheet1!A:J?valueRenderOption=UNFORMATTED_VALUE&prettyPrint=false",
		"get of 200k cells":        "?fields=sheets.data.rowData.values(userEnteredValue,effectiveValue)&prettyPrint=false",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if status, body := w.send("GET", "/v4/spreadsheets/"+w.id+path, token, ""); status != 200 {
					b.Fatal(body)
				}
			}
		})
	}
	if err := w.As(ann).Do(w.id, `{"repeatCell":{"range":{"startRowIndex":0,"startColumnIndex":10,"endColumnIndex":11},"cell":{"userEnteredValue":{"formulaValue":"=SUM(B1:B1)*2"}},"fields":"userEnteredValue"}}`); err != nil {
		b.Fatal(err)
	}
	b.Run("insertDimension under 20k formulas", func(b *testing.B) {
		for b.Loop() {
			if err := w.As(ann).Do(w.id, `{"insertDimension":{"range":{"dimension":"ROWS","startIndex":5,"endIndex":6}}}`, `{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":5,"endIndex":6}}}`); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("a sum over 20k formulas after a change", func(b *testing.B) {
		for b.Loop() {
			w.typed("Sheet1!L1", []any{"=SUM(K:K)"})
			w.shows("Sheet1!L1")
		}
	})
}
