package selftest

import (
	"context"
	"slices"
)

// points are what we rely on and could not try ourselves, in the order of the documentation.
var points = slices.Concat([]point{
	{"1", "a mark that is there already", markTwice,
		"Avoid the modes append and upsert: after a lost answer they could write rows twice."},
	{"2", "values pasted from tab to tab", pasteValues,
		"Avoid results of more than 40,000 cells, which are pasted from a hidden tab."},
	{"3", "formulas, charts and names that point at the data", commitStage,
		"Avoid results of more than 40,000 cells in tabs that formulas, charts or named ranges point at."},
	{"4", "cells that are not given", clearRest,
		"Avoid the mode replace for results that become shorter: old rows could stay."},
	{"5", "texts that look like something else", keepText,
		"Avoid results with texts that strangers write: they could run as formulas."},
	{"6", "large pastes", pasteMany,
		"Avoid results of more cells than were pasted in time."},
	{"7", "large requests", sendMuch,
		"Avoid large results: about 20,000 cells make 1 MB."},
	{"8", "marks where people rename, insert and move", followEdits,
		"Avoid renaming the tabs of syncs, and inserting or moving rows and columns in them."},
	{"8", "marks of a tab that people duplicate", duplicateTab,
		"Avoid duplicating the tabs of syncs."},
	{"8", "marks of a spreadsheet that people copy", copyFile,
		"Avoid copying spreadsheets with syncs in them (File, Make a copy)."},
	{"9", "a hidden tab that comes and goes", stageTab,
		"Avoid results of more than 40,000 cells, which go through a hidden tab."},
	{"10", "refusals as Google's client sees them", refuseInWords,
		"Whatever a sync says of a failure, look into the spreadsheet yourself."},
	{"11", "a protection that only warns", warnOnly,
		"Avoid protections on the cells of syncs, those that only warn, too."},
	{"12", "a spreadsheet made through Drive", writeOwnFile,
		`Avoid access = "drive.file": take a service account, or access = "spreadsheets".`},
}, byHand())

// byHand are the points about IMPORTDATA, which only somebody who types the formula into a cell can see.
func byHand() []point {
	var all []point
	for _, p := range []struct{ name, try string }{
		{"a feed with a byte order mark", "add ?_bom=1 to the address: the first heading should begin with its first letter"},
		{"a feed of tabs", "end the address in .tsv: there should be as many columns as with .csv"},
		{"a text that begins with =", "let a clip select '=1+1' as a column: the cell should show =1+1, and not 2"},
		{"a large feed", "take a clip of about 5 MB: it should arrive, or say that it is too large, and not half of it"},
		{"a redirect", "put a proxy before the feed that answers with 302: either it arrives, or the cell says \"Could not fetch url\""},
		{"a compressed feed", "put a proxy before the feed: it should see Accept-Encoding: gzip or not, and the rows should arrive"},
	} {
		all = append(all, point{number: "13", name: p.name, try: func(context.Context, *trial) (string, error) {
			return "", &untold{"IMPORTDATA cannot be tried from here",
				"In a cell, type =IMPORTDATA(\"ADDRESS\") with the address of a link, and " + p.try + "."}
		}})
	}
	return all
}
