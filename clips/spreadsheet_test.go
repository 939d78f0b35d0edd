package clips_test

import (
	"testing"

	"clipsheet/clips"
)

func TestTheIDOfASpreadsheetIsFoundInItsAddress(t *testing.T) {
	const id = "1AbC-d_EfGhIjKlMnOpQrStUv"
	for _, text := range []string{id, "  " + id + "\n", "https://docs.google.com/spreadsheets/d/" + id, "docs.google.com/spreadsheets/d/" + id + "#gid=0",
		"https://docs.google.com/spreadsheets/d/" + id + "/edit?gid=12#gid=12", "https://docs.google.com/spreadsheets/d/" + id + "?usp=sharing"} {
		if got := clips.SpreadsheetID(text); got != id {
			t.Errorf("%q has ID %q", text, got)
		}
	}
}
