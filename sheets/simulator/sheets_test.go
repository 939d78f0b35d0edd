package simulator_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	gsheets "google.golang.org/api/sheets/v4"
)

func TestAProgramWritesAndReads(t *testing.T) {
	w := newWorld(t)
	s := w.sheets(ann)
	made, err := s.Spreadsheets.Create(&gsheets.Spreadsheet{Properties: &gsheets.SpreadsheetProperties{Title: "New"},
		Sheets: []*gsheets.Sheet{{Properties: &gsheets.SheetProperties{Title: "A/B: c's é"}}}}).Do()
	if err != nil {
		t.Fatal(err)
	}
	if made.Sheets[0].Properties.SheetId != 0 || made.Properties.Locale != "en_US" || !strings.HasPrefix(made.SpreadsheetUrl, w.server.URL+"/spreadsheets/d/") {
		t.Errorf("made %+v %+v", made, made.Properties)
	}
	ref := "'A/B: c''s é'!A1:B2"
	if _, err := s.Spreadsheets.Values.Update(made.SpreadsheetId, ref, &gsheets.ValueRange{Values: [][]any{{"=1+1", 2}, {nil, true}}}).ValueInputOption("RAW").Do(); err != nil {
		t.Fatal(err)
	}
	got, err := s.Spreadsheets.Values.Get(made.SpreadsheetId, ref).ValueRenderOption("UNFORMATTED_VALUE").Do()
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(got.Values)
	want(t, string(text), `[["=1+1",2],["",true]]`)
	appended, err := s.Spreadsheets.Values.Append(made.SpreadsheetId, ref, &gsheets.ValueRange{Values: [][]any{{"x"}}}).
		ValueInputOption("USER_ENTERED").InsertDataOption("INSERT_ROWS").IncludeValuesInResponse(true).Do()
	if err != nil {
		t.Fatal(err)
	}
	want(t, appended.Updates.UpdatedRange, "'A/B: c''s é'!A3")
	cleared, err := s.Spreadsheets.Values.Clear(made.SpreadsheetId, ref, &gsheets.ClearValuesRequest{}).Do()
	if err != nil {
		t.Fatal(err)
	}
	want(t, cleared.ClearedRange, ref)
}

func TestEveryMethodOfTheAPIIsThere(t *testing.T) {
	w := newWorld(t)
	s, id := w.sheets(ann), w.id
	w.SetQuota(unlimited)
	values := s.Spreadsheets.Values
	filter := []*gsheets.DataFilter{{A1Range: "Sheet1!A1:B2"}}
	other := w.Create(ann, "Other")
	created, err := s.Spreadsheets.BatchUpdate(id, &gsheets.BatchUpdateSpreadsheetRequest{Requests: []*gsheets.Request{{CreateDeveloperMetadata: &gsheets.CreateDeveloperMetadataRequest{
		DeveloperMetadata: &gsheets.DeveloperMetadata{MetadataId: 7, MetadataKey: "k", Visibility: "DOCUMENT", Location: &gsheets.DeveloperMetadataLocation{Spreadsheet: true}}}}},
		IncludeSpreadsheetInResponse: true, ResponseIncludeGridData: true}).Do()
	if err != nil {
		t.Fatal(err)
	}
	if created.Replies[0].CreateDeveloperMetadata.DeveloperMetadata.MetadataId != 7 || len(created.UpdatedSpreadsheet.Sheets[0].Data) != 1 {
		t.Errorf("the reply lacks something: %+v", created)
	}
	for name, call := range map[string]func() error{
		"get": func() error {
			_, err := s.Spreadsheets.Get(id).Ranges("A1", "B2:C3").IncludeGridData(true).Do()
			return err
		},
		"getByDataFilter": func() error {
			_, err := s.Spreadsheets.GetByDataFilter(id, &gsheets.GetSpreadsheetByDataFilterRequest{DataFilters: filter}).Do()
			return err
		},
		"metadata get": func() error { _, err := s.Spreadsheets.DeveloperMetadata.Get(id, 7).Do(); return err },
		"metadata search": func() error {
			found, err := s.Spreadsheets.DeveloperMetadata.Search(id, &gsheets.SearchDeveloperMetadataRequest{DataFilters: []*gsheets.DataFilter{{DeveloperMetadataLookup: &gsheets.DeveloperMetadataLookup{MetadataKey: "k"}}}}).Do()
			if err == nil && len(found.MatchedDeveloperMetadata) != 1 {
				t.Error("the entry was not found")
			}
			return err
		},
		"copyTo": func() error {
			_, err := s.Spreadsheets.Sheets.CopyTo(id, 0, &gsheets.CopySheetToAnotherSpreadsheetRequest{DestinationSpreadsheetId: other}).Do()
			return err
		},
		"values get":   func() error { _, err := values.Get(id, "Sheet1").Do(); return err },
		"values batch": func() error { _, err := values.BatchGet(id).Ranges("A1", "B2").Do(); return err },
		"values filter": func() error {
			_, err := values.BatchGetByDataFilter(id, &gsheets.BatchGetValuesByDataFilterRequest{DataFilters: filter}).Do()
			return err
		},
		"values update": func() error { return raw(s, id, "A1", 1) },
		"batch update": func() error {
			_, err := values.BatchUpdate(id, &gsheets.BatchUpdateValuesRequest{ValueInputOption: "RAW", IncludeValuesInResponse: true, Data: []*gsheets.ValueRange{{Range: "A1", Values: [][]any{{1}}}}}).Do()
			return err
		},
		"batch filter": func() error {
			_, err := values.BatchUpdateByDataFilter(id, &gsheets.BatchUpdateValuesByDataFilterRequest{ValueInputOption: "RAW", Data: []*gsheets.DataFilterValueRange{{DataFilter: filter[0], Values: [][]any{{1}}}}}).Do()
			return err
		},
		"batch clear": func() error {
			_, err := values.BatchClear(id, &gsheets.BatchClearValuesRequest{Ranges: []string{"A1"}}).Do()
			return err
		},
		"clear filtered": func() error {
			_, err := values.BatchClearByDataFilter(id, &gsheets.BatchClearValuesByDataFilterRequest{DataFilters: filter}).Do()
			return err
		},
	} {
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	copied, _ := w.Spreadsheet(other)
	if tabs := copied.Tabs(); len(tabs) != 2 || tabs[1].Title != "Copy of Sheet1" {
		t.Errorf("the other spreadsheet has %+v", tabs)
	}
}

func TestFieldsChooseWhatIsAnswered(t *testing.T) {
	w := newWorld(t)
	token := w.AccessToken(ann)
	_, body := w.send("GET", "/v4/spreadsheets/"+w.id+"?fields=sheets.properties(sheetId,title)&prettyPrint=false", token, "")
	want(t, body, `{"sheets":[{"properties":{"sheetId":0,"title":"Sheet1"}}]}`)
	status, body := w.send("GET", "/v4/spreadsheets/"+w.id+"?fields=sheets.titel&prettyPrint=false", token, "")
	if status != 400 {
		t.Error(status)
	}
	want(t, body, `{"error":{"code":400,"message":"Request contains an invalid argument.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"sheets.titel","description":"Error expanding 'fields' parameter. Cannot find matching fields for path 'sheets.titel'."}]}]}}`)
}

func TestRequestsAreReadStrictly(t *testing.T) {
	w := newWorld(t)
	token, path := w.AccessToken(ann), "/v4/spreadsheets/"+w.id
	for _, test := range []struct{ path, body, message string }{
		{path + ":batchUpdate", `{"requests":[{"addShet":{}}]}`, `Invalid JSON payload received. Unknown name "addShet" at 'requests[0]': Cannot find field.`},
		{path + ":batchUpdate", `{"requests":[]}`, `Must specify at least one request.`},
		{path + ":batchUpdate", `{"requests":[{"updateCells":{"rows":[{"values":[null]}]}}]}`, `Invalid value at 'requests[0].update_cells.rows[0].values[0]' (type.googleapis.com/google.apps.sheets.v4.CellData), null`},
		{path + ":batchUpdate?foo=1", `{}`, `Invalid JSON payload received. Unknown name "foo": Cannot bind query parameter. Field 'foo' could not be found in request message.`},
		{path + "/values:batchUpdate", `{"valueInputOption":"RAW","data":[{"range":"A1","values":[[NaN]]}]}`, "Invalid JSON payload received. Unexpected token.\nNaN]]}]}\n^"},
		{path + "/values/A1:append?valueInputOption=SOME", `{}`, `Invalid value at 'value_input_option' (type.googleapis.com/google.apps.sheets.v4.ValueInputOption), "SOME"`},
		{path + "/values/A1:append", `{"values":[[1]]}`, `'valueInputOption' is required but not specified`},
		{path + "/values/A1:append?valueInputOption=RAW", `{"values":[1]}`, `Invalid value at 'data.values[0]' (type.googleapis.com/google.protobuf.ListValue), 1`},
	} {
		status, body := w.post(test.path, token, test.body)
		var answer struct {
			Error struct{ Message, Status string }
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatal(body)
		}
		if status != 400 || answer.Error.Status != "INVALID_ARGUMENT" {
			t.Errorf("%s: %d %s", test.body, status, answer.Error.Status)
		}
		want(t, answer.Error.Message, test.message)
	}
	status, body := w.post(path+":batchUpdate", token, `{"requests":[`+strings.Repeat(" ", 10_485_760)+`]}`)
	if status != 400 || !strings.Contains(body, "Request payload size exceeds the limit: 10485760 bytes.") {
		t.Errorf("%d %.200s", status, body)
	}
	for _, nowhere := range []string{"/v4/spreadsheets/" + w.id + ":frobnicate", "/v4/other"} {
		if status, body := w.post(nowhere, token, "{}"); status != 404 || !strings.Contains(body, "<!DOCTYPE html>") {
			t.Errorf("%s: %d %s", nowhere, status, body)
		}
	}
}

// TestErrorsHaveTheFormTheClientAsksFor: errors[] is for Google's own libraries.
func TestErrorsHaveTheFormTheClientAsksFor(t *testing.T) {
	w := newWorld(t)
	_, err := w.sheets(ann).Spreadsheets.Values.Get(w.id, "Nowhere!A1").Do()
	e := refusal(t, err)
	if e.Code != 400 || len(e.Errors) != 1 || e.Errors[0].Reason != "badRequest" {
		t.Errorf("%+v", e)
	}
	want(t, e.Message, "Unable to parse range: Nowhere!A1")
	_, body := w.send("GET", "/v4/spreadsheets/"+w.id+"/values/Nowhere!A1?prettyPrint=false", w.AccessToken(ann), "")
	want(t, body, `{"error":{"code":400,"message":"Unable to parse range: Nowhere!A1","status":"INVALID_ARGUMENT"}}`)
	_, body = w.send("GET", "/v4/spreadsheets/"+w.id+"/values/Nowhere!A1?prettyPrint=false&$.xgafv=1", w.AccessToken(ann), "")
	want(t, body, `{"error":{"code":400,"message":"Unable to parse range: Nowhere!A1","errors":[{"message":"Unable to parse range: Nowhere!A1","domain":"global","reason":"badRequest"}],"status":"INVALID_ARGUMENT"}}`)
}

func TestWhoMayDoWhat(t *testing.T) {
	w := newWorld(t)
	office := w.AddOfficeFile(ann, "Old.xlsx")
	client := func(email string, scopes ...string) *gsheets.Service { return w.sheets(email, scopes...) }
	read := func(s *gsheets.Service, id string) error { _, err := s.Spreadsheets.Get(id).Do(); return err }
	write := func(s *gsheets.Service, id string) error { return raw(s, id, "A1", 1) }
	check := func(name string, err error, code int, message string) {
		t.Helper()
		if e := refusal(t, err); e.Code != code || e.Message != message {
			t.Errorf("%s: %d %s, want %d %s", name, e.Code, e.Message, code, message)
		}
	}
	check("a stranger", read(client(bert), w.id), 403, "The caller does not have permission")
	check("a wrong id", read(client(ann), "1nothing"), 404, "Requested entity was not found.")
	check("an office file", read(client(ann), office), 400, "This operation is not supported for this document")
	check("a read-only scope", write(client(ann, "spreadsheets.readonly"), w.id), 403, "Request had insufficient authentication scopes.")
	check("a file the app has not opened", read(client(ann, "drive.file"), w.id), 404, "Requested entity was not found.")
	w.Share(w.id, bert, "reader")
	if err := read(client(bert), w.id); err != nil {
		t.Error(err)
	}
	check("a reader", write(client(bert), w.id), 403, "The caller does not have permission")
	w.Share(w.id, "", "writer")
	if err := write(client(bert), w.id); err != nil {
		t.Error(err)
	}
	w.Pick(w.id, "")
	if err := write(client(ann, "https://www.googleapis.com/auth/drive.file"), w.id); err != nil {
		t.Error(err)
	}

	status, body := w.send("GET", "/v4/spreadsheets/"+w.id, "", "")
	if status != 403 || !strings.Contains(body, "The request is missing a valid API key.") {
		t.Errorf("without a token: %d %s", status, body)
	}
	_, err := w.sheetsWith("ya29.wrong").Spreadsheets.Get(w.id).Do()
	e := refusal(t, err)
	if e.Code != 401 || e.Header.Get("WWW-Authenticate") != `Bearer realm="https://accounts.google.com/", error="invalid_token"` || e.Errors[0].Reason != "authError" {
		t.Errorf("a wrong token: %+v", e)
	}
	e = refusal(t, write(client(ann, "drive.readonly"), w.id))
	if details := asJSON(e.Details); !strings.Contains(details, "ACCESS_TOKEN_SCOPE_INSUFFICIENT") || e.Errors[0].Reason != "insufficientPermissions" {
		t.Errorf("the scope: %s %+v", details, e.Errors)
	}
}

func TestAnAccessTokenLivesAnHour(t *testing.T) {
	w := newWorld(t)
	s := w.sheets(ann)
	w.clock.pass(59 * time.Minute)
	if _, err := s.Spreadsheets.Get(w.id).Do(); err != nil {
		t.Fatal(err)
	}
	w.clock.pass(time.Minute)
	if _, err := s.Spreadsheets.Get(w.id).Do(); refusal(t, err).Code != 401 {
		t.Error(err)
	}
}

// TestWritersTakeTurns: each sees what those before it wrote, and nothing is lost.
func TestWritersTakeTurns(t *testing.T) {
	w := newWorld(t)
	w.SetQuota(unlimited)
	s := w.sheets(ann)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 10 {
				body := &gsheets.ValueRange{Values: [][]any{{i*10 + j}}}
				if _, err := s.Spreadsheets.Values.Append(w.id, "Sheet1", body).ValueInputOption("RAW").Do(); err != nil {
					t.Error(err)
				}
				if _, err := s.Spreadsheets.Get(w.id).IncludeGridData(true).Do(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	snapshot, _ := w.Spreadsheet(w.id)
	rows, err := snapshot.Values("A:A")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for _, row := range rows {
		seen[row[0]] = true
	}
	if len(rows) != 80 || len(seen) != 80 {
		t.Errorf("%d rows, %d different", len(rows), len(seen))
	}
}

func TestProtectionHoldsOverTheWire(t *testing.T) {
	w := newWorld(t)
	w.Share(w.id, bert, "writer")
	if err := w.As(ann).Do(w.id, `{"addProtectedRange":{"protectedRange":{"range":{"endRowIndex":1}}}}`); err != nil {
		t.Fatal(err)
	}
	if e := refusal(t, raw(w.sheets(bert), w.id, "A1", 1)); !strings.Contains(e.Message, "You are trying to edit a protected cell or object.") {
		t.Error(e.Message)
	}
	if err := raw(w.sheets(ann), w.id, "A1", 1); err != nil {
		t.Error(err)
	}
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
