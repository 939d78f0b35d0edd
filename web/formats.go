package web

import (
	"net/url"
	"strings"
	"unicode"

	"clipsheet/clips"
)

// format is one way to read a clip, chosen by the suffix of the address.
type format struct {
	name   string
	inline bool   // browsers show it; the others they save
	packed bool   // compressed by itself
	use    string // what it is for, in the list of downloads
}

// formats are all there are, in the order people see them. A suffix that is not here is a link that is not there.
var formats = []format{
	{name: "xlsx", use: "for Excel, with its dates and numbers as such", packed: true},
	{name: "csv", use: "for Google Sheets and most programs"},
	{name: "tsv", use: "with tabs, to paste into a spreadsheet"},
	{name: "json", use: "for programs", inline: true},
	{name: "ndjson", use: "for programs that read line by line"},
	{name: "html", use: "to read", inline: true},
}

// Formats lists the formats a link can serve, as suffixes of its address.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

func formatOf(file string) (format, bool) {
	name, suffix, _ := cutLast(file, ".")
	for _, f := range formats {
		if f.name == suffix && !strings.Contains(name, "/") {
			return f, true
		}
	}
	return format{}, false
}

func cutLast(s, sep string) (before, after string, found bool) {
	if at := strings.LastIndex(s, sep); at >= 0 {
		return s[:at], s[at+len(sep):], true
	}
	return s, "", false
}

// workbook tells whether it is made by Options.Workbook rather than by an encoder of package clips.
func (f format) workbook() bool { return f.name == "xlsx" }

// page tells whether it is read in a browser.
func (f format) page() bool { return f.name == "html" }

// json tells whether its errors are JSON, too.
func (f format) json() bool { return f.name == "json" || f.name == "ndjson" }

// TokenOf finds the token in the address of a feed; "" when there is none.
func TokenOf(address string) clips.Token {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	_, path, _ := strings.Cut(u.EscapedPath(), "/d/")
	token, _ := splitPath("/d/" + path)
	return token
}

// splitPath finds the token and the file name in the path of a feed.
func splitPath(path string) (clips.Token, string) {
	token, file, _ := strings.Cut(strings.TrimPrefix(path, "/d/"), "/")
	return clips.Token(token), file
}

// disposition names the file for those who save it: the slug, which every program understands, and the title.
func disposition(slug, title string, f format) string {
	kind := "attachment"
	if f.inline {
		kind = "inline"
	}
	title = fileName(title)
	if title == "" {
		title = slug
	}
	return kind + `; filename="` + asciiName(slug) + "." + f.name + `"; filename*=UTF-8''` +
		url.PathEscape(title+"."+f.name)
}

const longestName = 100

// asciiName leaves what no system can misread.
func asciiName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_') {
			return r
		}
		return '-'
	}, s)
	return s[:min(len(s), longestName)]
}

// fileName leaves letters of any script out of a title. Signs that systems give a meaning to become blanks, and so
// do invisible ones, which can make one suffix look like another.
func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|'`, r) || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	letters := []rune(strings.Join(strings.Fields(s), " "))
	return strings.Trim(string(letters[:min(len(letters), longestName)]), ". ")
}
