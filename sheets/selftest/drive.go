package selftest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"
)

const (
	googleDrive     = "https://www.googleapis.com/drive/v3/"
	spreadsheetMime = "application/vnd.google-apps.spreadsheet"
)

// file is what we ask Drive of a file.
type file struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	MimeType string `json:"mimeType,omitempty"`
}

// makeFile makes a spreadsheet in Drive: an empty one at files, a copy at files/ID/copy. It is removed with the rest.
func (t *trial) makeFile(ctx context.Context, path string) (string, error) {
	f, made := file{Name: t.fileName(), MimeType: spreadsheetMime}, file{}
	err := t.change(ctx, func(ctx context.Context) error { return t.drive(ctx, http.MethodPost, path, "fields=id", f, &made) })
	switch {
	case err == nil && made.ID != "":
		t.files = append(t.files, made.ID)
	case err == nil:
		t.lost, err = true, &otherwise{"the id of a file that was made", "none"}
	case isUnclear(err), ctx.Err() != nil:
		t.lost = true
	}
	return made.ID, err
}

// fileName is that of all our files, so that one look finds them.
func (t *trial) fileName() string { return t.name("file") }

// sweepFiles deletes the files we made, those too whose ids we never learned.
func (t *trial) sweepFiles(ctx context.Context) error {
	if t.lost {
		var found struct{ Files []file }
		query := url.Values{"fields": {"files(id)"}, "q": {"name = '" + t.fileName() + "' and trashed = false"}}.Encode()
		err := t.ask(ctx, func(ctx context.Context) error {
			return t.drive(ctx, http.MethodGet, "files", query, nil, &found)
		})
		if err != nil {
			return err
		}
		for _, f := range found.Files {
			t.files = append(t.files, f.ID)
		}
	}
	for len(t.files) > 0 {
		err := t.ask(ctx, func(ctx context.Context) error {
			return t.drive(ctx, http.MethodDelete, "files/"+t.files[0], "", nil, nil)
		})
		if err != nil && !isCode(err, http.StatusNotFound) {
			return err
		}
		t.files = t.files[1:]
	}
	return nil
}

// drive is one call of the Drive API, for which its whole client would be much.
func (t *trial) drive(ctx context.Context, method, path, query string, body, into any) error {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return err
		}
	}
	address := strings.TrimSuffix(cmp.Or(t.o.DriveEndpoint, googleDrive), "/") + "/" + path + "?supportsAllDrives=true&" + query
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := t.o.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := googleapi.CheckResponse(resp); err != nil || into == nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
