package simulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"

	"clipsheet/sheets/simulator"
)

var unlimited = simulator.Unlimited

func TestFaultsStrikeTheCallsTheyAreFor(t *testing.T) {
	w := newWorld(t)
	s := w.sheets(ann)
	f := w.Inject(simulator.Fault{Name: "down", Method: "values.update", Spreadsheet: w.id, Skip: 1, Times: 2, Effect: simulator.Unavailable(false)})
	codes := []int{}
	for range 4 {
		code := 200
		if err := raw(s, w.id, "A1", 1); err != nil {
			code = refusal(t, err).Code
		}
		codes = append(codes, code)
	}
	if _, err := s.Spreadsheets.Get(w.id).Do(); err != nil {
		t.Error(err)
	}
	want(t, asJSON(codes), "[200,503,503,200]")
	calls := w.Calls()
	if f.Hits() != 2 || calls[1].Fault != "down" || calls[1].Status != 503 || calls[3].Fault != "" {
		t.Errorf("%d hits, %+v", f.Hits(), calls)
	}
}

func TestFaultsAreForOneFileOrOneAccount(t *testing.T) {
	w := newWorld(t)
	other := w.Create(bert, "Other")
	w.Share(w.id, bert, simulator.Writer)
	fails := func(s *gsheets.Service, id string) bool { return raw(s, id, "A1", 1) != nil }
	f := w.Inject(simulator.Fault{Times: -1, Spreadsheet: other, Effect: simulator.InternalError()})
	if fails(w.sheets(ann), w.id) || !fails(w.sheets(bert), other) {
		t.Error("it strikes the wrong file")
	}
	f.Remove()
	w.Inject(simulator.Fault{Times: -1, Account: bert, Effect: simulator.InternalError()})
	if fails(w.sheets(ann), w.id) || !fails(w.sheets(bert), w.id) {
		t.Error("it strikes the wrong account")
	}
	w.ClearFaults()
	w.Inject(simulator.Fault{Times: -1, Match: func(c simulator.Call) bool { return len(c.Kinds) == 1 && c.Kinds[0] == "addSheet" }, Effect: simulator.InternalError()})
	batch := func(request *gsheets.Request) error {
		_, err := w.sheets(ann).Spreadsheets.BatchUpdate(w.id, &gsheets.BatchUpdateSpreadsheetRequest{Requests: []*gsheets.Request{request}}).Do()
		return err
	}
	if err := batch(&gsheets.Request{AppendDimension: &gsheets.AppendDimensionRequest{Dimension: "ROWS", Length: 1}}); err != nil {
		t.Error(err)
	}
	if batch(&gsheets.Request{AddSheet: &gsheets.AddSheetRequest{}}) == nil {
		t.Error("it does not see the kind of request")
	}
}

// TestWhatAClientSeesOfEachFault is section 0 of what is known of Google's client.
func TestWhatAClientSeesOfEachFault(t *testing.T) {
	for name, test := range map[string]struct {
		effect  simulator.Effect
		applied bool
		sees    func(error) bool
	}{
		"429":             {simulator.TooManyRequests(0), false, code(429)},
		"500":             {simulator.InternalError(), false, code(500)},
		"502 as a page":   {simulator.BadGateway(false), false, code(502)},
		"502 and applied": {simulator.BadGateway(true), true, code(502)},
		"503":             {simulator.Unavailable(false), false, code(503)},
		"503 and applied": {simulator.Unavailable(true), true, code(503)},
		"409":             {simulator.Refuse("ABORTED", "The operation was aborted."), false, code(409)},
		"hang-up":         {simulator.HangUp(), false, hungUp},
		"answer lost":     {simulator.LostAnswer(), true, hungUp},
		"answer cut":      {simulator.CutAnswer(), true, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }},
		"a page for JSON": {simulator.Page("<html>"), true, func(err error) bool { _, ok := errors.AsType[*json.SyntaxError](err); return ok }},
		"token expired":   {simulator.ExpiredToken(), false, code(401)},
		"token revoked":   {simulator.RevokedToken(), false, code(401)},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Inject(simulator.Fault{Effect: test.effect})
			err := raw(w.sheets(ann), w.id, "A1", "new")
			if err == nil || !test.sees(err) {
				t.Errorf("%T %v", err, err)
			}
			if applied := w.shows("A1") == "new"; applied != test.applied {
				t.Errorf("applied: %v", applied)
			}
			if len(w.Calls()) != 1 {
				t.Errorf("%d calls: the client retries", len(w.Calls()))
			}
		})
	}
}

func code(n int) func(error) bool {
	return func(err error) bool {
		e, ok := errors.AsType[*googleapi.Error](err)
		return ok && e.Code == n
	}
}

func hungUp(err error) bool {
	e, ok := errors.AsType[*url.Error](err)
	return ok && errors.Is(e.Err, io.EOF)
}

func TestRetryAfterIsThereWhenAskedFor(t *testing.T) {
	w := newWorld(t)
	w.Inject(simulator.Fault{Effect: simulator.TooManyRequests(30 * time.Second)})
	w.Inject(simulator.Fault{Effect: simulator.TooManyRequests(0)})
	e := refusal(t, raw(w.sheets(ann), w.id, "A1", 1))
	want(t, e.Header.Get("Retry-After"), "30")
	if !strings.Contains(asJSON(e.Details), `"reason":"RATE_LIMIT_EXCEEDED"`) || !strings.Contains(e.Body, `"status": "RESOURCE_EXHAUSTED"`) && !strings.Contains(e.Body, `"status":"RESOURCE_EXHAUSTED"`) {
		t.Error(e.Body)
	}
	e = refusal(t, raw(w.sheets(ann), w.id, "A1", 1))
	want(t, e.Header.Get("Retry-After"), "")
}

func TestSomebodyEditsBetweenTwoCalls(t *testing.T) {
	w := newWorld(t)
	w.Inject(simulator.Fault{Method: "batchUpdate", Effect: simulator.Before(func() {
		if err := w.As(ann).InsertRows(w.id, "Sheet1", 1, 2); err != nil {
			t.Error(err)
		}
	})})
	w.typed("A1", []any{"first"})
	update := &gsheets.BatchUpdateSpreadsheetRequest{Requests: []*gsheets.Request{{UpdateCells: &gsheets.UpdateCellsRequest{Fields: "userEnteredValue",
		Start: &gsheets.GridCoordinate{RowIndex: 1}, Rows: []*gsheets.RowData{{Values: []*gsheets.CellData{{UserEnteredValue: &gsheets.ExtendedValue{StringValue: new("second")}}}}}}}}}
	if _, err := w.sheets(ann).Spreadsheets.BatchUpdate(w.id, update).Do(); err != nil {
		t.Fatal(err)
	}
	want(t, w.shows("Sheet1"), " / second / first")
}

// TestALateCommitOverwritesWhatCameMeanwhile is the zombie: a request that Google is still working on when the client
// has given up.
func TestALateCommitOverwritesWhatCameMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.Inject(simulator.Fault{Effect: simulator.LateAfterTimeout(2 * time.Minute)})
	if e := refusal(t, raw(w.sheets(ann), w.id, "A1", "old")); e.Code != 504 {
		t.Error(e)
	}
	want(t, w.shows("A1"), "")
	if err := raw(w.sheets(ann), w.id, "A1", "new"); err != nil {
		t.Fatal(err)
	}
	want(t, w.shows("A1"), "new")
	w.clock.pass(3 * time.Minute)
	want(t, w.shows("A1"), "old")
	if w.Held() != 0 {
		t.Error("it is still held")
	}
}

func TestALateCommitCanBeLanded(t *testing.T) {
	w := newWorld(t)
	w.Inject(simulator.Fault{Effect: simulator.LateAfterTimeout(time.Hour)})
	if e := refusal(t, raw(w.sheets(ann), w.id, "A1", "late")); e.Code != 504 {
		t.Error(e)
	}
	if w.Held() != 1 || w.shows("A1") != "" {
		t.Error("it is not held")
	}
	if w.Land(true) != 1 || w.shows("A1") != "late" {
		t.Error("it did not land")
	}
}

// TestALateCommitWasLetInWhenItCame: it counts once, and a token that dies meanwhile does not stop it.
func TestALateCommitWasLetInWhenItCame(t *testing.T) {
	w := newWorld(t)
	w.SetQuota(simulator.Quota{UserWrites: 1})
	w.Inject(simulator.Fault{Effect: simulator.LateAfterTimeout(time.Second)})
	if e := refusal(t, raw(w.sheets(ann), w.id, "A1", "late")); e.Code != 504 {
		t.Error(e)
	}
	w.Revoke(ann)
	w.Land(true)
	want(t, w.shows("A1"), "late")
	w.Inject(simulator.Fault{Effect: simulator.LateAfterTimeout(time.Second)})
	if e := refusal(t, raw(w.sheets(ann), w.id, "A1", "more")); e.Code != 429 || w.Held() != 0 {
		t.Error(e)
	}
}

// TestTimeIsFakeUnderSynctest drives Google's client over a network in memory: an hour passes at once.
func TestTimeIsFakeUnderSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		network := simulator.Listen(sim)
		client := network.Client()
		defer network.Close()
		defer sim.Close()
		defer client.CloseIdleConnections()
		id := sim.Create(ann, "Budget")
		token := sim.AccessToken(ann)
		client.Transport = &oauth2.Transport{Base: client.Transport, Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})}
		s, err := gsheets.NewService(t.Context(), option.WithEndpoint(network.URL+"/"), option.WithHTTPClient(client))
		if err != nil {
			t.Fatal(err)
		}
		sim.Inject(simulator.Fault{Effect: simulator.Slow(3 * time.Minute)})
		start := time.Now()
		if err := raw(s, id, "A1", "slow"); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 3*time.Minute {
			t.Errorf("took %v", took)
		}
		sim.Inject(simulator.Fault{Effect: simulator.Late(3 * time.Minute)})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = s.Spreadsheets.Values.Update(id, "A1", &gsheets.ValueRange{Values: [][]any{{"late"}}}).ValueInputOption("RAW").Context(ctx).Do()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		shown := func() string {
			snapshot, _ := sim.Spreadsheet(id)
			rows, _ := snapshot.Shown("A1")
			return rows[0][0]
		}
		want(t, shown(), "slow")
		time.Sleep(2 * time.Minute)
		want(t, shown(), "late")
		time.Sleep(time.Hour)
		if _, err := s.Spreadsheets.Get(id).Do(); refusal(t, err).Code != 401 {
			t.Error("the token is still good after an hour")
		}
	})
}

func TestASlowCallIsAppliedThoughTheClientHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		network := simulator.Listen(sim)
		client := network.Client()
		defer network.Close()
		defer client.CloseIdleConnections()
		id := sim.Create(ann, "Budget")
		sim.Inject(simulator.Fault{Effect: simulator.Late(10 * time.Minute)})
		client.Transport = &oauth2.Transport{Base: client.Transport, Source: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: sim.AccessToken(ann)})}
		s, err := gsheets.NewService(t.Context(), option.WithEndpoint(network.URL+"/"), option.WithHTTPClient(client))
		if err != nil {
			t.Fatal(err)
		}
		// Who waits long enough gets the answer.
		if err := raw(s, id, "A1", "patient"); err != nil {
			t.Fatal(err)
		}
		snapshot, _ := sim.Spreadsheet(id)
		rows, _ := snapshot.Shown("A1")
		want(t, rows[0][0], "patient")
		sim.Close()
	})
}
