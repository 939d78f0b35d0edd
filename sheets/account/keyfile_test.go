package account_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"clipsheet/sheets/account"
)

func TestKeyFileIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	made, err := account.KeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sealer(t, made)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("made with mode %v: %v", info.Mode(), err)
	}
	if again, err := account.KeyFile(path); err != nil || again != made {
		t.Errorf("read as another key: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestKeyFileIsTheSameForAllWhoAskAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	keys := make([]string, 16)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			key, err := account.KeyFile(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	all.Wait()
	for _, key := range keys {
		if key != keys[0] || len(key) < 43 {
			t.Fatal("two processes have different keys")
		}
	}
}

func TestKeyFileThatOthersCanReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	key := newKey()
	for mode, good := range map[fs.FileMode]bool{0o600: true, 0o400: true, 0o640: true, 0o440: true,
		0o644: false, 0o604: false, 0o602: false, 0o660: false, 0o777: false} {
		os.Remove(path)
		if err := errors.Join(os.WriteFile(path, []byte(key), 0o600), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		text, err := account.KeyFile(path)
		if (err == nil) != good || good && text != key {
			t.Errorf("mode %04o: %v", mode, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "chmod 600") || text != "" || strings.Contains(err.Error(), key)) {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
}

func TestKeyFileThatIsNoneIsRefused(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big")
	if err := os.WriteFile(big, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, words := range map[string]string{
		dir:                              "is not a file",
		big:                              "too large",
		filepath.Join(dir, "no", "key"):  "no such file",
		filepath.Join(big, "not-a-file"): "not a directory",
	} {
		if _, err := account.KeyFile(path); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
