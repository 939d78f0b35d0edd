package sheets

import "testing"

func TestMethodsAreNamedWithoutTheSpreadsheet(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/v4/spreadsheets/1x":                              "get",
		"/v4/spreadsheets/1x:getByDataFilter":              "getByDataFilter",
		"/v4/spreadsheets/1x:batchUpdate":                  "batchUpdate",
		"/v4/spreadsheets/1x/values:batchUpdate":           "values.batchUpdate",
		"/v4/spreadsheets/1x/values:batchGetByDataFilter":  "values.batchGetByDataFilter",
		"/v4/spreadsheets/1x/values/Sheet1!A1":             "other",
		"/proxy/v4/spreadsheets/1x/developerMetadata/1234": "other",
	} {
		if got := methodOf(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}
