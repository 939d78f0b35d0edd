package wire

import "testing"

// TestRewriteDropsWhatHasLostItsRange holds rules and filters to a place of their own.
func TestRewriteDropsWhatHasLostItsRange(t *testing.T) {
	sheet := parse(t, "Sheet", `{
		"merges":[{"sheetId":1},{"sheetId":2}],
		"basicFilter":{"range":{"sheetId":1}},
		"protectedRanges":[{"protectedRangeId":1,"range":{"sheetId":1}},{"protectedRangeId":2,"range":{"sheetId":2},"unprotectedRanges":[{"sheetId":1}]}],
		"conditionalFormats":[{"ranges":[{"sheetId":1}]},{"ranges":[{"sheetId":1},{"sheetId":2}]}]}`)
	got, alive := Rewrite(TypeOf("Sheet"), sheet, func(t *Type, m *Message) (*Message, bool) {
		return m, t.Name != "GridRange" || m.Int("sheetId") != 1
	})
	want := parse(t, "Sheet", `{"merges":[{"sheetId":2}],
		"protectedRanges":[{"protectedRangeId":2,"range":{"sheetId":2}}],
		"conditionalFormats":[{"ranges":[{"sheetId":2}]}]}`)
	if !alive || !got.Equal(want) {
		t.Errorf("got %s", got.JSON())
	}
	if len(sheet.List("merges")) != 2 {
		t.Error("the message itself was changed")
	}
}
