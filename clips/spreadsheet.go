package clips

import "strings"

// SpreadsheetID finds the ID of a Google spreadsheet in its address, as the browser shows it; an ID is one already.
func SpreadsheetID(text string) string {
	if _, rest, ok := strings.Cut(text, "/spreadsheets/d/"); ok {
		text, _, _ = strings.Cut(rest, "/")
		text, _, _ = strings.Cut(text, "?")
		text, _, _ = strings.Cut(text, "#")
	}
	return strings.TrimSpace(text)
}
