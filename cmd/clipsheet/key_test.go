package main

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"clipsheet/sheets/simulator"
)

// TestAKeyThatIsLostWrongOrChanged: without the key of its permissions the service does not start, and harms none of them;
// with the key back, or changed as the manual says, syncs write as before.
func TestAKeyThatIsLostWrongOrChanged(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.connect()
	board := c.google.Create(bob, "Board", "Cash")
	c.google.Share(board, ann, simulator.Writer)
	c.google.Pick(board, "clipsheet")
	c.sync("board", board, "Cash")
	if err := c.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(c.dir, "data", "key")
	key, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for what, lose := range map[string]func() error{
		"lost":  func() error { return os.Remove(file) },
		"wrong": func() error { return os.WriteFile(file, []byte(freshKey()), 0o600) },
	} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		before := len(c.log.String())
		serve := c.command("serve")
		if err := serve.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(30*time.Second, func() { serve.Process.Kill() })
		if err := serve.Wait(); err == nil || !late.Stop() {
			t.Errorf("%s: it starts", what)
		}
		if said := c.log.String()[before:]; !strings.Contains(said, `account "ann"`) || !strings.Contains(said, "add the missing key") || strings.Contains(said, string(key)) {
			t.Errorf("%s: it says %s", what, said)
		}
		if err := os.WriteFile(file, key, 0o600); err != nil {
			t.Fatal(err)
		}
		c.succeeds("account", "list")
	}

	fresh := freshKey()
	if err := os.WriteFile(file, []byte(fresh+"\n"+string(key)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.succeeds("account", "rotate-key")
	if err := os.WriteFile(file, []byte(fresh), 0o600); err != nil {
		t.Fatal(err)
	}
	c.succeeds("sync", "board", "--dry-run") // asks Google who it is, with what was sealed anew
}

func freshKey() string {
	key := make([]byte, 32)
	rand.Read(key) // which does not fail
	return hex.EncodeToString(key)
}

func (c *clinic) succeeds(args ...string) {
	c.Helper()
	if err := c.command(args...).Run(); err != nil {
		c.Errorf("%s: %v: %s", strings.Join(args, " "), err, c.log)
	}
}
