package localpg_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

// refused starts a server that must not start, and checks what is said.
func refused(t *testing.T, o localpg.Options, words ...string) {
	t.Helper()
	s, err := localpg.Start(t.Context(), o)
	if err == nil {
		s.Close()
		t.Fatal("it started")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error does not say %q: %v", w, err)
		}
	}
}

func TestTwoProcessesAreRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	s := start(t, localpg.Options{Dir: dir})
	if dsn, ok := localpg.Running(dir); !ok || dsn != s.DSN() {
		t.Errorf("Running = %q, %v", dsn, ok)
	}
	words := "process " + strconv.Itoa(os.Getpid()) + " uses " + dir
	refused(t, localpg.Options{Dir: dir}, words)
	out, err := otherProcess(dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), words) {
		t.Errorf("another process: %v\n%s", err, out)
	}
	want(t, s.DSN(), "select 1", "1")
	s.Close()
	if _, ok := localpg.Running(dir); ok {
		t.Error("Running after Close")
	}
}

func TestAnotherMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	data := filepath.Join(dir, "primary")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("9.6\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	bin, _, err := localpg.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	refused(t, localpg.Options{Dir: dir, Durable: true}, data+" was made by PostgreSQL 9.6", "Nothing was changed", "install PostgreSQL 9.6 again",
		bin+"/pg_upgrade -U postgres", "-d "+data, "PGPASSFILE="+dir+"/pgpass ", bin+"/pg_dump", "mv "+data)
	if found, err := os.ReadDir(data); err != nil || len(found) != 1 {
		t.Errorf("the data was touched: %v %v", found, err)
	}
}

func TestNoBinariesSaysWhatToDo(t *testing.T) {
	t.Setenv("CLIPSHEET_PG_BIN", t.TempDir())
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: pgtest.Dir(t)})
	if !errors.Is(err, localpg.ErrNoBinaries) || !strings.Contains(err.Error(), "CLIPSHEET_PG_BIN") {
		t.Errorf("error %v", err)
	}
}

func TestAFailedStartShowsTheLog(t *testing.T) {
	t.Parallel()
	refused(t, localpg.Options{Dir: pgtest.Dir(t), Settings: map[string]string{"work_mem": "plenty"}}, "the primary did not start", "primary.log", "work_mem")
}

// A new password would not open the data, and saying so late would cost the data's owner an evening.
func TestAMissingPasswordIsRefused(t *testing.T) {
	t.Parallel()
	o := localpg.Options{Dir: pgtest.Dir(t)}
	start(t, o).Close()
	pass := filepath.Join(o.Dir, "pgpass")
	if err := os.Rename(pass, pass+".away"); err != nil {
		t.Fatal(err)
	}
	refused(t, o, pass+" is missing", "restore it")
	if err := os.WriteFile(pass, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, o, pass+" is not as it was written")
	if err := os.Rename(pass+".away", pass); err != nil {
		t.Fatal(err)
	}
	want(t, start(t, o).DSN(), "select 1", "1")
}

func TestSecretsAreForTheirOwnersEyes(t *testing.T) {
	t.Parallel()
	dir := pgtest.Dir(t)
	start(t, localpg.Options{Dir: dir, Follower: true})
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&0o077 != 0 {
			t.Errorf("%s is open to others: %s", f.Name(), info.Mode())
		}
	}
}
