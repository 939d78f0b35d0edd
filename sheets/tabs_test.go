package sheets_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"clipsheet/clips"
	"clipsheet/sheets"
	"clipsheet/sheets/simulator"
)

func TestTabsOfASpreadsheet(t *testing.T) {
	google := simulator.New(simulator.Options{})
	defer google.Close()
	server := httptest.NewServer(google)
	defer server.Close()
	google.AddUser(ann)
	google.AddUser("bob@example.com")
	token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: google.AccessToken(ann, "spreadsheets")})
	who := sheets.Identity{Email: ann, Client: &http.Client{Transport: &oauth2.Transport{Source: token}}}
	at := simulator.EndpointsAt(server.URL).Sheets
	got, err := sheets.Tabs(t.Context(), who, at, google.Create(ann, "Board pack", "Cash", "Größe <b>"))
	if err != nil || !slices.Equal(got, []string{"Cash", "Größe <b>"}) {
		t.Errorf("%q, %v", got, err)
	}
	gone := google.Create(ann, "Gone")
	google.Delete(gone)
	for id, kind := range map[string]clips.Kind{gone: clips.KindSpreadsheet, google.Create("bob@example.com", "Bob's"): clips.KindNotShared} {
		_, err := sheets.Tabs(t.Context(), who, at, id)
		if clips.KindOf(err) != kind || !strings.Contains(clips.NoticeOf(err), ann) {
			t.Errorf("%s: %v, want %s", clips.KindOf(err), err, kind)
		}
	}
}
