package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"clipsheet/clips"
)

// uses are the ways to read a clip from elsewhere, as text to copy.
type uses struct {
	Known    bool   // the addresses have the token of a link; otherwise a word to put it in place of
	New      bool   // it is one that is shown this once
	Page     string // for people
	CSV      string
	XLSX     string
	JSON     string
	Formulas []formula
	Size     string // of the table, when that is more than IMPORTDATA is known to take
	Private  bool   // Google cannot reach this server
	Push     string // where a sync is made, by those who may
}

// formula is what brings the table into Google Sheets, for spreadsheets that write numbers in one way.
type formula struct{ For, Text string }

// About where Google refuses what IMPORTDATA asks for. It says nowhere how much that is; people have found out.
const (
	importBytes = 4 << 20
	importCells = 500_000
)

// tokenHere stands where a token would, when we know none: tokens are kept nowhere.
const tokenHere = "YOUR-LINK"

// uses are made with the token of a link just made, or with that of the demo's own; else with a word in its place.
func (s *site) uses(r *http.Request, req *request, who clips.Person, token clips.Token, info clips.SnapshotInfo) uses {
	u := uses{New: token != "", Size: tooMuch(info), Private: s.privately()}
	if who.Role >= clips.RoleAuthor && s.has(http.MethodGet, "/syncs/new") {
		u.Push = "/syncs/new?" + url.Values{"clip": {req.clip.Slug}}.Encode()
	}
	if token == "" {
		token = TokenOf(s.Home[req.clip.Slug])
	}
	u.Known = token != ""
	secret := tokenHere
	if u.Known {
		secret = token.Reveal()
	}
	address := func(format string) string {
		return s.BaseURL + "/d/" + secret + "/" + withQuery(req.clip.Slug+"."+format, req.settings())
	}
	u.Page, u.CSV, u.XLSX, u.JSON = address("html"), address("csv"), address("xlsx"), address("json")
	quoted := `"` + strings.ReplaceAll(u.CSV, `"`, "%22") + `"`
	u.Formulas = []formula{
		{"1.5 (File → Settings → Locale: United States, United Kingdom …)", `=IMPORTDATA(` + quoted + `, ",", "en_US")`},
		{"1,5 (Germany, France, Spain …)", `=IMPORTDATA(` + quoted + `; ","; "en_US")`},
	}
	if writesComma(r.Header.Get("Accept-Language")) {
		slices.Reverse(u.Formulas)
	}
	return u
}

// tooMuch says how much a table is, if it is too much for IMPORTDATA.
func tooMuch(info clips.SnapshotInfo) string {
	cells := info.Rows * int64(len(info.Header.Columns))
	if info.Bytes <= importBytes && cells <= importCells {
		return ""
	}
	return grouped(cells) + " cells, " + sizeInWords(info.Bytes)
}

// Languages that write 1,5, and the countries of such a language that write 1.5.
var (
	commaLanguages = strings.Fields("bg ca cs da de el es et eu fi fr gl hr hu id is it lt lv mk nb nl nn no pl pt ro ru sk sl sq sr sv tr uk vi")
	pointCountries = strings.Fields("de-ch de-li it-ch es-mx es-us es-gt es-hn es-ni es-pa es-pe es-pr es-sv es-do")
)

// writesComma tells whether a browser's first language writes 1,5, so that a spreadsheet of its reader most likely does.
func writesComma(accepted string) bool {
	first, _, _ := strings.Cut(accepted, ",")
	tag, _, _ := strings.Cut(first, ";")
	tag = strings.ToLower(strings.TrimSpace(tag))
	language, _, _ := strings.Cut(tag, "-")
	return slices.Contains(commaLanguages, language) && !slices.Contains(pointCountries, tag) || tag == "en-za"
}

// privately tells whether only this machine, or a network of its own, can reach us.
func (s *site) privately() bool {
	return !strings.HasPrefix(s.BaseURL, "https://")
}
