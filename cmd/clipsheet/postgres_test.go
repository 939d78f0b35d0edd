package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"clipsheet/internal/localpg"
)

// pgctl stops or starts a server as an operator would, as the owner of its data.
func pgctl(t *testing.T, dataDir, action string, args ...string) {
	t.Helper()
	bin, _, err := localpg.Binaries()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{action, "-D", dataDir, "-w", "-s"}, args...)
	if action == "start" {
		args = append(args, "-l", filepath.Join(dataDir, "pg_ctl.log"))
	}
	cmd := exec.Command(filepath.Join(bin, "pg_ctl"), args...)
	cmd.Dir = filepath.Dir(dataDir)
	if info, err := os.Stat(dataDir); err == nil && os.Geteuid() == 0 {
		st := info.Sys().(*syscall.Stat_t)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: st.Uid, Gid: st.Gid}}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pg_ctl %s: %v: %s", action, err, out)
	}
}
