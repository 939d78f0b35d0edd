package sheets

import (
	"context"

	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"
)

// Tabs lists the tabs of a spreadsheet that have cells, from left to right. An empty endpoint is Google's.
func Tabs(ctx context.Context, who Identity, endpoint, spreadsheet string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	options := []option.ClientOption{option.WithHTTPClient(who.Client)}
	if endpoint != "" {
		options = append(options, option.WithEndpoint(endpoint))
	}
	service, err := gsheets.NewService(ctx, options...)
	if err != nil {
		return nil, err
	}
	have, err := service.Spreadsheets.Get(spreadsheet).Fields("sheets.properties(title,sheetType)").Context(ctx).Do()
	if err != nil {
		return nil, explain(err, who, spreadsheet)
	}
	var titles []string
	for _, s := range have.Sheets {
		if s.Properties.SheetType == "" || s.Properties.SheetType == "GRID" {
			titles = append(titles, s.Properties.Title)
		}
	}
	return titles, nil
}
