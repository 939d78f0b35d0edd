package selftest

import (
	"testing"

	"clipsheet/clips"
)

// TestAPointIsRedWhenGoogleBehavesOtherwise: each is tried with habits that break it.
func TestAPointIsRedWhenGoogleBehavesOtherwise(t *testing.T) {
	for _, c := range []struct {
		point, name string
		habit       habit
		level       clips.Level
		words       string
	}{
		{"a mark that is there already", "ids of marks are ignored", instead("createDeveloperMetadata", func(r object) []object {
			delete(reach(r, "developerMetadata"), "metadataId")
			return []object{{"createDeveloperMetadata": r}}
		}), clips.LevelFatal, "the id that was asked for"},
		{"a mark that is there already", "a second mark gets another id", instead("createDeveloperMetadata", nth(2, "createDeveloperMetadata", func(r object) []object {
			delete(reach(r, "developerMetadata"), "metadataId")
			return []object{{"createDeveloperMetadata": r}}
		})), clips.LevelFatal, `Google took it; the cells hold "second" / "second" → Avoid the modes append`},
		{"a mark that is there already", "a refused batch is applied in part", inPart(), clips.LevelFatal, `saw "second" / nothing`},

		{"values pasted from tab to tab", "texts are parsed when they are staged", bodies("values:batchUpdate", func(body object) {
			body["valueInputOption"] = "USER_ENTERED"
		}), clips.LevelFatal, "saw 2, 123, 46350, 42, TRUE, nothing"},
		{"values pasted from tab to tab", "texts are parsed when they are pasted", instead("copyPaste", func(r object) []object {
			return []object{{"copyPaste": r}, {"pasteData": object{"coordinate": corner(r), "data": "=1+1", "type": "PASTE_VALUES", "delimiter": ","}}}
		}), clips.LevelFatal, ""},
		{"values pasted from tab to tab", "formats come along", instead("copyPaste", func(r object) []object {
			r["pasteType"] = "PASTE_NORMAL"
			return []object{{"copyPaste": r}}
		}), clips.LevelFatal, "expected formats and notes as they were"},
		{"values pasted from tab to tab", "an empty cell is not pasted", instead("copyPaste", func(r object) []object {
			reach(r, "source")["endColumnIndex"], reach(r, "destination")["endColumnIndex"] = 5, 5
			return []object{{"copyPaste": r}}
		}), clips.LevelWarning, "an empty cell leaves what was there"},

		{"formulas, charts and names that point at the data", "cells are moved", instead("copyPaste", func(r object) []object {
			return []object{{"cutPaste": object{"source": r["source"], "destination": corner(r), "pasteType": "PASTE_VALUES"}}}
		}), clips.LevelFatal, "an error (REF)"},
		{"formulas, charts and names that point at the data", "names go", answers("GET /v4/spreadsheets/", func(body object) {
			delete(body, "namedRanges")
		}), clips.LevelFatal, "saw no named range"},
		{"formulas, charts and names that point at the data", "charts go", answers("GET /v4/spreadsheets/", func(body object) {
			for _, s := range list(body["sheets"]) {
				delete(s, "charts")
			}
		}), clips.LevelFatal, "saw no chart"},
		{"formulas, charts and names that point at the data", "names grow with the grid", instead("appendDimension", func(r object) []object {
			return []object{{"insertDimension": object{"range": object{"sheetId": r["sheetId"], "dimension": "ROWS", "startIndex": 2, "endIndex": 4}}}}
		}), clips.LevelFatal, "expected"},
		{"formulas, charts and names that point at the data", "a name is of another tab", instead("addNamedRange", func(r object) []object {
			reach(r, "namedRange", "range")["sheetId"] = 0
			return []object{{"addNamedRange": r}}
		}), clips.LevelFatal, "expected"},

		{"cells that are not given", "no rows are no change", instead("updateCells", func(r object) []object {
			if r["rows"] == nil {
				return []object{nothing}
			}
			return []object{{"updateCells": r}}
		}), clips.LevelFatal, `saw "x", "x", "x" / "x", "x", "x" /`},
		{"cells that are not given", "short rows are padded with what was there", instead("updateCells", func(r object) []object {
			if rows, ok := r["rows"].([]any); ok && len(rows) == 1 && r["fields"] == "userEnteredValue" {
				reach(r, "range")["endColumnIndex"] = 1
			}
			return []object{{"updateCells": r}}
		}), clips.LevelFatal, `"y", "x", "x"`},
		{"cells that are not given", "formats go with the values", instead("updateCells", func(r object) []object {
			if r["rows"] == nil {
				r["fields"] = "*"
			}
			return []object{{"updateCells": r}}
		}), clips.LevelFatal, "saw 8 formatted cells"},

		{"texts that look like something else", "a text runs as a formula", texts("=1+1", "formulaValue", "=1+1"), clips.LevelFatal, "saw =1+1,"},
		{"texts that look like something else", "zeros go", texts("00123", "numberValue", 123), clips.LevelFatal, `"+1+1", 123,`},
		{"texts that look like something else", "a text shows something else", answers("GET /v4/spreadsheets/", func(body object) {
			eachCell(body, func(cell object) {
				if v, ok := cell["effectiveValue"].(object); ok && v["stringValue"] == "TRUE" {
					cell["effectiveValue"] = object{"boolValue": true}
				}
			})
		}), clips.LevelFatal, "expected cells that show their texts"},

		{"large pastes", "a large one is refused", instead("copyPaste", func(r object) []object {
			if reach(r, "destination")["endRowIndex"].(float64) > fewRows {
				return []object{refused}
			}
			return []object{{"copyPaste": r}}
		}), clips.LevelFatal, "(after 100,000 cells in 0.0 s) → Avoid results of more cells"},
		{"large pastes", "the end is not pasted", instead("copyPaste", nth(2, "copyPaste", func(r object) []object {
			reach(r, "source")["endRowIndex"], reach(r, "destination")["endRowIndex"] = fewRows-1, fewRows-1
			return []object{{"copyPaste": r}}
		})), clips.LevelFatal, "row 10000 to be pasted"},

		{"large requests", "2 MB are refused", tooLarge(1_000_000), clips.LevelFatal, "exceeds the limit: 1000000 bytes. → Avoid large results"},
		{"large requests", "5 MB are refused", tooLarge(4_000_000), clips.LevelWarning, "2 MB in 0.0 s; 5 MB did not pass: 400"},
		{"large requests", "9 MB are refused", tooLarge(6_000_000), clips.LevelWarning, "2 MB in 0.0 s, 5 MB in 0.0 s; 9 MB did not pass: 400"},
		{"large requests", "the end is not written", instead("updateCells", func(r object) []object {
			r["rows"] = r["rows"].([]any)[1:]
			return []object{{"updateCells": r}}
		}), clips.LevelFatal, "saw nothing"},

		{"marks where people rename, insert and move", "rows come without the marks below", instead("insertDimension", func(object) []object {
			return []object{nothing}
		}), clips.LevelFatal, "expected marks that went along: tab, row 5, column 1; saw tab, row 3, column 1"},
		{"marks where people rename, insert and move", "a new name is a new tab", instead("updateSheetProperties", func(r object) []object {
			return []object{{"updateSheetProperties": r}, unmark(reach(r, "properties")["sheetId"])}
		}), clips.LevelFatal, "saw none, row 5, column 1"},
		{"marks where people rename, insert and move", "columns move without their marks", instead("moveDimension", func(r object) []object {
			return []object{nothing}
		}), clips.LevelFatal, "saw tab, row 5, column 3"},
		{"marks where people rename, insert and move", "no marks are an error", refuses("getByDataFilter", 400, refusal(400, "INVALID_ARGUMENT", "No match.")),
			clips.LevelFatal, "expected that Google takes the request; saw 400 INVALID_ARGUMENT No match."},

		{"marks of a tab that people duplicate", "a copy takes the marks", instead("duplicateSheet", func(r object) []object {
			return []object{{"duplicateSheet": r}, unmark(r["sourceSheetId"])}
		}), clips.LevelFatal, "saw none, row 3, column 3"},
		{"marks of a tab that people duplicate", "a copy has the same ids", answers("getByDataFilter", sameIDs), clips.LevelFatal, "ids of their own"},
		{"marks of a tab that people duplicate", "marks are told of the copy", answers("getByDataFilter", func(body object) {
			for _, s := range list(body["sheets"]) {
				if isTwin(s) {
					eachMark(s, func(mark object) { mark["metadataValue"] = "the copy" })
				}
			}
		}), clips.LevelFatal, `saw "the copy"`},

		{"marks of a spreadsheet that people copy", "marks are told of the copy", afterCopy(func(body object) {
			for _, s := range list(body["sheets"]) {
				eachMark(s, func(mark object) { mark["metadataValue"] = "the copy" })
			}
		}), clips.LevelFatal, `saw "the copy"`},
		{"marks of a spreadsheet that people copy", "a copy is the same", afterCopy(func(body object) {
			body["spreadsheetId"] = "another"
		}), clips.LevelFatal, "an id of its own"},
		{"marks of a spreadsheet that people copy", "a copy cannot be read", refusesAfter("/copy", "getByDataFilter", 403, refusal(403, "PERMISSION_DENIED", "no")), clips.LevelWarning, "choose File, Make a copy"},

		{"a hidden tab that comes and goes", "ids of tabs are not unique", instead("addSheet", nth(4, "addSheet", func(r object) []object {
			delete(reach(r, "properties"), "sheetId")
			return []object{{"addSheet": r}}
		})), clips.LevelFatal, "that Google took it"},
		{"a hidden tab that comes and goes", "it stays", instead("deleteSheet", nth(1, "deleteSheet", func(object) []object { return nil })),
			clips.LevelFatal, "that it is still there"},
		{"a hidden tab that comes and goes", "it goes before it was used", instead("copyPaste", func(object) []object { return []object{nothing} }),
			clips.LevelFatal, "saw nothing"},

		{"refusals as Google's client sees them", "a page", onlyRefusals(400, 400, "<html>"), clips.LevelFatal, "with 400 INVALID_ARGUMENT; saw 400"},
		{"refusals as Google's client sees them", "no status", onlyRefusals(400, 400, `{"error":{"code":400,"message":"no"}}`), clips.LevelFatal, "saw 400 no"},
		{"refusals as Google's client sees them", "another code", onlyRefusals(404, 403, refusal(403, "PERMISSION_DENIED", "no")), clips.LevelFatal, "404 NOT_FOUND; saw 403"},
		{"refusals as Google's client sees them", "nothing is refused", onlyRefusals(400, 200, `{"replies":[{}]}`), clips.LevelFatal, "that Google took it"},

		{"a protection that only warns", "it keeps programs out", protects(refusal(400, "INVALID_ARGUMENT", "You are trying to edit a protected cell or object.")), clips.LevelFatal, "saw 400 INVALID_ARGUMENT You are trying"},
		{"a protection that only warns", "what is pasted is dropped", instead("copyPaste", func(object) []object { return []object{nothing} }),
			clips.LevelFatal, `saw "written" / nothing`},

		{"a spreadsheet made through Drive", "it cannot be written", refusesAfter("/drive/v3/files", "batchUpdate", 403, refusal(403, "PERMISSION_DENIED", "no")), clips.LevelFatal, "expected to be let into a spreadsheet of our own; saw 403"},
		{"a spreadsheet made through Drive", "it forgets", instead("updateCells", func(object) []object { return nil }), clips.LevelFatal, "saw nothing"},
		{"a spreadsheet made through Drive", "it has no id", answers("POST /drive/v3/files", func(body object) { delete(body, "id") }), clips.LevelFatal, "saw none"},
	} {
		t.Run(c.point+"/"+c.name, func(t *testing.T) {
			inWorld(t, all, func(w *world) {
				w.habit = c.habit
				w.finds(c.point, c.level, c.words)
			})
		})
	}
}

// TestRefusalsTellWhichPartsTheyHave, since a sync reads reasons in either place.
func TestRefusalsTellWhichPartsTheyHave(t *testing.T) {
	for parts, words := range map[string]string{
		`"errors":[{"reason":"badRequest"}]`:                       "with errors[] for 400",
		`"details":[{"reason":"OTHER"}]`:                           "with details[] for 400",
		`"errors":[{"reason":"x"}],"details":[{"reason":"OTHER"}]`: "with errors[] and details[] for 400",
		`"errors":[]`: "with no reasons for 400",
	} {
		inWorld(t, all, func(w *world) {
			w.habit = onlyRefusals(400, 400, `{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"no",`+parts+`}}`)
			w.finds("refusals as Google's client sees them", clips.LevelOK, words)
		})
	}
}
