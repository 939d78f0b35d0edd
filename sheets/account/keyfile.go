package account

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// KeyFile reads the text of the keys from a file, and makes one with a random key when there is none: whole, for its
// owner alone, and the same for all who ask at once. A file that others can read is refused.
//
// A key made in place of a lost one opens nothing that was sealed before, and harms nothing either: Accounts.CheckKeys
// finds it out at the start.
func KeyFile(path string) (string, error) {
	text, err := readSecretFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKeyFile(path); err != nil {
			return "", fmt.Errorf("make the key file %s: %w", path, err)
		}
		text, err = readSecretFile(path)
	}
	if err != nil {
		return "", fmt.Errorf("security key: %w", err)
	}
	return string(text), nil
}

// makeKeyFile writes a file beside path and links it there, which unlike a rename never replaces another process's.
func makeKeyFile(path string) error {
	var key [keySize]byte
	rand.Read(key[:])                                        // never returns an error
	draft, err := os.CreateTemp(filepath.Dir(path), ".key-") // for its owner alone from the start
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	defer draft.Close()
	if _, err := draft.WriteString(base64.StdEncoding.EncodeToString(key[:]) + "\n"); err != nil {
		return err
	}
	if err := draft.Sync(); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// secretFileMost bounds what is read of a file that should hold a key.
const secretFileMost = 64 << 10

// readSecretFile reads a file that others may neither read nor change. A group may read it, which is how containers
// are given their secrets.
func readSecretFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", path)
	case info.Mode().Perm()&0o027 != 0:
		return nil, fmt.Errorf("%s can be read or changed by others (its mode is %04o): chmod 600 it, and think of the key as known if "+
			"it was like that for long", path, info.Mode().Perm())
	}
	text, err := io.ReadAll(io.LimitReader(file, secretFileMost+1))
	if err == nil && len(text) > secretFileMost {
		err = fmt.Errorf("%s is too large to be a key", path)
	}
	return text, err
}
