package selftest

import (
	"context"
	"fmt"

	gsheets "google.golang.org/api/sheets/v4"
)

// commitStage brings rows into place by the batch that syncs use, and looks at what people have built upon them.
func commitStage(ctx context.Context, t *trial) (string, error) {
	target, beside, stage := t.tab("target"), t.tab("beside"), t.tab("stage")
	data := block(1, 0, 3, 2)
	_, err := t.batch(ctx,
		target.add(4, 2), beside.add(20, 8), stage.add(3, 2),
		target.write(0, 0, []any{"id", "n"}, []any{1, 10}, []any{2, 20}),
		t.nameRange(target, data),
		beside.write(0, 0, []any{
			formula("='" + target.title + "'!B2*2"),
			formula("=SUM('" + target.title + "'!B2:B4)"),
			formula("=SUM(" + t.rangeName() + ")")}),
		beside.chart(target, data))
	if err != nil {
		return "", err
	}
	if err := t.put(ctx, stage, []any{1, 11}, []any{2, 33}, []any{3, 55}); err != nil {
		return "", err
	}
	_, err = t.batch(ctx,
		target.grow("ROWS", 2), target.clear(data), target.paste(data, stage, block(0, 0, 3, 2)), stage.remove())
	if err != nil {
		return "", err
	}
	return t.checkBuilt(ctx, target, beside, data)
}

func (t *trial) checkBuilt(ctx context.Context, target, beside tab, data area) (string, error) {
	c, err := t.cells(ctx, beside, block(0, 0, 1, 3))
	if err != nil {
		return "", err
	}
	if err := same("formulas that count the new rows", "22, 99, 105", c.shown()); err != nil {
		return "", err
	}
	book, err := t.look(ctx, t.o.Spreadsheet)
	if err != nil {
		return "", err
	}
	want := where(target.grid(data))
	if err := same("the named range where it was", want, t.named(book)); err != nil {
		return "", err
	}
	return "they survive that rows are brought into place from a hidden tab",
		same("the chart of the same cells", want, charted(book, beside))
}

func (t *trial) nameRange(b tab, a area) *gsheets.Request {
	named := &gsheets.NamedRange{Name: t.rangeName(), Range: b.grid(a)}
	return &gsheets.Request{AddNamedRange: &gsheets.AddNamedRangeRequest{NamedRange: named}}
}

func (t *trial) named(book *gsheets.Spreadsheet) string {
	for _, n := range book.NamedRanges {
		if n.Name == t.rangeName() {
			return where(n.Range)
		}
	}
	return "no named range"
}

// chart draws cells of another tab.
func (b tab) chart(of tab, a area) *gsheets.Request {
	source := &gsheets.ChartData{SourceRange: &gsheets.ChartSourceRange{Sources: []*gsheets.GridRange{of.grid(a)}}}
	return &gsheets.Request{AddChart: &gsheets.AddChartRequest{Chart: &gsheets.EmbeddedChart{
		Spec: &gsheets.ChartSpec{Title: "clipsheet test", BasicChart: &gsheets.BasicChartSpec{ChartType: "COLUMN",
			Series: []*gsheets.BasicChartSeries{{Series: source}}}},
		Position: &gsheets.EmbeddedObjectPosition{OverlayPosition: &gsheets.OverlayPosition{
			AnchorCell: &gsheets.GridCoordinate{SheetId: b.id, RowIndex: 2}}},
	}}}
}

// charted is what the chart on a tab draws.
func charted(book *gsheets.Spreadsheet, b tab) string {
	for _, s := range book.Sheets {
		if s.Properties.SheetId != b.id {
			continue
		}
		for _, c := range s.Charts {
			return drawn(c)
		}
	}
	return "no chart"
}

func drawn(c *gsheets.EmbeddedChart) string {
	if c.Spec != nil && c.Spec.BasicChart != nil && len(c.Spec.BasicChart.Series) == 1 {
		from := c.Spec.BasicChart.Series[0].Series
		if from != nil && from.SourceRange != nil && len(from.SourceRange.Sources) == 1 {
			return where(from.SourceRange.Sources[0])
		}
	}
	return "a chart of something else"
}

// where is a range in words, to be compared.
func where(r *gsheets.GridRange) string {
	if r == nil {
		return "no cells"
	}
	return fmt.Sprintf("rows %d to %d, columns %d to %d of tab %d",
		r.StartRowIndex+1, r.EndRowIndex, r.StartColumnIndex+1, r.EndColumnIndex, r.SheetId)
}

func (b tab) grow(dimension string, n int64) *gsheets.Request {
	return &gsheets.Request{AppendDimension: &gsheets.AppendDimensionRequest{SheetId: b.id, Dimension: dimension, Length: n}}
}
