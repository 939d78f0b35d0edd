package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"clipsheet/clips"
	"clipsheet/internal/localpg"
)

// service is `clipsheet serve` in a process of its own.
type service struct {
	process
	config string
	folder string // of its data
	base   string
	cmd    *exec.Cmd
	log    *os.File
	ready  time.Duration // from the start of the process to its first good answer
}

// settings are what a config says, beside the source.
type settings struct {
	listen, folder string // of serve; empty for run
	state          string // the DSN of a state database; empty is a private one
	maxAge         string // of every clip; empty is an hour
	more           string // the rest of the file
	clips          []clip
}

type clip struct{ slug, sql string }

func (b *bench) writeConfig(path string, s settings) error {
	var text strings.Builder
	if s.folder != "" {
		fmt.Fprintf(&text, "[server]\nlisten = %q\ndata_dir = %q\n", cmp.Or(s.listen, "127.0.0.1:0"), s.folder)
	}
	if s.state != "" {
		fmt.Fprintf(&text, "[state]\ndsn = '''%s'''\n", s.state)
	}
	fmt.Fprintf(&text, "[limits]\nrows = 1_000_000_000\nbytes = \"1TiB\"\ncache = \"100GiB\"\n[sources.bench]\ndsn = '''%s'''\nallow_primary = true\n", b.DSN)
	for _, c := range s.clips {
		fmt.Fprintf(&text, "[clips.%s]\nsource = \"bench\"\nmax_age = %q\nsql = '''%s'''\n", c.slug, cmp.Or(s.maxAge, "1h"), c.sql)
	}
	text.WriteString(s.more)
	return os.WriteFile(path, []byte(text.String()), 0o600)
}

// serve starts a service of some clips in a folder of its own, which may be started again.
func (b *bench) serve(ctx context.Context, folder string, all []clip) (*service, error) {
	return b.serveWith(ctx, folder, settings{clips: all})
}

func (b *bench) serveWith(ctx context.Context, folder string, with settings) (*service, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &service{config: filepath.Join(b.dir, folder+".toml"), folder: filepath.Join(b.dir, folder), base: "http://" + address}
	with.listen, with.folder = address, s.folder
	if err := b.writeConfig(s.config, with); err != nil {
		return nil, err
	}
	if s.log, err = os.Create(filepath.Join(b.dir, folder+".log")); err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, b.Self, "serve", "--config", s.config)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		s.log.Close()
		return nil, err
	}
	s.process = process{s.cmd.Process.Pid}
	if err := s.awaitReady(ctx); err != nil {
		s.stop()
		said, _ := os.ReadFile(s.log.Name())
		return nil, fmt.Errorf("%w: %s", err, said)
	}
	s.ready = time.Since(began)
	return s, nil
}

func (s *service) awaitReady(ctx context.Context) error {
	return await(ctx, func() bool {
		answer, err := http.Get(s.base + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

func (s *service) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
	s.log.Close()
}

// link makes a link and gives its address as CSV.
func (s *service) link(ctx context.Context, slug string) (string, error) {
	urls, err := s.links(ctx, 1, slug)
	if err != nil {
		return "", err
	}
	return urls[0], nil
}

// links makes n links, to some clips in turns, and gives their addresses as CSV. They go straight into the state
// database, since a bench has thousands to make.
func (s *service) links(ctx context.Context, n int, slugs ...string) (urls []string, err error) {
	var names []string
	var hashes [][]byte
	for i := range n {
		token, slug := clips.NewToken(), slugs[i%len(slugs)]
		hash := token.Hash()
		names, hashes = append(names, slug), append(hashes, hash[:])
		urls = append(urls, fmt.Sprintf("%s/d/%s/%s.csv", s.base, token.Reveal(), slug))
	}
	dsn, ok := localpg.Running(filepath.Join(s.folder, "state"))
	if !ok {
		return nil, errors.New("the service's Postgres does not run")
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	made, err := conn.Exec(ctx, `
		insert into clipsheet.links (clip_id, token_hash, label, formats, locked)
		select c.id, l.hash, 'bench', '{}', '{}'
		from unnest($1::text[], $2::bytea[]) l (slug, hash) join clipsheet.clips c using (slug)`, names, hashes)
	if err == nil && made.RowsAffected() != int64(n) {
		err = fmt.Errorf("%d of %d links were made", made.RowsAffected(), n)
	}
	return urls, err
}

func freeAddress() (string, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return free.Addr().String(), free.Close()
}

// await asks until the answer is yes.
func await(ctx context.Context, ready func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("it did not become ready")
		}
	}
	return nil
}

func awaitAddress(ctx context.Context, address string) error {
	return await(ctx, func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		conn.Close()
		return true
	})
}
