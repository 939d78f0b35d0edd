package localpg

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fakePostgres makes a folder that looks like an installation.
func fakePostgres(t *testing.T, dir, version string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"initdb", "psql", "postgres"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(dir, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInstallationsAreFoundInOrder(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	at := func(name string) string { return filepath.Join(root, name, "bin") }
	for name, version := range map[string]string{"9.6": "9.6.24", "14": "14.2", "16": "16.4 (Debian 16.4-1)", "17": "17beta1", "path": "15.18"} {
		fakePostgres(t, at(name), version)
	}
	if err := os.MkdirAll(at("18"), 0o755); err != nil { // removed, its folder left
		t.Fatal(err)
	}
	pattern := []string{filepath.Join(root, "*", "bin")}
	for _, c := range []struct {
		name string
		m    machine
		dir  string
	}{
		{"the newest", machine{patterns: []string{at("9.6"), at("14"), at("17"), at("16")}}, at("17")},
		{"the PATH before the newest", machine{onPath: at("path"), patterns: pattern}, at("path")},
		{"not one too old on the PATH", machine{onPath: at("9.6"), patterns: pattern}, at("17")},
		{"what is named before all", machine{pgBin: at("14"), onPath: at("path"), patterns: pattern}, at("14")},
	} {
		if got, err := c.m.preferred(); err != nil || got.dir != c.dir {
			t.Errorf("%s: %s, %v", c.name, got.dir, err)
		}
	}
	if _, err := (machine{patterns: []string{at("9.6")}}).preferred(); err == nil || errors.Is(err, ErrNoBinaries) || !strings.Contains(err.Error(), "too old") {
		t.Errorf("too old: %v", err)
	}
	for _, m := range []machine{{}, {pgBin: at("18"), patterns: pattern}} {
		if _, err := m.preferred(); !errors.Is(err, ErrNoBinaries) {
			t.Errorf("none: %v", err)
		}
	}
}

func TestDataKeepsItsMajorVersion(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, version := range []string{"14.2", "16.4"} {
		fakePostgres(t, filepath.Join(root, version), version)
	}
	m := machine{patterns: []string{filepath.Join(root, "1*")}}
	data := filepath.Join(root, "data")
	if got, err := m.programsFor(data, "", account{}); err != nil || got.version != "16.4" {
		t.Errorf("new data: %s, %v", got.version, err)
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("14\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := m.programsFor(data, "", account{}); err != nil || got.version != "14.2" {
		t.Errorf("old data: %s, %v", got.version, err)
	}
}

func TestInstallLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		goos, release string
		root          bool
		want          string
	}{
		{"linux", "ID=debian\n", true, "run: apt-get install postgresql"},
		{"linux", "NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", false, "run: sudo apt-get install postgresql"},
		{"linux", "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", false, "run: sudo dnf install postgresql-server postgresql-contrib"},
		{"linux", "ID=alpine\n", true, "run: apk add postgresql postgresql-contrib"},
		{"linux", "ID=arch", false, "run: sudo pacman -S postgresql"},
		{"linux", "ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", true, "run: zypper install postgresql-server postgresql-contrib"},
		{"linux", "", true, "install PostgreSQL 14 or later"},
		{"darwin", "", false, "run: brew install postgresql@17"},
	} {
		if got := installLine(c.goos, c.release, c.root); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.goos, c.release, got, c.want)
		}
	}
}

// Where the kernel does not end servers with their parent, the next start does.
func TestAnOrphanIsStoppedAtTheNextStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) { // open to an unprivileged postgres
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Start(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := s.makeSockets(); err != nil {
		t.Fatal(err)
	}
	orphan := exec.Command(s.programs.path("postgres"), "-D", s.primary.dir)
	orphan.Env, orphan.SysProcAttr = s.environment(), s.as.attributes()
	if err := orphan.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	if err := poll(t.Context(), "the orphan to be ready", func() bool {
		text, err := os.ReadFile(filepath.Join(s.primary.dir, "postmaster.pid"))
		return err == nil && strings.Contains(string(text), "ready")
	}); err != nil {
		t.Fatal(err)
	}
	again, err := Start(t.Context(), Options{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := <-ended; err != nil {
		t.Errorf("the orphan was not shut down in order: %v", err)
	}
}

func TestAClosedFolderIsNamed(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	inner := filepath.Join(root, "closed", "inner")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	for d := root; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(inner), 0o700); err != nil {
		t.Fatal(err)
	}
	stranger := account{name: "stranger", uid: 54321, gid: 54321, other: true}
	if got := stranger.closedTo(inner); got != filepath.Dir(inner) {
		t.Errorf("closed at %q, want %q", got, filepath.Dir(inner))
	}
	if os.Geteuid() != 0 {
		return // we cannot be the stranger
	}
	i, err := thisMachine().preferred()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.canRun(i.path("postgres"), inner); err == nil || !strings.Contains(err.Error(), "chmod o+x "+filepath.Dir(inner)) {
		t.Errorf("error %v", err)
	}
}

// Running holds the lock for a moment to see whether it is free; an owner that comes just then must not be refused.
func TestALookRefusesNobody(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := os.Create(lockFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				held(f)
			}
		}
	})
	for range 50 {
		lock, err := acquire(dir)
		if err != nil {
			t.Error(err)
			break
		}
		if err := release(lock, dir); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
}

func TestLogsArePutAside(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, make([]byte, logLimit+1), 0o600); err != nil {
		t.Fatal(err)
	}
	out, begin, err := openLog(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.WriteString(strings.Repeat("before\n", 3000) + "last words\n"); err != nil {
		t.Fatal(err)
	}
	if got := tail(file, begin); begin != 0 || strings.Count(got, "\n") != 11 || !strings.HasSuffix(got, "\n  last words") {
		t.Errorf("from %d: %s", begin, got)
	}
}
