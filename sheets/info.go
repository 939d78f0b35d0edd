package sheets

import gsheets "google.golang.org/api/sheets/v4"

const (
	infoTitle = "_clipsheet"
	infoRows  = 50
)

var infoHeadings = []string{"Sync", "Clip", "Tab", "Mode", "Rows", "As of", "Written", "Run"}

// infoTab is the tab that tells of all syncs into the spreadsheet.
func (l *layout) infoTab() *tab {
	for _, t := range l.tabs {
		if len(marked(t.marks, keyInfo, l.id)) > 0 {
			return t
		}
	}
	return nil
}

// knowsInfo tells whether the cells of the tab are known, or that there is none.
func (l *layout) knowsInfo() bool {
	t := l.infoTab()
	return t == nil && l.whole || t != nil && len(t.columns) > 0
}

// planInfo writes what syncs say of themselves into the tab _clipsheet, each in its own row: the one that begins with
// its name, or the next. The layout knows the tab.
func planInfo(l *layout, rows [][]cell) []*gsheets.Request {
	t := l.infoTab()
	var all []*gsheets.Request
	if t == nil {
		if l.titled(infoTitle) != nil {
			return nil // somebody's own
		}
		t = newTab(l.freeID("info", l.id), infoTitle)
		t.rows = infoRows
		all = newInfo(t.id, l.id, len(l.tabs))
	}
	end, height := max(1, t.bottom(0)), t.rows
	for _, row := range rows {
		at := 1
		for at < end && t.at(at, 0) != row[0] {
			at++
		}
		if at == end {
			end++
		}
		if at >= height {
			all = append(all, grow(t.id, "ROWS", infoRows))
			height += infoRows
		}
		all = append(all, write(t.id, area{at, 0, at + 1, len(row)}, row))
	}
	return all
}

func newInfo(id int64, spreadsheet string, index int) []*gsheets.Request {
	head := make([]cell, len(infoHeadings))
	for i, text := range infoHeadings {
		head[i] = textCell(text)
	}
	moment := look{"DATE_TIME", "yyyy-mm-dd hh:mm:ss"}
	return []*gsheets.Request{
		addTab(&gsheets.SheetProperties{SheetId: id, Title: infoTitle, Index: int64(index), ForceSendFields: []string{"SheetId", "Index"},
			GridProperties: &gsheets.GridProperties{RowCount: infoRows, ColumnCount: int64(len(head)), FrozenRowCount: 1}}),
		mark{key: keyInfo, value: spreadsheet}.create(onSheet(id)),
		write(id, area{0, 0, 1, len(head)}, head),
		moment.set(id, area{1, 5, infoRows, 7}),
	}
}
