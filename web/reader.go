package web

import "strings"

// readers are kinds of readers by what their User-Agent says; the first that fits counts.
var readers = []struct{ mark, name string }{
	{"googledocs", "Google Sheets"}, // Mozilla/5.0 (compatible; GoogleDocs; apps-spreadsheets; …), of IMPORTDATA
	{"google-apps-script", "Google Apps Script"},
	{"mashup", "Excel"}, // Microsoft.Data.Mashup, of Power Query
	{"excel", "Excel"},
	{"libreoffice", "LibreOffice"},
	{"tableau", "Tableau"},
	{"curl/", "curl"},
	{"wget/", "wget"},
	{"python", "Python"},
	{"go-http-client", "Go"},
	{"okhttp", "Java"}, {"java/", "Java"},
	{"axios", "JavaScript"}, {"undici", "JavaScript"}, {"node", "JavaScript"},
	{"bot", "a bot"}, {"preview", "a bot"},
	{"mozilla/", "a browser"},
}

// readerOf names the kind of program that reads; "" is one we have no name for. It is a hint: anybody can say
// anything there.
func readerOf(userAgent string) string {
	agent := strings.ToLower(userAgent)
	for _, r := range readers {
		if strings.Contains(agent, r.mark) {
			return r.name
		}
	}
	return ""
}
