package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
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
		args := []string{"build", "-tags", "failpoints", "-o", built.path}
		if withRace() {
			args = append(args, "-race")
		}
		cmd := exec.Command("go", append(args, "clipsheet/cmd/clipsheet")...)
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%s: %w: %s", cmd, err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// withRace tells whether these tests were built with the race detector: then the binary is, too, from the same cache.
func withRace() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "-race" && s.Value == "true" })
}

// long is how long the storm lasts when everything is to be tried, and whether it is.
func long() (time.Duration, bool) {
	d, err := time.ParseDuration(os.Getenv("FAULTS"))
	return d, err == nil
}
