package book

import (
	"strings"
	"testing"

	"clipsheet/sheets/simulator/internal/wire"
)

const (
	onTab  = `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":1,"metadataKey":"target","metadataValue":"v","location":{"sheetId":0},"visibility":"DOCUMENT"}}}`
	onCol  = `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":2,"metadataKey":"col","location":{"dimensionRange":{"dimension":"COLUMNS","startIndex":1,"endIndex":2}},"visibility":"PROJECT"}}}`
	onRow1 = `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":3,"metadataKey":"row","location":{"dimensionRange":{"dimension":"ROWS","startIndex":0,"endIndex":1}},"visibility":"DOCUMENT"}}}`
	onAll  = `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":4,"metadataKey":"col","location":{"spreadsheet":true},"visibility":"DOCUMENT"}}}`
)

func searched(t *testing.T, b *Book, by Editor, filters string) string {
	t.Helper()
	m, err := b.SearchMetadata(message(t, "SearchDeveloperMetadataRequest", `{"dataFilters":[`+filters+`]}`), by)
	if err != nil {
		return err.Error()
	}
	var keys []string
	for _, found := range m.Messages("matchedDeveloperMetadata") {
		keys = append(keys, string(wire.New("", found.Message("developerMetadata").Get("metadataId")).JSON()))
	}
	return strings.NewReplacer(`{"":`, "", "}", "").Replace(strings.Join(keys, " "))
}

func TestMetadataIsFoundByWhatItHas(t *testing.T) {
	b := do(t, newBook(t, "1"), onTab, onCol, onRow1, onAll, `{"addSheet":{"properties":{"sheetId":9}}}`)
	lookup := func(text string) string { return `{"developerMetadataLookup":{` + text + `}}` }
	for filter, ids := range map[string]string{
		lookup(`"metadataKey":"target"`):                      "1",
		lookup(`"metadataId":3`):                              "3",
		lookup(`"metadataKey":"col"`):                         "2 4",
		lookup(`"metadataKey":"col","locationType":"COLUMN"`): "2",
		lookup(`"metadataValue":"v"`):                         "1",
		lookup(`"visibility":"PROJECT"`):                      "2",
		lookup(`"metadataKey":"nothing"`):                     "",
		lookup(`"metadataLocation":{"sheetId":0}`):            "1 2 3",
		lookup(`"metadataLocation":{"sheetId":0},"locationMatchingStrategy":"EXACT_LOCATION"`):                                      "1",
		lookup(`"metadataLocation":{"dimensionRange":{"dimension":"ROWS","startIndex":0,"endIndex":1}}`):                            "1 2 3",
		lookup(`"metadataLocation":{"dimensionRange":{"dimension":"COLUMNS","startIndex":0,"endIndex":1}},"locationType":"COLUMN"`): "",
		lookup(`"metadataLocation":{"spreadsheet":true}`):                                                                           "4",
		lookup(`"metadataLocation":{"sheetId":9}`):                                                                                  "",
		lookup(`"locationMatchingStrategy":"EXACT_LOCATION"`):                                                                       "A metadata location must be specified when a location matching strategy is.",
		lookup(`"locationType":"SPREADSHEET","metadataLocation":{"sheetId":0}`):                                                     "The location type cannot be SPREADSHEET with intersecting locations.",
		lookup(`"locationType":"SHEET","metadataLocation":{"sheetId":0},"locationMatchingStrategy":"EXACT_LOCATION"`):               "The location type must be left unspecified when the location matching strategy is EXACT_LOCATION.",
		lookup(``):                "A developer metadata lookup must specify at least one field.",
		`{"a1Range":"Sheet1!B1"}`: "1 2 3",
		`{"a1Range":"Sheet1!A2"}`: "1",
		`{}`:                      "A data filter must specify what it selects.",
		lookup(`"metadataId":1`) + "," + lookup(`"metadataKey":"target"`): "1",
	} {
		if got := searched(t, b, owner, filter); got != ids {
			t.Errorf("%s: %s, want %s", filter, got, ids)
		}
	}
	if got := searched(t, b, someone, lookup(`"metadataKey":"col"`)); got != "4" {
		t.Errorf("another project sees %s", got)
	}
}

func TestMetadataIsUpdatedAndDeleted(t *testing.T) {
	b := do(t, newBook(t, "1"), onTab, onRow1)
	b, got := reply(t, b, `{"updateDeveloperMetadata":{"dataFilters":[{"developerMetadataLookup":{"metadataKey":"target"}}],"developerMetadata":{"metadataValue":"new"},"fields":"metadataValue"}}`)
	want(t, got, `{"updateDeveloperMetadata":{"developerMetadata":[{"metadataId":1,"metadataKey":"target","metadataValue":"new","location":{"locationType":"SHEET","sheetId":0},"visibility":"DOCUMENT"}]}}`)
	b = do(t, b, `{"updateDeveloperMetadata":{"dataFilters":[{"developerMetadataLookup":{"metadataId":3}}],"fields":"location",
		"developerMetadata":{"location":{"dimensionRange":{"dimension":"ROWS","startIndex":4,"endIndex":5}}}}}`)
	if b.metadata[1].at.index != 4 {
		t.Error("the entry was not moved")
	}
	b, got = reply(t, b, `{"deleteDeveloperMetadata":{"dataFilter":{"developerMetadataLookup":{"metadataId":1}}}}`)
	want(t, got, `{"deleteDeveloperMetadata":{"deletedDeveloperMetadata":[{"metadataId":1,"metadataKey":"target","metadataValue":"new","location":{"locationType":"SHEET","sheetId":0},"visibility":"DOCUMENT"}]}}`)
	_, got = reply(t, b, `{"deleteDeveloperMetadata":{"dataFilter":{"developerMetadataLookup":{"metadataId":1}}}}`)
	want(t, got, `{"deleteDeveloperMetadata":{}}`)
}

func TestMetadataGoesWithItsTab(t *testing.T) {
	b := do(t, newBook(t, ""), `{"addSheet":{"properties":{"sheetId":9}}}`, onTab, onRow1, onAll, `{"deleteSheet":{"sheetId":0}}`)
	if len(b.metadata) != 1 || b.metadata[0].id != 4 {
		t.Errorf("left are %+v", b.metadata)
	}
}

// TestAnIDIsTakenOnce is what makes a batch with an id of its own be applied once.
func TestAnIDIsTakenOnce(t *testing.T) {
	b := do(t, newBook(t, "1"), onTab)
	before := look(t, b, "*")
	_, _, err := b.Batch(requests(t, `{"updateCells":{"range":{},"fields":"userEnteredValue"}}`, onTab), owner, noon)
	want(t, err.Error(), "Invalid requests[1].createDeveloperMetadata: Cannot add developer metadata with ID [1] because developer metadata with that ID already exists.")
	want(t, look(t, b, "*"), before)
}

func TestMetadataThatCannotBe(t *testing.T) {
	b := do(t, newBook(t, "1"), onTab)
	for entry, text := range map[string]string{
		`"metadataKey":"k","visibility":"DOCUMENT"`:                                                                                "Developer metadata must have a location.",
		`"metadataKey":"k","visibility":"DOCUMENT","location":{}`:                                                                  "Developer metadata must have a location.",
		`"visibility":"DOCUMENT","location":{"sheetId":0}`:                                                                         "Developer metadata must have a key.",
		`"metadataKey":"k","location":{"sheetId":0}`:                                                                               "Developer metadata must have a visibility.",
		`"metadataKey":"k","visibility":"DOCUMENT","location":{"sheetId":4}`:                                                       "No sheet with id: 4",
		`"metadataId":-1,"metadataKey":"k","visibility":"DOCUMENT"`:                                                                "The developer metadata ID must be positive.",
		`"metadataId":0,"metadataKey":"k","visibility":"DOCUMENT"`:                                                                 "The developer metadata ID must be positive.",
		`"metadataKey":"k","visibility":"DOCUMENT","location":{"dimensionRange":{"dimension":"ROWS","startIndex":0,"endIndex":2}}`: "The dimension range of developer metadata must represent a single row or column.",
		`"metadataKey":"k","visibility":"DOCUMENT","location":{"dimensionRange":{"dimension":"ROWS"}}`:                             "The dimension range of developer metadata must represent a single row or column.",
		`"metadataKey":"k","visibility":"DOCUMENT","location":{"sheetId":0},"metadataValue":"` + strings.Repeat("x", 29_999) + `"`: "Developer metadata is limited to 30000 characters for the spreadsheet and for each sheet.",
	} {
		refused(t, b, owner, `{"createDeveloperMetadata":{"developerMetadata":{`+entry+`}}}`, "Invalid requests[0].createDeveloperMetadata: "+text)
	}
	do(t, b, `{"createDeveloperMetadata":{"developerMetadata":{"metadataKey":"k","visibility":"DOCUMENT","location":{"spreadsheet":true},"metadataValue":"`+strings.Repeat("x", 29_999)+`"}}}`)
}

func TestValuesAreReadAndWrittenThroughMetadata(t *testing.T) {
	b := do(t, newBook(t, "1 2 / 3 4"), onCol)
	filter := `{"developerMetadataLookup":{"metadataKey":"col"}}`
	m, err := b.FilteredValues(message(t, "BatchGetValuesByDataFilterRequest", `{"dataFilters":[`+filter+`],"valueRenderOption":"UNFORMATTED_VALUE"}`), owner)
	if err != nil {
		t.Fatal(err)
	}
	want(t, string(m.JSON()), `{"spreadsheetId":"book","valueRanges":[{"valueRange":{"range":"Sheet1!B1:B10","majorDimension":"ROWS","values":[[2],[4]]},"dataFilters":[`+filter+`]}]}`)

	body := `{"valueInputOption":"RAW","data":[{"dataFilter":` + filter + `,"values":[["x"]]}]}`
	next, _, err := b.BatchUpdateFiltered(message(t, "BatchUpdateValuesByDataFilterRequest", body), owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	want(t, shows(t, next, "Sheet1"), "1 x / 3 4")
	body = `{"valueInputOption":"RAW","data":[{"dataFilter":` + filter + `,"values":[["x","y"]]}]}`
	_, _, err = b.BatchUpdateFiltered(message(t, "BatchUpdateValuesByDataFilterRequest", body), owner, noon)
	want(t, err.Error(), "Invalid data[0]: Requested writing within range [Sheet1!B1:B10], but tried writing to column [C]")

	next, cleared, err := b.ClearFiltered(message(t, "BatchClearValuesByDataFilterRequest", `{"dataFilters":[`+filter+`]}`), owner, noon)
	if err != nil || len(cleared) != 1 {
		t.Fatal(cleared, err)
	}
	want(t, shows(t, next, "Sheet1"), "1 / 3")
}
