package localpg

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// ErrNoBinaries is a machine without PostgreSQL's server programs; the message has the line that installs them.
var ErrNoBinaries = errors.New("PostgreSQL's server programs (initdb, postgres) are not installed")

// oldest is the major version this is tried with or later: clips need in_hot_standby to be reported (14).
const oldest = 14

// Binaries finds the newest PostgreSQL on this machine: its folder of programs and its major version.
// CLIPSHEET_PG_BIN names the folder when it is somewhere else.
func Binaries() (dir, version string, err error) {
	all := installed()
	if len(all) == 0 {
		return "", "", noBinaries()
	}
	if all[0].major < oldest {
		return "", "", fmt.Errorf("PostgreSQL %d in %s is too old: %d or later is needed; %s", all[0].major, all[0].dir, oldest, installLine())
	}
	return all[0].dir, strconv.Itoa(all[0].major), nil
}

func noBinaries() error {
	if dir := os.Getenv("CLIPSHEET_PG_BIN"); dir != "" {
		return fmt.Errorf("%w in CLIPSHEET_PG_BIN (%s)", ErrNoBinaries, dir)
	}
	return fmt.Errorf("%w: %s, or name their folder in CLIPSHEET_PG_BIN", ErrNoBinaries, installLine())
}

type installation struct {
	dir   string
	major int
}

// installed lists every PostgreSQL there is, newest first.
func installed() []installation {
	places := []string{os.Getenv("CLIPSHEET_PG_BIN")}
	if places[0] == "" {
		if path, err := exec.LookPath("postgres"); err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				places = append(places, filepath.Dir(real))
			}
		}
		for _, pattern := range []string{
			"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib64/pgsql/bin", "/usr/bin", "/usr/local/bin", "/usr/libexec/postgresql*",
			"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin",
		} {
			found, _ := filepath.Glob(pattern)
			places = append(places, found...)
		}
	}
	var all []installation
	for _, dir := range places {
		if major, ok := majorOf(dir); ok && !slices.ContainsFunc(all, func(i installation) bool { return i.dir == dir }) {
			all = append(all, installation{dir, major})
		}
	}
	slices.SortStableFunc(all, func(a, b installation) int { return cmp.Compare(b.major, a.major) })
	return all
}

// majorOf asks the programs in a folder for their version: "postgres (PostgreSQL) 15.18 (Debian …)".
func majorOf(dir string) (int, bool) {
	if dir == "" {
		return 0, false
	}
	for _, program := range []string{"initdb", "pg_ctl", "pg_basebackup"} {
		if _, err := os.Stat(filepath.Join(dir, program)); err != nil {
			return 0, false
		}
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	_, text, _ := strings.Cut(string(out), ") ")
	major, rest := 0, strings.TrimLeft(text, "0123456789")
	if err == nil {
		major, err = strconv.Atoi(text[:len(text)-len(rest)])
	}
	return major, err == nil
}

// binariesFor finds the programs for a data directory: those of the major version that made it, for others cannot
// read it; the newest when there is none yet.
func binariesFor(data string) (string, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		dir, _, err := Binaries()
		return dir, err
	} else if err != nil {
		return "", err
	}
	made := strings.TrimSpace(string(text))
	all := installed()
	for _, i := range all {
		if strconv.Itoa(i.major) == made {
			return i.dir, nil
		}
	}
	if len(all) == 0 {
		return "", noBinaries()
	}
	return "", fmt.Errorf(`%s was made by PostgreSQL %s, and this machine has %d, which cannot read it. Nothing was changed. Either
  install PostgreSQL %s again beside it, and all goes on as before; or upgrade the data:
  install both, then run as the owner of the folder
    %s/initdb -D %s.%d -U %s -E UTF8
    %s/pg_upgrade -b BIN_OF_%s -B %s -d %s -D %s.%d -U %s
  and put %s.%d in the place of %s`,
		data, made, all[0].major, made, all[0].dir, data, all[0].major, superuser,
		all[0].dir, made, all[0].dir, data, data, all[0].major, superuser, data, all[0].major, data)
}

// HasExtension tells whether an extension can be created on the servers we would start.
func HasExtension(name string) bool {
	dir, _, err := Binaries()
	if err != nil {
		return false
	}
	share, err := exec.Command(filepath.Join(dir, "pg_config"), "--sharedir").Output()
	candidates := []string{strings.TrimSpace(string(share))}
	if err != nil { // Debian puts pg_config in a package of its own
		candidates = []string{strings.Replace(filepath.Dir(dir), "/lib/", "/share/", 1), filepath.Join(filepath.Dir(dir), "share")}
	}
	for _, c := range candidates {
		if _, err := os.Stat(filepath.Join(c, "extension", name+".control")); err == nil {
			return true
		}
	}
	return false
}

// installLine is the one line that brings PostgreSQL to this platform.
func installLine() string {
	if runtime.GOOS == "darwin" {
		return "run: brew install postgresql@17"
	}
	for _, m := range []struct{ manager, line string }{
		{"apt-get", "sudo apt-get install postgresql"},
		{"dnf", "sudo dnf install postgresql-server postgresql-contrib"},
		{"apk", "sudo apk add postgresql postgresql-contrib"},
		{"pacman", "sudo pacman -S postgresql"},
		{"zypper", "sudo zypper install postgresql-server postgresql-contrib"},
	} {
		if _, err := exec.LookPath(m.manager); err == nil {
			return "run: " + m.line
		}
	}
	return "install PostgreSQL 14 or later"
}
