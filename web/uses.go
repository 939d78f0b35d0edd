package web

import (
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
	Formula  string // for spreadsheets that write 1.5
	Comma    string // for those that write 1,5
	TooLarge bool   // for IMPORTDATA, as far as people have found out
	Private  bool   // Google cannot reach this server
}

// importMost is about where Google refuses what IMPORTDATA asks for. It says nowhere how much that is.
const importMost = 4 << 20

// tokenHere stands where a token would, when we know none: tokens are kept nowhere.
const tokenHere = "YOUR-LINK"

// uses are made with the token of a link just made, or with that of the demo's own; else with a word in its place.
func (s *site) uses(req *request, token clips.Token, bytes int64) uses {
	u := uses{New: token != "", TooLarge: bytes > importMost, Private: s.privately()}
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
	u.Formula = `=IMPORTDATA(` + quoted + `; ","; "en_US")`
	u.Comma = u.Formula
	u.Formula = `=IMPORTDATA(` + quoted + `, ",", "en_US")`
	return u
}

// privately tells whether only this machine, or a network of its own, can reach us.
func (s *site) privately() bool {
	return !strings.HasPrefix(s.BaseURL, "https://")
}
