package sheets

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"
)

// Google's own addresses, and what Drive calls a spreadsheet.
const (
	googleDrive     = "https://www.googleapis.com/drive/v3/"
	spreadsheetMime = "application/vnd.google-apps.spreadsheet"
)

// NewSpreadsheet says what to make, and where the APIs are; an empty endpoint is Google's.
type NewSpreadsheet struct {
	Title    string
	Endpoint string
	Drive    string
	ByDrive  bool // through Drive, after which an account that may only use its own files may use this one
}

// Create makes an empty spreadsheet that belongs to the account, and gives its ID. A spreadsheet made twice, since an
// answer was lost, is for people to delete, so it is not tried again by itself.
func Create(ctx context.Context, who Identity, n NewSpreadsheet) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if n.ByDrive {
		id, err = createByDrive(ctx, who, n)
	} else {
		id, err = createBySheets(ctx, who, n)
	}
	if err != nil {
		return "", explain(err, who, n.Title)
	}
	return id, nil
}

func createBySheets(ctx context.Context, who Identity, n NewSpreadsheet) (string, error) {
	options := []option.ClientOption{option.WithHTTPClient(who.Client)}
	if n.Endpoint != "" {
		options = append(options, option.WithEndpoint(n.Endpoint))
	}
	service, err := gsheets.NewService(ctx, options...)
	if err != nil {
		return "", err
	}
	made, err := service.Spreadsheets.Create(&gsheets.Spreadsheet{Properties: &gsheets.SpreadsheetProperties{Title: n.Title}}).
		Fields("spreadsheetId").Context(ctx).Do()
	if err != nil {
		return "", err
	}
	return made.SpreadsheetId, nil
}

// createByDrive is one call of the Drive API (files.create), for which its whole client would be much.
func createByDrive(ctx context.Context, who Identity, n NewSpreadsheet) (string, error) {
	body, err := json.Marshal(map[string]string{"name": n.Title, "mimeType": spreadsheetMime})
	if err != nil {
		return "", err
	}
	address := strings.TrimSuffix(cmp.Or(n.Drive, googleDrive), "/") + "/files?fields=id&supportsAllDrives=true"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := who.Client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if err := googleapi.CheckResponse(resp); err != nil {
		return "", err
	}
	var made struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil || made.ID == "" {
		return "", fmt.Errorf("read what Drive made: %w", cmp.Or(err, errNoID))
	}
	return made.ID, nil
}

var errNoID = fmt.Errorf("it has no ID")
