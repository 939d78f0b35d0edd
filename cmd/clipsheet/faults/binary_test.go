package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"clipsheet/internal/localpg/pgtest"
)

// TestMain lets more tests run side by side than there are processors: most of their time is waiting.
func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "8")
	code := pgtest.Runner(m).Run()
	os.RemoveAll(built.dir)
	os.Exit(code)
}

// built is the binary under test: what is shipped, and the steps at which it can be told to die.
var built struct {
	once sync.Once
	dir  string
	path string
	err  error
}

func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "clipsheet-faults-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "clipsheet")
		cmd := exec.Command("go", "build", "-tags", "failpoints", "-o", built.path, "clipsheet/cmd/clipsheet")
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%s: %w: %s", cmd, err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// long is how long the storm lasts when everything is to be tried, and whether it is.
func long() (time.Duration, bool) {
	d, err := time.ParseDuration(os.Getenv("FAULTS"))
	return d, err == nil
}
