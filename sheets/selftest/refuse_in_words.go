package selftest

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/api/googleapi"
	gsheets "google.golang.org/api/sheets/v4"
)

// refuseInWords: what a sync does about an error depends on its code, its status and its reasons.
func refuseInWords(ctx context.Context, t *trial) (string, error) {
	nowhere := tab{t.number(), t.name("nowhere")}
	var shapes []string
	for _, c := range []struct {
		what   string
		code   int
		status string
		try    func() error
	}{
		{"a request for a tab that is not there", 400, "INVALID_ARGUMENT", func() error {
			_, err := t.batch(ctx, nowhere.remove())
			return err
		}},
		{"a filter for a tab that is not there", 400, "INVALID_ARGUMENT", func() error {
			return t.filter(ctx, "'"+nowhere.title+"'")
		}},
		{"a spreadsheet that is not there", 404, "NOT_FOUND", func() error {
			_, err := t.look(ctx, "1"+t.tag+t.tag+t.tag+t.tag+t.tag+"abc")
			return err
		}},
	} {
		shape, err := shapeOf(c.try(), c.what, c.code, c.status)
		if err != nil {
			return "", err
		}
		shapes = append(shapes, shape)
	}
	return fmt.Sprintf("they have their code and status, with %s for 400 and %s for 404; %s",
		shapes[0], shapes[2], t.quotaSeen()), nil
}

func (t *trial) filter(ctx context.Context, a1 string) error {
	req := &gsheets.GetSpreadsheetByDataFilterRequest{DataFilters: []*gsheets.DataFilter{{A1Range: a1}}}
	return t.ask(ctx, func(ctx context.Context) error {
		_, err := t.api.GetByDataFilter(t.o.Spreadsheet, req).Fields("spreadsheetId").Context(ctx).Do()
		return err
	})
}

// shapeOf tells which parts a refusal has, if it is the one that was expected.
func shapeOf(err error, what string, code int, status string) (string, error) {
	want := fmt.Sprintf("%s to be refused with %d %s", what, code, status)
	if err == nil {
		return "", &otherwise{want, "that Google took it"}
	}
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return "", err
	}
	v := envelopeOf(e)
	if e.Code != code || v.Error.Status != status {
		return "", &otherwise{want, said(err)}
	}
	switch {
	case len(v.Error.Errors) > 0 && len(v.Error.Details) > 0:
		return "errors[] and details[]", nil
	case len(v.Error.Errors) > 0:
		return "errors[]", nil
	case len(v.Error.Details) > 0:
		return "details[]", nil
	}
	return "no reasons", nil
}

// quotaSeen says what was seen of a spent quota, which the test does not bring about: syncs of the account would wait.
func (t *trial) quotaSeen() string {
	if t.putOff == 0 {
		return "none was for the quota, so whether those have a Retry-After is open"
	}
	return fmt.Sprintf("of %d for the quota, %d had a Retry-After", t.putOff, t.hinted)
}
