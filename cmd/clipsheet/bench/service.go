package bench

import (
	"bufio"
	"bytes"
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
)

// service is `clipsheet serve` in a process of its own.
type service struct {
	bench  *bench
	config string
	folder string // of its data
	base   string
	cmd    *exec.Cmd
	said   bytes.Buffer
	ready  time.Duration // from the start of the process to its first good answer
}

// writeConfigTo writes a config of the source and some clips; with an address it is one for serve.
func (b *bench) writeConfigTo(path, listen, folder string, clips []clip) error {
	var text strings.Builder
	if listen != "" {
		fmt.Fprintf(&text, "[server]\nlisten = %q\ndata_dir = %q\n", listen, folder)
	}
	fmt.Fprintf(&text, "[limits]\nrows = 1_000_000_000\nbytes = \"1TiB\"\ncache = \"100GiB\"\n[sources.bench]\ndsn = '''%s'''\nallow_primary = true\n", b.DSN)
	for _, c := range clips {
		fmt.Fprintf(&text, "[clips.%s]\nsource = \"bench\"\nmax_age = \"1h\"\nsql = '''%s'''\n", c.slug, c.sql)
	}
	return os.WriteFile(path, []byte(text.String()), 0o600)
}

type clip struct{ slug, sql string }

func (b *bench) writeConfig() error { return b.writeConfigTo(b.config, "", "", nil) }

// serve starts a service of some clips in a folder of its own, which may be started again.
func (b *bench) serve(ctx context.Context, folder string, clips []clip) (*service, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	free.Close()
	s := &service{bench: b, config: filepath.Join(b.dir, folder+".toml"), folder: filepath.Join(b.dir, folder), base: "http://" + address}
	if err := b.writeConfigTo(s.config, address, s.folder, clips); err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, b.Self, "serve", "--config", s.config)
	s.cmd.Stdout, s.cmd.Stderr = &s.said, &s.said
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		s.stop()
		return nil, fmt.Errorf("%w: %s", err, s.said.String())
	}
	s.ready = time.Since(began)
	return s, nil
}

func (s *service) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if answer, err := http.Get(s.base + "/readyz"); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.New("the service did not become ready")
		}
	}
}

func (s *service) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// link makes a link and gives its address as CSV.
func (s *service) link(ctx context.Context, slug string) (string, error) {
	out, err := exec.CommandContext(ctx, s.bench.Self, "link", "create", slug, "--format", "csv", "--config", s.config).Output()
	if err != nil {
		return "", fmt.Errorf("link create %s: %w", slug, err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 2 && f[0] == "csv" {
			return f[1], nil
		}
	}
	return "", fmt.Errorf("link create %s printed no address: %s", slug, out)
}

// links makes links to some clips, in turns, as many as a stream of requests takes.
func (s *service) links(ctx context.Context, slugs ...string) (urls []string, err error) {
	for i := range linksEach {
		url, err := s.link(ctx, slugs[i%len(slugs)])
		if err != nil {
			return nil, err
		}
		urls = append(urls, url)
	}
	return urls, nil
}
