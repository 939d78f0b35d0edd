package simulator_test

import (
	"strings"
	"testing"

	"google.golang.org/api/drive/v3"
	gsheets "google.golang.org/api/sheets/v4"

	"clipsheet/sheets/simulator"
)

const sheetMime = "application/vnd.google-apps.spreadsheet"

func TestAnAppSeesTheFilesItMade(t *testing.T) {
	w := newWorld(t)
	token := w.AccessToken(ann, driveFile)
	d, s := w.drive(token), w.sheetsWith(token)
	f, err := d.Files.Create(&drive.File{Name: "Made", MimeType: sheetMime}).Fields("id,name,version,capabilities/canEdit,webViewLink").Do()
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != "Made" || f.Version != 1 || !f.Capabilities.CanEdit || !strings.HasPrefix(f.WebViewLink, w.server.URL) {
		t.Errorf("%+v", f)
	}
	if err := raw(s, f.Id, "A1", 1); err != nil {
		t.Error(err)
	}
	if f, err = d.Files.Get(f.Id).Fields("version").Do(); err != nil || f.Version != 2 {
		t.Errorf("the version after a write: %+v %v", f, err)
	}
	if _, err := d.Files.Get(w.id).Do(); refusal(t, err).Message != "File not found: "+w.id+"." {
		t.Error(err)
	}
	list, err := d.Files.List().Q("mimeType='" + sheetMime + "' and trashed=false and 'me' in owners").Do()
	if err != nil || len(list.Files) != 1 || list.Files[0].Name != "Made" {
		t.Errorf("%+v %v", list, err)
	}
	w.Pick(w.id, "")
	if list, err = d.Files.List().Q("name contains 'budg'").Do(); err != nil || len(list.Files) != 1 || list.Files[0].Id != w.id {
		t.Errorf("%+v %v", list, err)
	}
	if _, err = d.Files.List().Q("size > 3").Do(); refusal(t, err).Errors[0].Reason != "invalid" {
		t.Error(err)
	}
}

func TestFilesAreSharedCopiedAndDeleted(t *testing.T) {
	w := newWorld(t)
	d := w.drive(w.AccessToken(ann, "drive"))
	if err := w.As(ann).Do(w.id, `{"createDeveloperMetadata":{"developerMetadata":{"metadataId":5,"metadataKey":"k","metadataValue":"`+w.id+`","visibility":"DOCUMENT","location":{"sheetId":0}}}}`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Permissions.Create(w.id, &drive.Permission{Type: "user", Role: "writer", EmailAddress: bert}).Do(); err != nil {
		t.Fatal(err)
	}
	if err := raw(w.sheets(bert), w.id, "A1", "bert"); err != nil {
		t.Error(err)
	}
	list, err := d.Permissions.List(w.id).Fields("permissions(role,emailAddress)").Do()
	if err != nil || len(list.Permissions) != 2 || list.Permissions[1].EmailAddress != bert {
		t.Errorf("%+v %v", list, err)
	}
	c, err := w.drive(w.AccessToken(bert, "drive")).Files.Copy(w.id, &drive.File{}).Fields("id,name,ownedByMe").Do()
	if err != nil {
		t.Fatal(err)
	}
	want(t, c.Name, "Copy of Budget")
	snapshot, _ := w.Spreadsheet(c.Id)
	if m := snapshot.Metadata(); !c.OwnedByMe || len(m) != 1 || m[0].ID != 5 || m[0].Value != w.id {
		t.Errorf("the copy is not Bert's, or has other metadata: %+v", m)
	}
	if _, err := w.drive(w.AccessToken(bert, "drive")).Files.Update(w.id, &drive.File{Name: "Renamed"}).Do(); err != nil {
		t.Error(err)
	}
	if e := refusal(t, w.drive(w.AccessToken(bert, "drive")).Files.Delete(w.id).Do()); e.Code != 403 {
		t.Error(e)
	}
	if _, err := d.Files.Update(w.id, &drive.File{Trashed: true}).Do(); err != nil {
		t.Error(err)
	}
	if err := raw(w.sheets(ann), w.id, "A1", "in the bin"); err != nil {
		t.Errorf("what is in the bin can still be written: %v", err)
	}
	if err := d.Files.Delete(w.id).Do(); err != nil {
		t.Error(err)
	}
	if e := refusal(t, raw(w.sheets(ann), w.id, "A1", "gone")); e.Code != 404 {
		t.Error(e)
	}
}

func TestAStrangersFileIsNotThere(t *testing.T) {
	w := newWorld(t)
	d := w.drive(w.AccessToken(bert, "drive"))
	_, err := d.Files.Get(w.id).Do()
	if e := refusal(t, err); e.Code != 404 || e.Errors[0].Reason != "notFound" {
		t.Error(e)
	}
	if list, err := d.Files.List().Do(); err != nil || len(list.Files) != 0 {
		t.Errorf("%+v %v", list, err)
	}
}

func TestAServiceAccountKeepsItsFilesInASharedDrive(t *testing.T) {
	w := newWorld(t)
	robot := w.AddServiceAccount("robot@x")
	w.AddSharedDrive("0Ateam")
	token := w.AccessToken(robot.Email, "drive")
	d := w.drive(token)
	_, err := d.Files.Create(&drive.File{Name: "x", MimeType: sheetMime}).Do()
	if e := refusal(t, err); e.Code != 403 || e.Errors[0].Reason != "storageQuotaExceeded" {
		t.Error(e)
	}
	f, err := d.Files.Create(&drive.File{Name: "x", MimeType: sheetMime, Parents: []string{"0Ateam"}}).SupportsAllDrives(true).Fields("id,driveId,owners").Do()
	if err != nil || f.DriveId != "0Ateam" || len(f.Owners) != 0 {
		t.Fatalf("%+v %v", f, err)
	}
	if err := raw(w.sheetsWith(token), f.Id, "A1", 1); err != nil {
		t.Error(err)
	}
}

// TestEveryVersionIsTold holds what a viewer could see at any moment: nothing between two batches.
func TestEveryVersionIsTold(t *testing.T) {
	w := newWorld(t)
	var seen []string
	w.OnChange(func(id string, s simulator.Snapshot) {
		rows, err := s.Values("A1:B1")
		if err != nil || id != w.id {
			t.Error(id, err)
		}
		seen = append(seen, asJSON(rows))
	})
	w.typed("A1", []any{1, 2})
	batch := &gsheets.BatchUpdateSpreadsheetRequest{Requests: []*gsheets.Request{
		{UpdateCells: &gsheets.UpdateCellsRequest{Range: &gsheets.GridRange{EndRowIndex: 1}, Fields: "userEnteredValue"}},
		{UpdateCells: &gsheets.UpdateCellsRequest{Start: &gsheets.GridCoordinate{}, Fields: "userEnteredValue",
			Rows: []*gsheets.RowData{{Values: []*gsheets.CellData{{UserEnteredValue: &gsheets.ExtendedValue{NumberValue: new(3.0)}}}}}}},
	}}
	if _, err := w.sheets(ann).Spreadsheets.BatchUpdate(w.id, batch).Do(); err != nil {
		t.Fatal(err)
	}
	want(t, strings.Join(seen, " "), "[[1,2]] [[3]]")
}
