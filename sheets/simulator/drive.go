package simulator

import (
	"net/http"
	"net/url"
	"strings"

	"clipsheet/sheets/simulator/internal/wire"
)

var (
	driveReads  = []string{"drive", "drive.file", "drive.readonly", "drive.metadata.readonly"}
	driveWrites = []string{"drive", "drive.file"}
)

// routeDrive finds one of the few calls of Drive that are needed.
func routeDrive(r *http.Request) route {
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/drive/v3/")
	for _, d := range []struct {
		verb, pattern, name string
		scopes              []string
		serve               func(*Simulator, *Exchange) (*wire.Message, error)
	}{
		{http.MethodGet, "files", "files.list", driveReads, (*Simulator).listFiles},
		{http.MethodPost, "files", "files.create", driveWrites, (*Simulator).createFile},
		{http.MethodGet, "files/{fileId}", "files.get", driveReads, (*Simulator).getFile},
		{http.MethodPatch, "files/{fileId}", "files.update", driveWrites, (*Simulator).updateFile},
		{http.MethodDelete, "files/{fileId}", "files.delete", driveWrites, (*Simulator).deleteFile},
		{http.MethodPost, "files/{fileId}/copy", "files.copy", driveWrites, (*Simulator).copyFile},
		{http.MethodGet, "files/{fileId}/permissions", "permissions.list", driveReads, (*Simulator).listPermissions},
		{http.MethodPost, "files/{fileId}/permissions", "permissions.create", driveWrites, (*Simulator).createPermission},
	} {
		vars, ok := matchPath(d.pattern, path)
		if !ok || r.Method != d.verb {
			continue
		}
		return route{method: "drive." + d.name, vars: vars, read: r.Method == http.MethodGet, scopes: d.scopes,
			serve: func(s *Simulator, x *Exchange) (Answer, error) { return s.serveDrive(x, d.serve) }}
	}
	return route{}
}

func (s *Simulator) serveDrive(x *Exchange, serve func(*Simulator, *Exchange) (*wire.Message, error)) (Answer, error) {
	m, err := serve(s, x)
	if err != nil {
		return Answer{}, err
	}
	if m == nil {
		return Answer{Status: http.StatusNoContent}, nil
	}
	return answerJSON(http.StatusOK, m, x.pretty()), nil
}

// driveBody reads the body of a call of Drive, which takes any field.
func (x *Exchange) driveBody() (*wire.Message, error) { return wire.ParseAny(x.body) }

// driveMask is the fields parameter, or what Drive answers with when there is none.
func driveMask(q url.Values, normally string) (*wire.Mask, error) {
	text := q.Get("fields")
	if text == "" {
		text = normally
	}
	mask, err := wire.ParseMask(text)
	if err != nil {
		return nil, driveError(http.StatusBadRequest, "invalidParameter", "Invalid field selection "+text, "fields")
	}
	return mask, nil
}

// driveError is a refusal in Drive's own form, which has errors[] and no status.
func driveError(code int, reason, message, parameter string) *apiError {
	old := wire.New("message", message, "domain", "global", "reason", reason)
	if parameter != "" {
		old.Set("location", parameter)
		old.Set("locationType", "parameter")
	}
	return &apiError{code: code, reason: reason, message: message, old: old}
}

func fileNotFound(id string) *apiError {
	return driveError(http.StatusNotFound, "notFound", "File not found: "+id+".", "fileId")
}

// driveFile finds the file of a call, for a role. Who may not even read it learns that there is none.
func (s *Simulator) driveFile(x *Exchange, role string) (*file, error) {
	id := x.route.vars["fileId"]
	f := s.open(x.who, id)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case f == nil || f.role(x.who.email) == "":
		return nil, fileNotFound(id)
	case rank[f.role(x.who.email)] < rank[role]:
		return nil, driveError(http.StatusForbidden, "insufficientFilePermissions",
			"The user does not have sufficient permissions for this file.", "")
	}
	return f, nil
}
