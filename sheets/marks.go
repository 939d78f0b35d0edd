package sheets

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	gsheets "google.golang.org/api/sheets/v4"
)

// Our marks are entries of developer metadata: they stay with the row, the column or the tab they are on, whatever
// people do to titles and places. Keys begin with "clipsheet."; a target's own name in the key or the value lets one
// lookup select it alone.
const (
	keyTarget = "clipsheet.target"  // on the tab: state, as JSON
	keyTop    = "clipsheet.top"     // on the row of the headings
	keyLast   = "clipsheet.last"    // on the last row
	keyColumn = "clipsheet.column." // and the target, on each column: columnState, as JSON
	keyAsOf   = "clipsheet.asof"    // on the row and on the column of the as-of cell
	keyGuard  = "clipsheet.guard"   // on the tab: see state.guardID
	keyHome   = "clipsheet.home"    // on the spreadsheet: home, as JSON
	keyStage  = "clipsheet.stage"   // on a hidden tab on its way into place: stageState, as JSON; and on its first row
	keyInfo   = "clipsheet.info"    // on the tab _clipsheet
)

// mark is one entry.
type mark struct {
	id         int64
	key, value string
}

// state is what a target last took. It is written by the batch that brings the cells, so the two agree.
type state struct {
	Version     int    `json:"v"`
	Target      string `json:"t"`
	Sync        string `json:"sync"`
	Spreadsheet string `json:"spreadsheet"` // of another one: this is a copy, and not ours
	Sheet       int64  `json:"sheet"`       // of another one: likewise
	Fence       int64  `json:"fence"`
	Run         int64  `json:"run"`
	Step        int    `json:"step,omitempty"` // counts the batches of one run
	Digest      string `json:"digest"`         // of what the target shows; see digestOf
	Rows        int    `json:"rows"`
	Mode        string `json:"mode"`
	Formatted   int    `json:"formatted"`        // rows that have had their formats
	Taken       int    `json:"taken,omitempty"`  // rows of the result that an append has taken
	Prefix      string `json:"prefix,omitempty"` // their digest
	AsOf        string `json:"asof,omitempty"`   // what the sync said of its as-of cell
}

// columnState tells a column of a target from the others. Its name is the one in the result, not the heading.
type columnState struct {
	Name  string `json:"n"`
	Role  role   `json:"r,omitempty"`
	Type  string `json:"y,omitempty"` // a clips.Type
	Index int    `json:"i,omitempty"` // in the result
	Kind  string `json:"t,omitempty"` // of the number format it was given
	Look  string `json:"f,omitempty"` // its pattern
}

func (c columnState) look() look { return look{c.Kind, c.Look} }

// role is what a column of the sheet is to a target.
type role string

const (
	isData   role = ""
	isGone   role = "gone"   // the clip has it no longer: its heading is left, for the formulas that point there
	isPeriod role = "period" // of an earlier period, in SyncColumn
	isFill   role = "fill"   // people's own; its formulas go on to the last row
)

// home says on which tab a target was, so that one which is gone is not taken for one that never was.
type home struct {
	Target string `json:"t"`
	Sheet  int64  `json:"sheet"`
}

// stageState says whose a hidden tab is.
type stageState struct {
	Target string `json:"t"`
	Fence  int64  `json:"fence"`
	At     int64  `json:"at"` // when it was made, in Unix seconds
}

// guardState says whose a guard is, and until when it has to stay.
type guardState struct {
	Target string `json:"t"`
	At     int64  `json:"at"`
}

// guardFor is how long a batch may be under way: Google works on one for 180 s at most.
const guardFor = 10 * time.Minute

// guardID names the way from this state of a target to the next. Google knows no precondition, but it refuses a whole
// batch that creates metadata with an id there is: so of all the batches that were made from one state, however late
// they arrive, one is applied.
func (s state) guardID(target string) int64 {
	return hash31("guard", target, fmt.Sprint(s.Fence), fmt.Sprint(s.Step))
}

// hash31 makes a positive 31-bit number of words, as ids of metadata and tabs have to be.
func hash31(words ...string) int64 {
	sum := sha256.Sum256([]byte(strings.Join(words, "\x00")))
	return int64(binary.BigEndian.Uint32(sum[:])&0x7fffffff | 1)
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own structs always can be
	}
	return string(b)
}

// fromJSON reads a mark's value; what is not ours is not ok.
func fromJSON[T any](value string) (v T, ok bool) {
	return v, json.Unmarshal([]byte(value), &v) == nil
}

// onSheet, onRow and onColumn are locations. Zeros have to be forced into the JSON: left out, a location on the first
// tab, whose id is 0, is no location at all.
func onSheet(sheet int64) *gsheets.DeveloperMetadataLocation {
	return &gsheets.DeveloperMetadataLocation{SheetId: sheet, ForceSendFields: []string{"SheetId"}}
}

func onRow(sheet int64, row int) *gsheets.DeveloperMetadataLocation {
	return &gsheets.DeveloperMetadataLocation{DimensionRange: dimension(sheet, "ROWS", row, row+1)}
}

func onColumn(sheet int64, col int) *gsheets.DeveloperMetadataLocation {
	return &gsheets.DeveloperMetadataLocation{DimensionRange: dimension(sheet, "COLUMNS", col, col+1)}
}

func onSpreadsheet() *gsheets.DeveloperMetadataLocation {
	return &gsheets.DeveloperMetadataLocation{Spreadsheet: true}
}

// create writes a mark; without an id Google chooses one.
func (m mark) create(at *gsheets.DeveloperMetadataLocation) *gsheets.Request {
	return &gsheets.Request{CreateDeveloperMetadata: &gsheets.CreateDeveloperMetadataRequest{
		DeveloperMetadata: &gsheets.DeveloperMetadata{
			MetadataId: m.id, MetadataKey: m.key, MetadataValue: m.value, Location: at, Visibility: "DOCUMENT",
		},
	}}
}

// update gives an entry another value.
func (m mark) update(value string) *gsheets.Request {
	return &gsheets.Request{UpdateDeveloperMetadata: &gsheets.UpdateDeveloperMetadataRequest{
		DataFilters:       []*gsheets.DataFilter{m.byID()},
		DeveloperMetadata: &gsheets.DeveloperMetadata{MetadataValue: value},
		Fields:            "metadataValue",
	}}
}

func (m mark) remove() *gsheets.Request {
	return &gsheets.Request{DeleteDeveloperMetadata: &gsheets.DeleteDeveloperMetadataRequest{DataFilter: m.byID()}}
}

func (m mark) byID() *gsheets.DataFilter {
	return lookup(gsheets.DeveloperMetadataLookup{MetadataId: m.id})
}

func lookup(l gsheets.DeveloperMetadataLookup) *gsheets.DataFilter {
	return &gsheets.DataFilter{DeveloperMetadataLookup: &l}
}
