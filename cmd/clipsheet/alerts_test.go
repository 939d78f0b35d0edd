package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clipsheet/clips"
)

func TestOwnersAreTold(t *testing.T) {
	var got struct{ Text string }
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&got) != nil {
			t.Errorf("a strange message: %s %v", r.Method, r.Header)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	a := newAlerts(AlertsConfig{Webhook: server.URL + "/services/s3cret"})
	s := clips.Sync{Name: "mrr-to-board", Clip: clips.Clip{Title: "MRR", Owner: "cfo@example.com"}}
	for _, c := range []struct {
		run  clips.SyncRun
		want string
	}{
		{clips.SyncRun{State: clips.SyncFailed, Notice: "Cells are in the way."}, "Clipsheet: sync mrr-to-board (MRR) failed, which is for cfo@example.com: Cells are in the way."},
		{clips.SyncRun{State: clips.SyncDone}, "Clipsheet: sync mrr-to-board (MRR) works again."},
		{clips.SyncRun{State: clips.SyncQueued, Notice: "Google takes no more."}, "Clipsheet: sync mrr-to-board (MRR) is not done yet, which is for cfo@example.com: Google takes no more."},
	} {
		if err := a.send(t.Context(), newsOfSync(s, c.run)); err != nil || got.Text != c.want {
			t.Errorf("%q, %v; want %q", got.Text, err, c.want)
		}
	}
	status = http.StatusForbidden
	err := a.send(t.Context(), "x")
	server.Close()
	gone := a.send(t.Context(), "x")
	for _, err := range []error{err, gone} {
		if err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), server.URL) {
			t.Errorf("the error is %v", err)
		}
	}
	if err := newAlerts(AlertsConfig{}).send(t.Context(), "x"); err != nil {
		t.Errorf("without a webhook: %v", err)
	}
}
