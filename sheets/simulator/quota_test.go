package simulator_test

import (
	"strings"
	"testing"
	"time"

	"clipsheet/sheets/simulator"
)

func TestAUserHasSixtyCallsInAMinute(t *testing.T) {
	w := newWorld(t)
	w.SetQuota(simulator.Quota{})
	s := w.sheets(ann)
	write := func() error { return raw(s, w.id, "A1", 1) }
	for i := range 60 {
		if err := write(); err != nil {
			t.Fatalf("write %d: %v", i+1, err)
		}
		w.clock.pass(500 * time.Millisecond)
	}
	e := refusal(t, write())
	want(t, e.Message, "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user' of service 'sheets.googleapis.com' for consumer 'project_number:0'.")
	if e.Code != 429 || !strings.Contains(e.Body, `"quota_limit":"WriteRequestsPerMinutePerUser"`) || e.Errors[0].Reason != "rateLimitExceeded" {
		t.Error(e.Body)
	}
	if _, err := s.Spreadsheets.Get(w.id).Do(); err != nil {
		t.Errorf("reads have a quota of their own: %v", err)
	}
	w.clock.pass(31 * time.Second) // the first write is a minute old
	if err := write(); err != nil {
		t.Error(err)
	}
	if c := w.Counters(); c.Writes != 61 || c.Reads != 1 || c.Refused != 1 || c.BytesIn == 0 || c.BytesOut == 0 {
		t.Errorf("%+v", c)
	}
}

func TestAProjectHasThreeHundred(t *testing.T) {
	w := newWorld(t)
	refused := ""
	for i := range 310 {
		email := strings.Repeat("x", i/50+1) + "@example.com"
		w.Share(w.id, email, simulator.Reader)
		_, err := w.sheets(email).Spreadsheets.Get(w.id).Do()
		if err != nil && refused == "" {
			refused = refusal(t, err).Message
			if i != 300 {
				t.Errorf("call %d was refused", i+1)
			}
		}
	}
	if !strings.Contains(refused, "limit 'Read requests per minute' of") {
		t.Error(refused)
	}
}

// TestWhatCountsAsARead: searching is reading although it is a POST.
func TestWhatCountsAsARead(t *testing.T) {
	w := newWorld(t)
	token := w.AccessToken(ann)
	reads := []string{":getByDataFilter", "/developerMetadata:search", "/values:batchGetByDataFilter"}
	for _, path := range append(reads, ":batchUpdate", "/values:batchUpdate", "/values:batchClear") {
		w.post("/v4/spreadsheets/"+w.id+path, token, "{}")
	}
	w.send("GET", "/v4/spreadsheets/"+w.id+"/values:batchGet", token, "")
	if c := w.Counters(); c.Reads != 4 || c.Writes != 3 {
		t.Errorf("%+v", c)
	}
}

func TestTheLogHasEveryCall(t *testing.T) {
	w := newWorld(t)
	if _, err := w.sheets(ann).Spreadsheets.Get(w.id).Do(); err != nil {
		t.Fatal(err)
	}
	w.post("/v4/spreadsheets/"+w.id+":batchUpdate", w.AccessToken(ann), `{"requests":[{"addSheet":{}},{"deleteSheet":{"sheetId":0}}]}`)
	calls := w.Calls()
	if len(calls) != 2 {
		t.Fatalf("%+v", calls)
	}
	read, write := calls[0], calls[1]
	if read.Method != "sheets.spreadsheets.get" || !read.Read || read.Account != ann || read.Spreadsheet != w.id || read.Status != 200 || read.BytesOut == 0 {
		t.Errorf("%+v", read)
	}
	if strings.Join(write.Kinds, " ") != "addSheet deleteSheet" || write.Read || write.BytesIn == 0 {
		t.Errorf("%+v", write)
	}
	w.ResetCalls()
	if len(w.Calls()) != 0 || w.Counters() != (simulator.Counters{}) {
		t.Error("the log is not empty")
	}
}
