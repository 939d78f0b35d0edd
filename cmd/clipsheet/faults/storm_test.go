package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// storm is a whole installation under load: a primary with its follower, a state database, two nodes, a spreadsheet, and
// people who read, make links, and ask for syncs, while everything but the primary and Google is killed now and then.
type storm struct {
	*ledger
	rand  *rand.Rand // of what goes wrong
	pg    *localpg.Server
	state *localpg.Server
	line  *line // to the follower
	sheet *sheet
	nodes []*service

	mu     sync.Mutex
	links  []string // that were acknowledged
	counts map[string]int
}

// forked is the turn that a promoted follower is given. Nobody may see it: it is a follower no longer.
const forked = 1_000_000

func newStorm(t testing.TB) *storm {
	s := &storm{rand: rand.New(rand.NewPCG(1, 2)), counts: map[string]int{}}
	s.ledger = &ledger{TB: t, rows: 500, last: 1}
	s.pg = startPostgres(t, localpg.Options{Follower: true})
	s.state = startPostgres(t, localpg.Options{})
	s.primary, s.follower = s.pg.DSN(), s.pg.FollowerDSN()
	s.fill()
	s.line = newLine(t, hostOf(t, s.follower))
	g, key := newSheet(t, s.ledger)
	s.sheet = g
	both := "schedule = \"every 1m\"\n[security]\nkey = \"" + strings.Repeat("0123456789abcdef", 4) + "\"\n"
	for range 2 {
		n := newService(t, syncing+both, s.state.DSN(), s.line.through(s.follower), g.at.Sheets, g.at.Token, g.at.Revoke, g.book)
		n.young()
		if err := os.WriteFile(filepath.Join(n.dir, "key.json"), key, 0o600); err != nil {
			t.Fatal(err)
		}
		n.start()
		s.nodes = append(s.nodes, n)
	}
	s.links = []string{s.nodes[0].link("ledger")["csv"]}
	return s
}

// young lets results be a second old.
func (s *service) young() {
	s.Helper()
	file := filepath.Join(s.dir, "clipsheet.toml")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, bytes.Replace(text, []byte(`max_age = "1h"`), []byte(`max_age = "1s"`), 1), 0o600)
	}
	if err != nil {
		s.Fatal(err)
	}
}

func startPostgres(t testing.TB, o localpg.Options) *localpg.Server {
	t.Helper()
	if o.Dir == "" {
		o.Dir = pgtest.Dir(t)
	}
	o.TCP = true
	s, err := localpg.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestStorm lasts as long as FAULTS says, or some seconds.
func TestStorm(t *testing.T) {
	t.Parallel()
	length, isLong := long()
	if !isLong {
		length = 8 * time.Second
	}
	s := newStorm(t)
	ctx, stop := context.WithTimeout(t.Context(), length)
	defer stop()
	var all sync.WaitGroup
	all.Go(func() { s.write(ctx) })
	for i := range 6 {
		all.Go(func() { s.read(ctx, rand.New(rand.NewPCG(3, uint64(i)))) })
	}
	all.Go(func() { s.make(ctx, rand.New(rand.NewPCG(4, 4))) })
	for ctx.Err() == nil && !t.Failed() {
		s.strike(ctx)
		pause(ctx, time.Duration(100+s.rand.IntN(900))*time.Millisecond)
	}
	stop()
	all.Wait()
	s.calm(isLong)
	t.Logf("%v", s.counts)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (s *storm) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[what]++
}

// write turns the ledger as fast as the primary takes it, which is away while a follower is made anew.
func (s *storm) write(ctx context.Context) {
	for ; ctx.Err() == nil; pause(ctx, 50*time.Millisecond) {
		s.mu.Lock()
		dsn, turn := s.primary, s.last+1
		s.mu.Unlock()
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			continue
		}
		s.mu.Lock()
		s.last = turn // readers may see it from now on
		s.mu.Unlock()
		conn.Exec(ctx, fmt.Sprintf("update ledger set turn = %d", turn))
		conn.Close(context.WithoutCancel(ctx))
	}
}

// read reads links at nodes in several formats. What comes with status 200 is whole, of a turn there was.
func (s *storm) read(ctx context.Context, r *rand.Rand) {
	formats := []string{"csv", "csv", "csv", "ndjson", "ndjson", "xlsx"}
	for ; ctx.Err() == nil; pause(ctx, time.Duration(r.IntN(60))*time.Millisecond) {
		s.mu.Lock()
		link := s.links[r.IntN(len(s.links))]
		s.mu.Unlock()
		format := formats[r.IntN(len(formats))]
		s.readOne(s.at(link, s.nodes[r.IntN(len(s.nodes))], format), format)
	}
}

// at is the address of a link at a node.
func (s *storm) at(link string, n *service, format string) string {
	for _, node := range s.nodes {
		link = strings.Replace(link, node.address, n.address, 1)
	}
	return strings.TrimSuffix(link, "csv") + format
}

func (s *storm) readOne(url, format string) (turn int, a answer, ok bool) {
	a, err := fetch(url)
	switch {
	case err != nil:
		s.count("no answer") // or one that was cut, and says so
		return 0, a, false
	case a.status == http.StatusServiceUnavailable && a.header.Get("Retry-After") != "":
		s.count("come back later")
		return 0, a, false
	case a.status != http.StatusOK:
		s.Errorf("%s: status %d: %.300s", format, a.status, a.body)
		return 0, a, false
	}
	rows, err := rowsOf(format, a.body)
	if err == nil {
		turn, err = s.whole(rows)
	}
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	if err != nil || turn > last {
		s.Errorf("%s: turn %d of %d: %v; %v", format, turn, last, err, a.header)
	}
	if a.header.Get("X-Clip-Stale") != "" {
		s.count(format + ", marked")
	} else {
		s.count(format)
	}
	return turn, a, true
}

// rowsOf reads a table in a format, with its heading.
func rowsOf(format, body string) (rows [][]string, err error) {
	switch format {
	case "xlsx":
		book, err := excelize.OpenReader(strings.NewReader(body))
		if err != nil {
			return nil, err
		}
		defer book.Close()
		return book.GetRows(book.GetSheetName(0))
	case "ndjson":
		rows = [][]string{{"n", "turn", "proof"}}
		for line := range strings.Lines(body) {
			var row struct {
				N, Turn json.Number
				Proof   string
			}
			if err := json.Unmarshal([]byte(line), &row); err != nil {
				return nil, err
			}
			rows = append(rows, []string{row.N.String(), row.Turn.String(), row.Proof})
		}
		return rows, nil
	}
	return readCSV(body)
}

// make makes links and asks for syncs. What was acknowledged is written down.
func (s *storm) make(ctx context.Context, r *rand.Rand) {
	for ; ctx.Err() == nil; pause(ctx, time.Duration(r.IntN(300))*time.Millisecond) {
		n := s.nodes[r.IntN(len(s.nodes))]
		if r.IntN(5) == 0 {
			if a, err := n.try("/api/v1/syncs/ledger/run", nil); err == nil && a.status < 300 {
				s.count("sync asked for")
			}
			continue
		}
		a, err := n.try("/api/v1/links", map[string]any{"clip": "ledger"})
		if err != nil || a.status != http.StatusOK {
			s.count("link refused")
			continue
		}
		s.count("link made")
		s.mu.Lock()
		s.links = append(s.links, addressForm.FindString(a.body))
		s.mu.Unlock()
	}
}

// strike has something go wrong, and leaves it mended.
func (s *storm) strike(ctx context.Context) {
	n := s.nodes[s.rand.IntN(len(s.nodes))]
	a := time.Duration(300+s.rand.IntN(2000)) * time.Millisecond // while
	faults := []struct {
		name   string
		weight int
		do     func()
	}{
		{"node killed", 6, func() { n.kill(); n.start() }},
		{"node frozen", 2, func() { n.process.Signal(syscall.SIGSTOP); pause(ctx, a); n.process.Signal(syscall.SIGCONT) }},
		{"node stopped", 1, func() { n.end(syscall.SIGTERM); n.start() }},
		{"follower restarted", 3, func() { s.must(s.pg.StopFollower(s.Context())); s.must(s.pg.StartFollower(s.Context())) }},
		{"follower killed", 2, func() { s.killPostgres(s.pg.FollowerPID, s.pg.StartFollower) }},
		{"follower promoted", 1, s.promote},
		{"line cut", 2, func() { s.line.cut(); pause(ctx, a); s.line.mend() }},
		{"line silent", 2, func() { s.line.hush(); pause(ctx, a); s.line.mend() }},
		{"state restarted", 1, func() { s.must(s.state.StopPrimary(s.Context())); s.must(s.state.StartPrimary(s.Context())) }},
		{"state killed", 1, func() { s.killPostgres(s.state.PID, s.state.StartPrimary) }},
	}
	total := 0
	for _, f := range faults {
		total += f.weight
	}
	pick := s.rand.IntN(total)
	i := slices.IndexFunc(faults, func(f struct {
		name   string
		weight int
		do     func()
	}) bool {
		pick -= f.weight
		return pick < 0
	})
	s.count(faults[i].name)
	faults[i].do()
}

func (s *storm) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *storm) killPostgres(pid func() int, start func(context.Context) error) {
	s.Helper()
	syscall.Kill(pid(), syscall.SIGKILL)
	pgtest.Eventually(s, "the server to end", func() bool { return pid() == 0 })
	s.must(start(s.Context()))
}

// promote makes a primary of the follower, on which the ledger goes another way, and then a new follower.
func (s *storm) promote() {
	s.Helper()
	s.must(s.pg.Promote(s.Context()))
	pgtest.Exec(s, s.pg.FollowerDSN(), fmt.Sprintf("update ledger set turn = %d", forked))
	pause(s.Context(), time.Second) // for somebody to see it
	s.must(s.pg.Close())
	anew := startPostgres(s, localpg.Options{Dir: filepath.Dir(s.pg.DataDir()), Follower: true})
	s.mu.Lock()
	s.pg, s.primary, s.follower = anew, anew.DSN(), anew.FollowerDSN()
	s.mu.Unlock()
	s.line.mend(hostOf(s, anew.FollowerDSN()))
}

// calm checks what there is when the storm is over: all that was acknowledged, the newest turn everywhere within a minute,
// and nothing left behind.
func (s *storm) calm(isLong bool) {
	s.Helper()
	pgtest.WaitReplayed(s, s.pg)
	if !isLong { // those who died hold what they held until their leases are over
		pgtest.Exec(s, s.state.DSN(), `
			update clipsheet.sync_runs set lease_until = now() where ended_at is null;
			update clipsheet.river_leader set expires_at = now() - interval '1 second'`)
	}
	now := pgtest.Query(s, s.pg.DSN(), "select max(turn) from ledger")[0]
	for _, n := range s.nodes {
		pgtest.EventuallyWithin(s, time.Minute, "turn "+now+" at "+n.address, func() bool {
			turn, a, ok := s.readOne(s.at(s.links[0], n, "csv"), "csv")
			return ok && fmt.Sprint(turn) == now && a.header.Get("X-Clip-Stale") == ""
		})
		for _, link := range s.links {
			if _, _, ok := s.readOne(s.at(link, n, "csv"), "csv"); !ok {
				s.Errorf("a link that was acknowledged does not open")
			}
		}
		pgtest.EventuallyWithin(s, time.Minute, "results to be kept, and nothing left beside them", func() bool {
			return len(n.temporary()) == 0
		})
	}
	pgtest.EventuallyWithin(s, 3*time.Minute, "the spreadsheet to show turn "+now, func() bool {
		if fmt.Sprint(s.sheet.shown()) == now {
			return true
		}
		s.nodes[0].try("/api/v1/syncs/ledger/run", nil)
		pause(s.Context(), time.Second)
		return false
	})
	s.sheet.tidy()
	pgtest.EventuallyWithin(s, time.Minute, "each run to have an end", func() bool {
		return len(pgtest.Query(s, s.state.DSN(), `
			select id from clipsheet.runs where ended_at is null
			union all select id from clipsheet.sync_runs where ended_at is null and slot < now() - interval '10 minutes'`)) == 0
	})
	if twice := pgtest.Query(s, s.state.DSN(), `select slot from clipsheet.sync_runs group by sync_id, slot having count(*) > 1`); len(twice) > 0 {
		s.Errorf("slots %q were run twice", twice)
	}
	for _, n := range s.nodes {
		l := n.level()
		s.Logf("files %d, memory %d MB", l.files, l.memory>>20)
		if l.files > 100 {
			s.Errorf("%d files are open", l.files)
		}
	}
	pgtest.Eventually(s, "no connection to the follower", func() bool {
		return pgtest.Query(s, s.pg.FollowerDSN(), `
			select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`)[0] == "0"
	})
}
