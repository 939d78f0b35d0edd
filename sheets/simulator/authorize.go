package simulator

import (
	"fmt"
	"net/http"
	"strings"

	"clipsheet/sheets/simulator/internal/wire"
)

const unauthenticated = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other " +
	"valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."

// authorize finds who makes a call and whether they may use the method.
func (s *Simulator) authorize(r *http.Request, scopes []string) (caller, error) {
	token := bearer(r)
	if token == "" {
		return caller{}, errNoAPIKey
	}
	if !s.alive(token) {
		e := refuse("UNAUTHENTICATED", unauthenticated,
			errorInfo("ACCESS_TOKEN_EXPIRED", "googleapis.com", wire.New("service", "sheets.googleapis.com")))
		e.header = http.Header{"Www-Authenticate": {`Bearer realm="https://accounts.google.com/", error="invalid_token"`}}
		return caller{}, e
	}
	who := s.callerOf(token)
	if who.client.NoSheets && strings.HasPrefix(r.URL.EscapedPath(), "/v4/") {
		return who, sheetsDisabled(who.client.Project)
	}
	return who, who.forbidden(scopes)
}

func sheetsDisabled(project string) error {
	url := "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=" + project
	e := refuse("PERMISSION_DENIED", fmt.Sprintf("Google Sheets API has not been used in project %s before or it is disabled. "+
		"Enable it by visiting %s then retry. If you enabled this API recently, wait a few minutes for the action to propagate "+
		"to our systems and retry.", project, url),
		errorInfo("SERVICE_DISABLED", "googleapis.com", wire.New("service", "sheets.googleapis.com",
			"consumer", "projects/"+project, "activationUrl", url)))
	e.reason = "accessNotConfigured"
	return e
}

// baseOf is the address the request was made to, up to the path.
func baseOf(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
