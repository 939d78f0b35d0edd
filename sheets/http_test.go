package sheets_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"clipsheet/clips"
	"clipsheet/sheets"
	"clipsheet/sheets/simulator"
)

// TestOverRealHTTP is one push over sockets and in real time, as an example of all that a Pusher needs.
func TestOverRealHTTP(t *testing.T) {
	google := simulator.New(simulator.Options{})
	defer google.Close()
	server := httptest.NewServer(google)
	defer server.Close()
	google.AddUser(ann)
	id := google.Create(ann, "Budget")

	token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: google.AccessToken(ann)})
	calls := map[string]int{}
	pusher := sheets.New(sheets.Options{
		Endpoint: server.URL,
		Identity: func(ctx context.Context, account string) (sheets.Identity, error) {
			return sheets.Identity{Client: &http.Client{Transport: &oauth2.Transport{Source: token}}, Email: account}, nil
		},
		Pause:  time.Millisecond,
		OnCall: func(method, status string) { calls[method+" "+status]++ },
	})
	result := rows("id int, name text", "1|bolt", "2|nut")
	push := clips.Push{
		Sync: clips.Sync{Name: "parts", Target: "t1", Account: ann, Spreadsheet: id, Tab: "Parts", Mode: clips.SyncReplace},
		Run:  1, Fence: 1, Info: result.info(), Rows: result.read,
		Tell: func(stage string, done, all int64) { t.Log(stage, done, all) },
	}
	pushed, err := pusher.Push(t.Context(), push)
	if err != nil {
		t.Fatal(err)
	}
	if pushed.Rows != 2 || pushed.Cells != 6 || pushed.Verified != 6 || pushed.Bytes == 0 {
		t.Errorf("%+v", pushed)
	}
	if calls["get 200"] == 0 || calls["batchUpdate 200"] == 0 || len(calls) > pushed.Reads+pushed.Writes {
		t.Errorf("the calls were %v", calls)
	}
	w := &world{t: t, Simulator: google, id: id}
	w.want("Parts", "id|name / 1|bolt / 2|nut")
}
