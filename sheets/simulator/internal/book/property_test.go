package book

import (
	"fmt"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/grid"
)

// numbered makes a book whose tab Data (id 0) holds another number in every cell, and whose tab Watch (id 1) watches
// some of them.
func numbered(t testing.TB, height, width int) *Book {
	b, err := New("b", message(t, "Spreadsheet", fmt.Sprintf(`{"sheets":[{"properties":{"sheetId":0,"title":"Data","gridProperties":{"rowCount":%d,"columnCount":%d}}},
		{"properties":{"sheetId":1,"title":"Watch","gridProperties":{"rowCount":40,"columnCount":2}}}]}`, height, width)), owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, b, `{"repeatCell":{"range":{},"cell":{"userEnteredValue":{"formulaValue":"=ROW()*100+COLUMN()"}},"fields":"userEnteredValue"}}`,
		`{"copyPaste":{"source":{},"destination":{},"pasteType":"PASTE_VALUES"}}`)
}

// reshape draws a request that changes the shape of Data, of which cells may be lost.
func reshape(t *rapid.T, b *Book, moves bool) string {
	s := b.sheet(0)
	d := rapid.SampledFrom([]grid.Dim{grid.Rows, grid.Cols}).Draw(t, "dimension")
	size := s.size(d)
	start := rapid.IntRange(0, size-1).Draw(t, "start")
	end := rapid.IntRange(start+1, min(size, start+3)).Draw(t, "end")
	span := fmt.Sprintf(`"dimension":"%s","startIndex":%d,"endIndex":%d`, d, start, end)
	kinds := []string{"insert", "delete", "rename", "deleteRange"}
	if moves {
		kinds = append(kinds, "move", "cut")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "insert":
		return fmt.Sprintf(`{"insertDimension":{"range":{%s}}}`, span)
	case "delete":
		if end-start < size {
			return fmt.Sprintf(`{"deleteDimension":{"range":{%s}}}`, span)
		}
	case "move":
		dest := rapid.IntRange(0, size).Filter(func(i int) bool { return i <= start || i >= end }).Draw(t, "destination")
		return fmt.Sprintf(`{"moveDimension":{"source":{%s},"destinationIndex":%d}}`, span, dest)
	case "deleteRange":
		row, col := rapid.IntRange(0, s.height-1).Draw(t, "row"), rapid.IntRange(0, s.width-1).Draw(t, "col")
		return fmt.Sprintf(`{"deleteRange":{"range":{"startRowIndex":%d,"endRowIndex":%d,"startColumnIndex":%d,"endColumnIndex":%d},"shiftDimension":"%s"}}`, row, row+1, col, col+1, d)
	case "cut":
		row, col := rapid.IntRange(0, s.height-1).Draw(t, "row"), rapid.IntRange(0, s.width-1).Draw(t, "col")
		return fmt.Sprintf(`{"cutPaste":{"source":{"startRowIndex":%d,"endRowIndex":%d,"startColumnIndex":%d,"endColumnIndex":%d},"destination":{"rowIndex":%d,"columnIndex":%d}}}`,
			row, row+1, col, col+1, rapid.IntRange(0, s.height-1).Draw(t, "to row"), rapid.IntRange(0, s.width-1).Draw(t, "to col"))
	}
	return fmt.Sprintf(`{"updateSheetProperties":{"properties":{"sheetId":0,"title":"Data %d"},"fields":"title"}}`, rapid.IntRange(1, 3).Draw(t, "title"))
}

// numbersIn are the numbers that are still in Data.
func numbersIn(b *Book) map[float64]bool {
	all := map[float64]bool{}
	b.sheet(0).each(grid.Everything, func(_, _ int, x *cell) {
		if x.value.Kind == formula.Number {
			all[x.value.Num] = true
		}
	})
	return all
}

// TestReferencesMeanTheSameCells watches single cells through any sequence of changes: each shows its number as long
// as the number is anywhere in the sheet, and #REF! from then on.
func TestReferencesMeanTheSameCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := numbered(t0(t), 6, 4)
		watched := map[int]float64{}
		for i := range 8 {
			row, col := rapid.IntRange(0, 5).Draw(t, "row"), rapid.IntRange(0, 3).Draw(t, "col")
			watched[i] = float64((row+1)*100 + col + 1)
			b = typed(t0(t), b, fmt.Sprintf("Watch!A%d", i+1), "=Data!"+grid.Ref{Area: grid.At(row, col)}.A1())
		}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			b = do(t0(t), b, reshape(t, b, true))
			there := numbersIn(b)
			for i, number := range watched {
				at := fmt.Sprintf("Watch!A%d", i+1)
				expected := "#REF!"
				if there[number] {
					expected = strconv.FormatFloat(number, 'f', -1, 64)
				}
				if got := shows(t0(t), b, at); got != expected {
					t.Fatalf("%s shows %s, want %s", holds(t0(t), b, at), got, expected)
				}
			}
		}
	})
}

// TestSumsKeepWhatIsLeftOfTheirRange watches a range, and a named one, while rows and columns come and go.
func TestSumsKeepWhatIsLeftOfTheirRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := numbered(t0(t), 6, 4)
		top, left := rapid.IntRange(0, 5).Draw(t, "top"), rapid.IntRange(0, 3).Draw(t, "left")
		area := grid.Rect(top, left, rapid.IntRange(top+1, 6).Draw(t, "bottom"), rapid.IntRange(left+1, 4).Draw(t, "right"))
		b = typed(t0(t), b, "Watch!A1", "=SUM(Data!"+grid.Ref{Area: area}.A1()+")")
		b = do(t0(t), b, `{"addNamedRange":{"namedRange":{"name":"area","range":`+string(rangeOf(0, area).JSON())+`}}}`)
		b = typed(t0(t), b, "Watch!A2", "=SUM(area)")
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			request := reshape(t, b, false)
			if request[2:][:11] == "deleteRange" {
				continue // which pulls other cells into a range it lies across
			}
			b = do(t0(t), b, request)
		}
		sum := 0.0
		for number := range numbersIn(b) {
			if row, col := int(number)/100-1, int(number)%100-1; area.Has(grid.Cell{Row: row, Col: col}) {
				sum += number
			}
		}
		expected := strconv.FormatFloat(sum, 'f', -1, 64)
		for at, gone := range map[string]string{"Watch!A1": "#REF!", "Watch!A2": "#NAME?"} {
			got := shows(t0(t), b, at)
			if sum == 0 && got == gone {
				continue // but 0 when rows or columns that were inserted are all that is left
			}
			if got != expected {
				t.Fatalf("%s shows %s, want %s", holds(t0(t), b, at), got, expected)
			}
		}
	})
}

// TestMetadataStaysOnItsRow tags rows and finds their numbers again, or no entry when the row is gone.
func TestMetadataStaysOnItsRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := numbered(t0(t), 6, 1)
		row := rapid.IntRange(0, 5).Draw(t, "row")
		b = do(t0(t), b, fmt.Sprintf(`{"createDeveloperMetadata":{"developerMetadata":{"metadataId":1,"metadataKey":"k","visibility":"DOCUMENT",
			"location":{"dimensionRange":{"dimension":"ROWS","startIndex":%d,"endIndex":%d}}}}}`, row, row+1))
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			size := b.sheet(0).height
			start := rapid.IntRange(0, size-1).Draw(t, "start")
			switch kind := rapid.SampledFrom([]string{"insert", "delete", "move"}).Draw(t, "kind"); {
			case kind == "insert":
				b = do(t0(t), b, fmt.Sprintf(`{"insertDimension":{"range":{"dimension":"ROWS","startIndex":%d,"endIndex":%d}}}`, start, start+2))
			case kind == "delete" && size > 1:
				b = do(t0(t), b, fmt.Sprintf(`{"deleteDimension":{"range":{"dimension":"ROWS","startIndex":%d,"endIndex":%d}}}`, start, start+1))
			case kind == "move":
				b = do(t0(t), b, fmt.Sprintf(`{"moveDimension":{"source":{"dimension":"ROWS","startIndex":%d,"endIndex":%d},"destinationIndex":%d}}`,
					start, start+1, rapid.SampledFrom([]int{0, start, size}).Draw(t, "destination")))
			}
		}
		number := float64((row+1)*100 + 1)
		if alive := numbersIn(b)[number]; alive != (len(b.metadata) == 1) {
			t.Fatalf("the row is there: %v, entries: %d", alive, len(b.metadata))
		}
		if len(b.metadata) == 1 {
			if x := b.sheet(0).at(b.metadata[0].at.index, 0); x == nil || x.value.Num != number {
				t.Fatalf("the entry is on another row: %+v", x)
			}
		}
	})
}

// TestVersionsNeverChange applies anything to a book, whole and half, and finds every version as it was.
func TestVersionsNeverChange(t *testing.T) {
	anything := []string{
		`{"updateCells":{"start":{"rowIndex":1},"rows":[{"values":[{"userEnteredValue":{"numberValue":1},"note":"n"},{"userEnteredValue":{"formulaValue":"=Data!A1"}}]}],"fields":"*"}}`,
		`{"updateCells":{"range":{"startRowIndex":2},"fields":"userEnteredValue"}}`,
		`{"repeatCell":{"range":{"endRowIndex":2},"cell":{"userEnteredFormat":{"wrapStrategy":"WRAP"}},"fields":"userEnteredFormat.wrapStrategy"}}`,
		`{"copyPaste":{"source":{"endRowIndex":1},"destination":{"startRowIndex":3,"endRowIndex":4}}}`,
		`{"cutPaste":{"source":{"endRowIndex":1,"endColumnIndex":1},"destination":{"rowIndex":2,"columnIndex":1}}}`,
		`{"sortRange":{"range":{},"sortSpecs":[{"dimensionIndex":1,"sortOrder":"DESCENDING"}]}}`,
		`{"mergeCells":{"range":{"startRowIndex":4,"endRowIndex":5}}}`, `{"unmergeCells":{"range":{}}}`,
		`{"findReplace":{"find":"1","replacement":"7","allSheets":true,"includeFormulas":true}}`,
		`{"insertRange":{"range":{"startRowIndex":1,"endRowIndex":2,"endColumnIndex":1},"shiftDimension":"COLUMNS"}}`,
		`{"setDataValidation":{"range":{"endColumnIndex":1},"rule":{"condition":{"type":"CUSTOM_FORMULA","values":[{"userEnteredValue":"=A2>Data!B2"}]}}}}`,
		`{"addProtectedRange":{"protectedRange":{"range":{"endRowIndex":2},"warningOnly":true}}}`,
		`{"setBasicFilter":{"filter":{"range":{},"filterSpecs":[{"columnIndex":0,"filterCriteria":{"hiddenValues":["201"]}}]}}}`,
		`{"createDeveloperMetadata":{"developerMetadata":{"metadataKey":"k","visibility":"DOCUMENT","location":{"dimensionRange":{"dimension":"ROWS","startIndex":1,"endIndex":2}}}}}`,
		`{"updateDeveloperMetadata":{"dataFilters":[{"developerMetadataLookup":{"metadataKey":"k"}}],"developerMetadata":{"metadataValue":"x"},"fields":"metadataValue"}}`,
		`{"deleteDeveloperMetadata":{"dataFilter":{"developerMetadataLookup":{"metadataKey":"k"}}}}`,
		`{"addNamedRange":{"namedRange":{"namedRangeId":"n","name":"one","range":{"endRowIndex":1}}}}`,
		`{"updateNamedRange":{"namedRange":{"namedRangeId":"n","name":"other"},"fields":"name"}}`, `{"deleteNamedRange":{"namedRangeId":"n"}}`,
		`{"duplicateSheet":{"sourceSheetId":0}}`, `{"autoResizeDimensions":{"dimensions":{"dimension":"COLUMNS"}}}`,
		`{"updateSpreadsheetProperties":{"properties":{"locale":"de_DE"},"fields":"locale"}}`,
		`{"updateBorders":{"range":{"endRowIndex":1},"top":{"style":"SOLID"}}}`,
		`{"addTable":{"table":{"range":{"startRowIndex":0,"endRowIndex":3,"endColumnIndex":2}}}}`,
	}
	everything := func(t *rapid.T, b *Book) string {
		m, err := b.Get(View{GridData: true, By: owner})
		if err != nil {
			t.Fatal(err)
		}
		return string(m.JSON())
	}
	type version struct {
		book *Book
		text string
	}
	rapid.Check(t, func(t *rapid.T) {
		b := numbered(t0(t), 6, 4)
		versions := []version{{b, everything(t, b)}}
		for range rapid.IntRange(1, 8).Draw(t, "batches") {
			var batch []string
			for range rapid.IntRange(1, 3).Draw(t, "requests") {
				if rapid.Bool().Draw(t, "reshape") {
					batch = append(batch, reshape(t, b, true))
				} else {
					batch = append(batch, rapid.SampledFrom(anything).Draw(t, "request"))
				}
			}
			next, replies, err := b.Batch(requests(t0(t), batch...), owner, noon)
			if err != nil {
				continue // such as a table over a table: then nothing has happened, which is looked at below
			}
			if len(replies) != len(batch) {
				t.Fatalf("%d replies to %d requests", len(replies), len(batch))
			}
			b = next
			versions = append(versions, version{b, everything(t, b)})
		}
		for i, v := range versions {
			if got := everything(t, v.book); got != v.text {
				t.Fatalf("version %d was changed by a later one:\n%s\n%s", i, v.text, got)
			}
		}
	})
}

// failing lets the helpers of a test fail inside of a property.
type failing struct {
	testing.TB
	t *rapid.T
}

func (f failing) Helper()                           {}
func (f failing) Fatal(args ...any)                 { f.t.Fatal(args...) }
func (f failing) Fatalf(format string, args ...any) { f.t.Fatalf(format, args...) }
func (f failing) Errorf(format string, args ...any) { f.t.Errorf(format, args...) }

func t0(t *rapid.T) testing.TB { return failing{t: t} }
