package clips

import (
	"testing"
	"time"
)

func pack() Workbook {
	start, region := "start of month", "all"
	from := Param{Name: "from", Type: ParamDate, Default: &start}
	return Workbook{Name: "pack", Clips: []Clip{
		{ID: 1, Slug: "sales", Revision: Revision{Number: 1, SQL: "select :from, :region", TimeZone: "Asia/Tokyo", MaxAge: time.Hour,
			Params: []Param{from, {Name: "region", Type: ParamText, Default: &region}}}},
		{ID: 2, Slug: "cash", Revision: Revision{Number: 1, SQL: "select :from", MaxAge: time.Minute, Params: []Param{from}}},
	}}
}

// request binds the pack at half past eleven in the evening, UTC, of the last day of a month.
func request(t *testing.T, given map[string]string) WorkbookRequest {
	t.Helper()
	bound, err := pack().Bind(given, time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC), func(rev Revision) *time.Location {
		zone, _ := time.LoadLocation(rev.TimeZone)
		return zone
	})
	if err != nil {
		t.Fatal(err)
	}
	return WorkbookRequest{Workbook: pack(), Bound: bound}
}

func TestWorkbookBindsEachClipInItsOwnZone(t *testing.T) {
	t.Parallel()
	req := request(t, nil)
	if tokyo, utc := req.Bound[0].Params[0].Value, req.Bound[1].Params[0].Value; tokyo != "2026-12-01" || utc != "2026-11-01" {
		t.Errorf("start of month is %s and %s", tokyo, utc)
	}
	req = request(t, map[string]string{"from": "2026-01-01", "region": "EMEA", "stray": "1"})
	if one, two := req.Bound[0].Params, req.Bound[1].Params; one[0].Value != "2026-01-01" || one[1].Value != "EMEA" || two[0].Value != "2026-01-01" {
		t.Errorf("%+v and %+v", one, two)
	}
	if _, err := pack().Bind(map[string]string{"from": "soon"}, time.Now(), func(Revision) *time.Location { return time.UTC }); KindOf(err) != KindParameter {
		t.Errorf("a wrong value: %v", err)
	}
}

func TestWorkbookTakesAParameterOfSeveralClipsOnce(t *testing.T) {
	t.Parallel()
	if params := pack().Params(); len(params) != 2 || params[0].Name != "from" || params[1].Name != "region" {
		t.Errorf("%+v", params)
	}
	if age := pack().MaxAge(); age != time.Minute {
		t.Errorf("max age %s", age)
	}
}

func TestWorkbookKeyTellsResultsApart(t *testing.T) {
	t.Parallel()
	plain, given := request(t, nil), request(t, map[string]string{"from": "2026-01-01"})
	if plain.Key() != request(t, nil).Key() || plain.Key() == given.Key() {
		t.Errorf("keys %s and %s", plain.Key(), given.Key())
	}
	if !plain.IsPlain() || given.IsPlain() {
		t.Error("plain is without values from the reader")
	}
	revised := request(t, nil)
	revised.Workbook.Clips[1].Revision.Number++
	if revised.Key() == plain.Key() {
		t.Error("a new revision has the key of the old one")
	}
}
