package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// nginx serves files beside the service: the bytes of our own answers, with the settings its manual has for them, and
// with a log of requests, as we write one.
type nginx struct {
	process
	cmd    *exec.Cmd
	folder string
	base   string
}

const nginxConfig = `
daemon off;
worker_processes auto;
pid nginx.pid;
error_log error.log;
events {}
http {
    client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
    access_log access.log;
    default_type text/csv;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    open_file_cache max=100;
    server {
        listen %s;
        root files;
        location /gzip/ { add_header Content-Encoding gzip; }
    }
}
`

// startNginx starts nginx where it is installed, or notes that it is missing and gives nil.
func (b *bench) startNginx(ctx context.Context) (*nginx, error) {
	program, err := exec.LookPath("nginx")
	if err != nil {
		program = "/usr/sbin/nginx" // which is not on everybody's PATH
	}
	if _, err := os.Stat(program); err != nil {
		b.missing("nginx", "cached feeds beside it")
		return nil, nil
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	n := &nginx{folder: filepath.Join(b.dir, "nginx"), base: "http://" + address}
	if err := os.MkdirAll(filepath.Join(n.folder, "files", "gzip"), 0o755); err != nil {
		return nil, err
	}
	config := filepath.Join(n.folder, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, address), 0o644); err != nil {
		return nil, err
	}
	n.cmd = exec.CommandContext(ctx, program, "-p", n.folder, "-c", config, "-e", "error.log")
	n.cmd.Cancel = func() error { return n.cmd.Process.Signal(syscall.SIGTERM) }
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	n.process = process{n.cmd.Process.Pid}
	if err := awaitAddress(ctx, address); err != nil {
		n.stop()
		said, _ := os.ReadFile(filepath.Join(n.folder, "error.log"))
		return nil, fmt.Errorf("nginx: %w: %s", err, said)
	}
	return n, nil
}

func (n *nginx) stop() {
	if n == nil {
		return
	}
	n.cmd.Process.Signal(syscall.SIGTERM)
	n.cmd.Wait()
}

// serve has nginx serve what the service answers, and gives its address.
func (n *nginx) serve(ctx context.Context, i int, c Cached) ([]string, error) {
	if n == nil {
		return nil, nil
	}
	name := fmt.Sprintf("%d.csv", i)
	if c.headers != nil {
		name = "gzip/" + name
	}
	answer, err := ask(ctx, plain, c.urls[0], c.headers...)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	file, err := os.Create(filepath.Join(n.folder, "files", name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := io.Copy(file, answer.Body); err != nil {
		return nil, err
	}
	return []string{n.base + "/" + name}, nil
}
