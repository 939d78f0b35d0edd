package bench

import (
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

// writeConfigTo writes a config of the source and some clips; with an address it is one for serve.
func (b *bench) writeConfigTo(path, listen, folder string, all []clip) error {
	var text strings.Builder
	if listen != "" {
		fmt.Fprintf(&text, "[server]\nlisten = %q\ndata_dir = %q\n", listen, folder)
	}
	fmt.Fprintf(&text, "[limits]\nrows = 1_000_000_000\nbytes = \"1TiB\"\ncache = \"100GiB\"\n[sources.bench]\ndsn = '''%s'''\nallow_primary = true\n", b.DSN)
	for _, c := range all {
		fmt.Fprintf(&text, "[clips.%s]\nsource = \"bench\"\nmax_age = \"1h\"\nsql = '''%s'''\n", c.slug, c.sql)
	}
	return os.WriteFile(path, []byte(text.String()), 0o600)
}

type clip struct{ slug, sql string }

func (b *bench) writeConfig() error { return b.writeConfigTo(b.config, "", "", nil) }

// serve starts a service of some clips in a folder of its own, which may be started again.
func (b *bench) serve(ctx context.Context, folder string, all []clip) (*service, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	s := &service{config: filepath.Join(b.dir, folder+".toml"), folder: filepath.Join(b.dir, folder), base: "http://" + address}
	if err := b.writeConfigTo(s.config, address, s.folder, all); err != nil {
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
