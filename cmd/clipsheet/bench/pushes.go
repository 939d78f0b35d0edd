package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"clipsheet/sheets/simulator"
)

// Push is one pass of a sync into a spreadsheet, which a simulator on this machine has.
type Push struct {
	What    string  `json:"what"`
	Rows    int64   `json:"rows"`
	Reads   int64   `json:"reads"`
	Writes  int64   `json:"writes"`
	Bytes   int64   `json:"bytes_sent"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
}

const pushedRows = 100_000

// pushes fills a tab, pushes again with nothing changed, and again with a thousandth of the rows changed. The table is
// changed for it.
func (b *bench) pushes(ctx context.Context) (all []Push, err error) {
	b.say("Spreadsheets …")
	google := simulator.New(simulator.Options{Quota: simulator.Unlimited})
	defer google.Close()
	var count traffic
	server := httptest.NewServer(count.of(google))
	defer server.Close()
	rows := min(b.Rows, pushedRows)
	config, err := b.pushConfig(google, server.URL, rows)
	if err != nil {
		return nil, err
	}
	for _, pass := range []struct{ what, change string }{
		{"all of it", ""},
		{"nothing changed", ""},
		{"0.1 % changed", "update bench set " + tableOf(b.Table).change + " where id % 1000 = 0"},
	} {
		if pass.change != "" {
			if err := execute(ctx, b.DSN, pass.change); err != nil {
				return nil, err
			}
		}
		count.reset()
		u, err := measure(ctx, []string{b.Self, "sync", "bench", "--config", config})
		if err != nil {
			return nil, fmt.Errorf("push, %s: %w", pass.what, err)
		}
		all = append(all, Push{pass.what, rows, count.reads.Load(), count.writes.Load(), count.bytes.Load(), u.Seconds, u.CPU})
	}
	return all, nil
}

func (b *bench) pushConfig(google *simulator.Simulator, address string, rows int64) (string, error) {
	google.AddUser("bench@example.com")
	robot := google.AddServiceAccount("clipsheet@bench.iam.gserviceaccount.com")
	key := filepath.Join(b.dir, "google-key.json")
	if err := os.WriteFile(key, robot.KeyFile(address), 0o600); err != nil {
		return "", err
	}
	book := google.Create("bench@example.com", "Bench", "Bench")
	google.Share(book, "clipsheet@bench.iam.gserviceaccount.com", simulator.Writer)
	at := simulator.EndpointsAt(address)
	config := filepath.Join(b.dir, "pushes.toml")
	return config, b.writeConfig(config, settings{folder: filepath.Join(b.dir, "pushes"), maxAge: "0s",
		clips: []clip{{"bench", fmt.Sprintf("select * from (%s) q order by 1 limit %d", b.SQL, rows)}},
		more: fmt.Sprintf("[google]\nservice_account_file = %q\n[google.endpoints]\nsheets = %q\ndrive = %q\ntoken = %q\n"+
			"[syncs.bench]\nclip = \"bench\"\nspreadsheet = %q\ntab = \"Bench\"\n", key, at.Sheets, at.Drive, at.Token, book)})
}

// traffic counts requests, and the bytes of their bodies as they are sent.
type traffic struct{ reads, writes, bytes atomic.Int64 }

func (t *traffic) reset() { t.reads.Store(0); t.writes.Store(0); t.bytes.Store(0) }

func (t *traffic) of(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token": // of an identity, and not of a spreadsheet
		case r.Method == http.MethodGet, strings.HasSuffix(r.URL.Path, "etByDataFilter"): // get and batchGet, which are posted
			t.reads.Add(1)
		default:
			t.writes.Add(1)
			t.bytes.Add(r.ContentLength)
		}
		next.ServeHTTP(w, r)
	})
}
