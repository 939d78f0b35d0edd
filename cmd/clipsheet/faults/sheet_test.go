package faults

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sheets/simulator"
)

// syncing is a config with the ledger brought into a spreadsheet.
const syncing = serving + `
[google]
service_account_file = "key.json"
[google.endpoints]
sheets = %q
token = %q
revoke = %q
[syncs.ledger]
clip = "ledger"
spreadsheet = %q
tab = "Ledger"
`

// sheet is a Google of our own with one spreadsheet, to which the service may write. Whoever looks at it, at any moment,
// sees all of the ledger as it was in one turn, or nothing.
type sheet struct {
	*simulator.Simulator
	*ledger
	at   simulator.Endpoints
	book string

	mu    sync.Mutex
	turns []int // those it showed, as they changed
}

func newSheet(t testing.TB, l *ledger) (*sheet, []byte) {
	t.Helper()
	s := &sheet{Simulator: simulator.New(simulator.Options{Quota: simulator.Unlimited}), ledger: l}
	t.Cleanup(s.Close)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.at = simulator.EndpointsAt(server.URL)
	s.AddUser("ann@example.com")
	robot := s.AddServiceAccount("robot@example.iam.gserviceaccount.com")
	s.book = s.Create("ann@example.com", "Board", "Ledger")
	s.Share(s.book, robot.Email, simulator.Writer)
	s.OnChange(func(_ string, now simulator.Snapshot) { s.look(now) })
	return s, robot.KeyFile(server.URL)
}

func (s *sheet) look(now simulator.Snapshot) {
	rows, err := now.Shown(fmt.Sprintf("Ledger!A1:C%d", s.rows+100))
	if err != nil {
		s.Errorf("the spreadsheet cannot be read: %v", err)
	}
	for i := range rows {
		rows[i] = slices.DeleteFunc(rows[i], func(cell string) bool { return cell == "" })
	}
	rows = slices.DeleteFunc(rows, func(row []string) bool { return len(row) == 0 })
	if len(rows) == 0 {
		return
	}
	turn, err := s.whole(rows)
	if err != nil {
		s.Errorf("the spreadsheet: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if last := s.shownLocked(); turn < last {
		s.Errorf("the spreadsheet went back from turn %d to %d", last, turn)
	} else if turn > last {
		s.turns = append(s.turns, turn)
	}
}

func (s *sheet) shownLocked() int {
	if len(s.turns) == 0 {
		return 0
	}
	return s.turns[len(s.turns)-1]
}

// shown is the turn that the spreadsheet shows.
func (s *sheet) shown() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.shownLocked()
}

// tidy checks that nothing of ours is left beside the ledger.
func (s *sheet) tidy() {
	s.Helper()
	now, _ := s.Spreadsheet(s.book)
	for _, tab := range now.Tabs() {
		if tab.Title != "Ledger" && tab.Title != "_clipsheet" {
			s.Errorf("tab %q is left behind", tab.Title)
		}
	}
}

func newSyncService(t testing.TB, state string, l *ledger) (*service, *sheet) {
	t.Helper()
	g, key := newSheet(t, l)
	s := newService(t, syncing, state, l.follower, g.at.Sheets, g.at.Token, g.at.Revoke, g.book)
	if err := os.WriteFile(filepath.Join(s.dir, "key.json"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	return s, g
}

// TestASyncKilledAtAnyStep: kill -9 at each step of a sync, at each call of Google's API, before it is sent and after it
// was answered. Viewers see one whole turn all the time, the next run brings the newest, nothing is left behind, and
// each run has an end. In the long form the result is so large that it goes through a hidden tab.
func TestASyncKilledAtAnyStep(t *testing.T) {
	t.Parallel()
	rows, most := 50, 3
	if _, ok := long(); ok {
		rows, most = 15_000, 9
	}
	l := newLedger(t, rows)
	state, _ := pgtest.Database(t)
	s, g := newSyncService(t, state, l)
	for _, step := range steps(t, "sync.", "google.") {
		for turn := 1; turn <= most; turn++ {
			l.turn()
			at := fmt.Sprintf("%s=kill@%d", step, turn)
			s.failAt(at)
			s.run(s.command("sync", "ledger"))
			s.waitEnd()
			if s.state.Exited() { // it has fewer
				if s.state.ExitCode() != 0 {
					t.Errorf("%s: it ended with %s", at, s.state)
				}
				if turn == 1 {
					t.Errorf("it did not come to step %s", at)
				}
				break
			}
			if ws := s.state.Sys().(syscall.WaitStatus); ws.Signal() != syscall.SIGKILL {
				t.Fatalf("%s: it ended with %s", at, s.state)
			}
			// What it held is held until its lease is over, which we do not wait for.
			pgtest.Exec(t, state, `update clipsheet.sync_runs set lease_until = now() where ended_at is null`)
		}
	}
	s.failAt("")
	l.turn()
	s.run(s.command("sync", "ledger"))
	if s.waitEnd(); s.state.ExitCode() != 0 || g.shown() != l.last {
		t.Errorf("after all kills it ended with %s, and turn %d of %d is shown", s.state, g.shown(), l.last)
	}
	g.tidy()
	s.start()
	pgtest.EventuallyWithin(t, time.Minute, "each run to have an end", func() bool {
		return len(pgtest.Query(t, state, `select id from clipsheet.sync_runs where ended_at is null`)) == 0
	})
	g.tidy()
}
