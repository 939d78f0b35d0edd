package selftest

import (
	"context"
	"fmt"

	"google.golang.org/api/googleapi"
	gsheets "google.golang.org/api/sheets/v4"
)

// mark is one entry of developer metadata, on a tab, on one of its rows or on one of its columns.
type mark struct {
	id         int64
	key, value string
}

func (m mark) create(at *gsheets.DeveloperMetadataLocation) *gsheets.Request {
	return &gsheets.Request{CreateDeveloperMetadata: &gsheets.CreateDeveloperMetadataRequest{
		DeveloperMetadata: &gsheets.DeveloperMetadata{
			MetadataId: m.id, MetadataKey: m.key, MetadataValue: m.value, Location: at, Visibility: "DOCUMENT"}}}
}

// key is one that nobody has used, no sync and no other point.
func (t *trial) key() string { return fmt.Sprint("clipsheet.selftest.", t.number()) }

func (b tab) whole() *gsheets.DeveloperMetadataLocation {
	return &gsheets.DeveloperMetadataLocation{SheetId: b.id}
}

func (b tab) line(dimension string, at int) *gsheets.DeveloperMetadataLocation {
	return &gsheets.DeveloperMetadataLocation{DimensionRange: b.dimension(dimension, at, at+1)}
}

// found is an entry where it was found.
type found struct {
	mark
	sheet int64
	where string // tab, row 3, column 1: counted from 1
}

// marks finds the entries with a key the way a sync finds a target: rows and columns are selected by their marks.
func (t *trial) marks(ctx context.Context, spreadsheet, key string) (book *gsheets.Spreadsheet, all []found, err error) {
	const entries = "developerMetadata(metadataId,metadataKey,metadataValue)"
	const fields = "spreadsheetId,sheets(properties(sheetId,title)," + entries +
		",data(startRow,startColumn,rowMetadata(" + entries + "),columnMetadata(" + entries + ")))"
	req := &gsheets.GetSpreadsheetByDataFilterRequest{DataFilters: []*gsheets.DataFilter{
		{DeveloperMetadataLookup: &gsheets.DeveloperMetadataLookup{MetadataKey: key}}}}
	err = t.ask(ctx, func(ctx context.Context) (err error) {
		book, err = t.api.GetByDataFilter(spreadsheet, req).Fields(googleapi.Field(fields)).Context(ctx).Do()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for _, s := range book.Sheets {
		all = append(all, marksOn(s, key)...)
	}
	return book, all, nil
}

// marksOn lists the entries on a tab, each once: a row comes with each of the ranges that cross it.
func marksOn(s *gsheets.Sheet, key string) []found {
	var all []found
	seen := map[int64]bool{}
	add := func(where string, entries []*gsheets.DeveloperMetadata) {
		for _, e := range entries {
			if e.MetadataKey == key && !seen[e.MetadataId] {
				seen[e.MetadataId] = true
				all = append(all, found{mark{e.MetadataId, e.MetadataKey, e.MetadataValue}, s.Properties.SheetId, where})
			}
		}
	}
	add("tab", s.DeveloperMetadata)
	for _, d := range s.Data {
		for i, m := range d.RowMetadata {
			add(fmt.Sprint("row ", int(d.StartRow)+i+1), m.DeveloperMetadata)
		}
		for i, m := range d.ColumnMetadata {
			add(fmt.Sprint("column ", int(d.StartColumn)+i+1), m.DeveloperMetadata)
		}
	}
	return all
}
