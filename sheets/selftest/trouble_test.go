package selftest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/simulator"
)

// quick are points of every kind but those that move much.
var quick = []string{"a mark that is there already", "formulas, charts and names that point at the data", "marks of a spreadsheet that people copy",
	"a hidden tab that comes and goes", "a spreadsheet made through Drive"}

var effects = map[string]simulator.Effect{
	"503":                    simulator.Unavailable(false),
	"503, applied":           simulator.Unavailable(true),
	"the answer is lost":     simulator.LostAnswer(),
	"the answer is cut":      simulator.CutAnswer(),
	"late, after a timeout":  simulator.LateAfterTimeout(100 * time.Second),
	"later than we wait for": simulator.Slow(250 * time.Second),
}

// TestNothingIsLeftWhateverFails strikes each request of some points.
func TestNothingIsLeftWhateverFails(t *testing.T) {
	for _, point := range quick {
		for name, effect := range effects {
			for skip := 1; ; skip++ {
				struck := false
				t.Run(fmt.Sprint(point, "/", name, "/request ", skip), func(t *testing.T) {
					inWorld(t, all, func(w *world) {
						f := w.Inject(simulator.Fault{Skip: skip, Effect: effect})
						found := w.try(w.t.Context(), point)
						if len(found) != 1 || found[0].Level == clips.LevelFatal {
							w.t.Errorf("%+v", found)
						}
						struck = f.Hits() > 0
					})
				})
				if !struck {
					break
				}
			}
		}
	}
}

// TestNothingIsLeftOfATestThatIsStopped at any of its requests.
func TestNothingIsLeftOfATestThatIsStopped(t *testing.T) {
	for _, point := range quick {
		for skip := 1; ; skip++ {
			struck := false
			t.Run(fmt.Sprint(point, "/request ", skip), func(t *testing.T) {
				inWorld(t, all, func(w *world) {
					ctx, stop := context.WithCancel(w.t.Context())
					defer stop()
					f := w.Inject(simulator.Fault{Skip: skip, Effect: simulator.Before(stop)})
					found := w.try(ctx, point)
					if struck = f.Hits() > 0; struck && len(found) != 1 {
						w.t.Errorf("%+v", found)
					}
				})
			})
			if !struck {
				break
			}
		}
	}
}

func TestAStoppedTestSaysWhere(t *testing.T) {
	inWorld(t, all, func(w *world) {
		ctx, stop := context.WithCancel(w.t.Context())
		w.Inject(simulator.Fault{Skip: 3, Effect: simulator.Before(stop)})
		found := w.try(ctx, "a mark that is there already")
		w.want(found[0], clips.LevelWarning, "google 1, a mark that is there already: the test was stopped here")
	})
}

func TestWhatCannotBeRemovedIsNamed(t *testing.T) {
	inWorld(t, all, func(w *world) {
		w.habit = instead("deleteSheet", func(object) []object { return []object{refused} })
		found := run(w.t.Context(), w.o, points[:1])
		w.want(found[len(found)-1], clips.LevelWarning, "google: what the test made could not be removed: 400", `begin with "~clipsheet test"`)

		w.habit = nil
		again := run(w.t.Context(), w.o, points[:1])
		w.want(again[0], clips.LevelWarning, "tabs of an earlier test are there", "~clipsheet test knock")
		w.want(again[1], clips.LevelOK)
		if s, _ := w.Spreadsheet(w.id); len(s.Tabs()) != 3 {
			w.t.Errorf("it removed tabs of another test: %+v", s.Tabs())
		}
	})
	inWorld(t, all, func(w *world) {
		w.habit = refuses("DELETE /drive/v3/files", 403, refusal(403, "PERMISSION_DENIED", "no"))
		found := run(w.t.Context(), w.o, named("a spreadsheet made through Drive"))
		w.want(found[0], clips.LevelOK)
		w.want(found[1], clips.LevelWarning, "could not be removed: 403")
		if s, _ := w.Spreadsheet(w.id); len(s.Tabs()) != 1 {
			w.t.Errorf("tabs are left as well: %+v", s.Tabs())
		}
	})
}

func TestASpentQuotaIsWaitedFor(t *testing.T) {
	inWorld(t, all, func(w *world) {
		w.Inject(simulator.Fault{Skip: 2, Effect: simulator.TooManyRequests(40 * time.Second)})
		w.Inject(simulator.Fault{Skip: 3, Effect: simulator.TooManyRequests(0)})
		began := time.Now()
		w.finds("refusals as Google's client sees them", clips.LevelOK, "of 2 for the quota, 1 had a Retry-After")
		if time.Since(began) < 40*time.Second {
			w.t.Errorf("it took only %s", time.Since(began))
		}
	})
}

func TestSlowPastesAndRequests(t *testing.T) {
	slow := func(kind string, skip int, d time.Duration) simulator.Fault {
		return simulator.Fault{Skip: skip, Effect: simulator.Slow(d), Method: "batchUpdate", Match: func(c simulator.Call) bool { return slices.Contains(c.Kinds, kind) }}
	}
	for _, c := range []struct {
		point string
		fault simulator.Fault
		level clips.Level
		words string
	}{
		{"large pastes", slow("copyPaste", 1, 7*time.Second), clips.LevelWarning, "100,000 cells in 7.0 s; a million were not tried"},
		{"large pastes", slow("copyPaste", 1, 4*time.Second), clips.LevelOK, "100,000 cells in 4.0 s, 1,000,000 cells in 0.0 s"},
		{"large pastes", slow("copyPaste", 3, 300*time.Second), clips.LevelFatal, "saw none after 200.0 s: "},
		{"large pastes", slow("copyPaste", 3, 300*time.Second), clips.LevelFatal, "(after 100,000 cells in 0.0 s) → Avoid results of more cells"},
		{"large requests", slow("updateCells", 1, 31*time.Second), clips.LevelOK, "2 MB in 0.0 s, 5 MB in 31.0 s; more was not tried"},
		{"large requests", slow("updateCells", 0, 300*time.Second), clips.LevelFatal, "expected an answer within three minutes; saw none after 200.0 s"},
	} {
		t.Run(c.point+"/"+c.words, func(t *testing.T) {
			inWorld(t, all, func(w *world) {
				w.Inject(c.fault)
				w.finds(c.point, c.level, c.words)
			})
		})
	}
}

func TestWithoutLeaveForDriveItSaysWhatToTry(t *testing.T) {
	inWorld(t, []string{"spreadsheets"}, func(w *world) {
		w.finds("marks of a spreadsheet that people copy", clips.LevelWarning, "may not copy files in Drive (403", "File, Make a copy")
		w.finds("a spreadsheet made through Drive", clips.LevelWarning, "may not make files in Drive (403", "clipsheet account spreadsheet")
	})
}

func TestAnAccountOfSingleFilesPasses(t *testing.T) {
	inWorld(t, []string{"drive.file"}, func(w *world) {
		w.want(run(w.t.Context(), w.o, points)[0], clips.LevelFatal, "404", "sees only spreadsheets that Clipsheet made")
		w.Pick(w.id, "")
		for _, point := range quick {
			w.finds(point, clips.LevelOK)
		}
	})
}

func TestASpreadsheetThatCannotBeUsedIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*world)
		words  []string
	}{
		"not shared":         {func(w *world) { w.Share(w.id, robot, "") }, []string{"cannot be used as " + robot, "make " + robot + " an editor"}},
		"only to be read":    {func(w *world) { w.Share(w.id, robot, simulator.Reader) }, []string{"cannot be used as " + robot + ": 403", "make " + robot + " an editor"}},
		"nobody's name":      {func(w *world) { w.o.Email = ""; w.Share(w.id, robot, "") }, []string{"make the account that writes an editor"}},
		"not there":          {func(w *world) { w.o.Spreadsheet = "nowhere" }, []string{"404 NOT_FOUND", "Check the address"}},
		"an Excel file":      {excelFile, []string{"400 FAILED_PRECONDITION", "Save as Google Sheets"}},
		"full":               {fill, []string{"the spreadsheet has 7,500,100 cells, and the test needs 2,500,000 more, of the 10,000,000", "Take an empty"}},
		"a token that died":  {func(w *world) { w.ExpireAccess(robot) }, []string{"401 UNAUTHENTICATED", "Connect the account again"}},
		"a broken account":   {func(w *world) { w.o.Client = &http.Client{Transport: broken{}} }, []string{"Connect robot again, at /accounts.", "Connect the account again"}},
		"no scope":           {func(w *world) { w.habit = refuses("", 403, scopeRefusal) }, []string{"403 PERMISSION_DENIED", "with leave to edit spreadsheets"}},
		"the API is off":     {func(w *world) { w.habit = refuses("", 403, offRefusal) }, []string{"Enable the Google Sheets API"}},
		"nobody answers":     {func(w *world) { w.Inject(simulator.Fault{Times: -1, Effect: simulator.BadGateway(false)}) }, []string{"could not begin: 502 no message"}},
		"no answer, applied": {func(w *world) { w.Inject(simulator.Fault{Skip: 1, Effect: simulator.LostAnswer()}) }, []string{"could not begin: no answer (EOF)"}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, all, func(w *world) {
				c.before(w)
				before := w.json()
				found := run(w.t.Context(), w.o, points)
				if w.json() != before || len(found) != 1 {
					w.t.Errorf("%+v", found)
				}
				level := clips.LevelFatal
				if strings.Contains(c.words[0], "could not begin") {
					level = clips.LevelWarning
				}
				w.want(found[0], level, append(c.words, "google: ")...)
			})
		})
	}
}

const (
	scopeRefusal = `{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Request had insufficient authentication scopes.",` +
		`"details":[{"reason":"ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}}`
	offRefusal = `{"error":{"code":403,"message":"Google Sheets API has not been used.","errors":[{"reason":"accessNotConfigured"}]}}`
)

func excelFile(w *world) {
	w.o.Spreadsheet = w.AddOfficeFile(ann, "Budget.xlsx")
	w.Share(w.o.Spreadsheet, robot, simulator.Writer)
}

func fill(w *world) {
	if err := w.As(ann).Do(w.id, `{"updateSheetProperties":{"properties":{"sheetId":0,"gridProperties":{"rowCount":75001,"columnCount":100}},"fields":"gridProperties.rowCount,gridProperties.columnCount"}}`); err != nil {
		w.t.Fatal(err)
	}
}

// broken is an account that has to be connected again.
type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &clips.Error{Kind: clips.KindAccount, Notice: "Connect robot again, at /accounts."}
}
