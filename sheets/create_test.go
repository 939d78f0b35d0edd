package sheets_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"clipsheet/clips"
	"clipsheet/sheets"
	"clipsheet/sheets/simulator"
)

func TestASpreadsheetIsMade(t *testing.T) {
	google := simulator.New(simulator.Options{})
	defer google.Close()
	server := httptest.NewServer(google)
	defer server.Close()
	google.AddUser(ann)
	who := func(scope string) sheets.Identity {
		token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: google.AccessToken(ann, scope)})
		return sheets.Identity{Email: ann, Client: &http.Client{Transport: &oauth2.Transport{Source: token}}}
	}
	at := simulator.EndpointsAt(server.URL)
	for _, c := range []struct {
		scope   string
		byDrive bool
	}{{"drive.file", true}, {"spreadsheets", false}} {
		id, err := sheets.Create(context.Background(), who(c.scope), sheets.NewSpreadsheet{Title: "Board pack", Endpoint: at.Sheets, Drive: at.Drive, ByDrive: c.byDrive})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := google.Spreadsheet(id); !ok {
			t.Errorf("%s: there is no spreadsheet %q", c.scope, id)
		}
	}
	google.Inject(simulator.Fault{Method: "files.create", Effect: simulator.InternalError()})
	_, err := sheets.Create(context.Background(), who("drive.file"), sheets.NewSpreadsheet{Title: "x", Drive: at.Drive, ByDrive: true})
	if clips.KindOf(err) != clips.KindUnavailable {
		t.Errorf("Google has trouble: %v", err)
	}
	_, err = sheets.Create(context.Background(), who("spreadsheets"), sheets.NewSpreadsheet{Title: "x", Drive: at.Drive, ByDrive: true})
	if clips.KindOf(err) != clips.KindAccount || !strings.Contains(clips.NoticeOf(err), "connect it again") {
		t.Errorf("without leave: %v", err)
	}
}
