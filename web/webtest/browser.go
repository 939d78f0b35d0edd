// Package webtest opens pages in a real Chromium, for tests. All tests of a package share one, each with cookies and
// storage of its own.
package webtest

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
)

// Runner ends the Chromium of a package's tests after what runs them: os.Exit(webtest.Runner(pgtest.Runner(m)).Run()).
func Runner(m interface{ Run() int }) interface{ Run() int } { return runner{m} }

type runner struct{ m interface{ Run() int } }

func (r runner) Run() int {
	defer shared.end()
	return r.m.Run()
}

// shared is started by the first test that opens a page.
var shared chromium

type chromium struct {
	mu      sync.Mutex
	browser *rod.Browser
	process *launcher.Launcher
	dir     string
}

// started is the browser that all tests share.
func (c *chromium) started(t testing.TB) *rod.Browser {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.browser == nil {
		if err := c.start(); err != nil {
			t.Fatal(err)
		}
	}
	return c.browser
}

func (c *chromium) start() error {
	program, err := find()
	if err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp("", "clipsheet-chromium-"); err != nil {
		return err
	}
	c.process = launcher.New().Bin(program).Leakless(false).UserDataDir(c.dir).
		Set("no-sandbox").Set("disable-gpu").Set("disable-dev-shm-usage").Set("hide-scrollbars").Set("window-size", "1440,900")
	address, err := c.process.Launch()
	if err != nil {
		return fmt.Errorf("start %s: %w", program, err)
	}
	browser := rod.New().ControlURL(address)
	if err := browser.Connect(); err != nil {
		return fmt.Errorf("talk to %s: %w", program, err)
	}
	c.browser = browser
	return nil
}

func (c *chromium) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process != nil {
		c.process.Kill()
		c.process.Cleanup() // waits for it, and removes its folder
	}
	if c.dir != "" {
		os.RemoveAll(c.dir)
	}
}

// find looks for a Chromium. .ci/setup test sees to it that there is one.
func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no Chromium: make test installs it")
}
