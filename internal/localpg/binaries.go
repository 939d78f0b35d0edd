package localpg

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrNoBinaries is a machine without PostgreSQL's server programs; the message has the line that installs them.
var ErrNoBinaries = errors.New("PostgreSQL's server programs (initdb, postgres, psql) are not installed")

// oldest is the major version this is tried with or later: clips need in_hot_standby to be reported (14).
const oldest = 14

// Binaries finds the PostgreSQL that new data directories are made with: its folder of programs and its version. In
// this order: the folder CLIPSHEET_PG_BIN names, and then nothing else; the one on the PATH; the newest there is.
func Binaries() (dir, version string, err error) {
	i, err := thisMachine().preferred()
	return i.dir, i.version, err
}

// HasExtension tells whether an extension can be created on the servers we would start.
func HasExtension(name string) bool {
	i, err := thisMachine().preferred()
	return err == nil && slices.ContainsFunc(i.shares(), func(share string) bool {
		return exists(filepath.Join(share, "extension", name+".control"))
	})
}

// machine is where to look.
type machine struct {
	pgBin    string // CLIPSHEET_PG_BIN
	onPath   string // the folder of the postgres on the PATH
	patterns []string
}

func thisMachine() machine {
	m := machine{pgBin: os.Getenv("CLIPSHEET_PG_BIN"), patterns: []string{
		"/usr/lib/postgresql/*/bin",                            // Debian, Ubuntu, openSUSE
		"/usr/bin", "/usr/pgsql-*/bin", "/usr/lib64/pgsql/bin", // Fedora, Red Hat, Arch
		"/usr/libexec/postgresql*",                                                              // Alpine
		"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/usr/local/bin", // Homebrew, FreeBSD
		"/usr/local/pgsql/bin",                                                            // built by hand
		"/Applications/Postgres.app/Contents/Versions/*/bin", "/Library/PostgreSQL/*/bin", // macOS
	}}
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			m.onPath = filepath.Dir(real)
		}
	}
	return m
}

// installation is one PostgreSQL.
type installation struct {
	dir     string
	major   int
	version string
}

func (i installation) path(program string) string { return filepath.Join(i.dir, program) }

// installed lists every PostgreSQL there is, the preferred one first, then newest first.
func (m machine) installed() []installation {
	if m.pgBin != "" {
		return look(nil, m.pgBin)
	}
	var all []installation
	for _, pattern := range m.patterns {
		found, _ := filepath.Glob(pattern) // fails only on a bad pattern
		for _, dir := range found {
			if dir != m.onPath {
				all = look(all, dir)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b installation) int { return cmp.Compare(b.major, a.major) })
	return append(look(nil, m.onPath), all...)
}

// look adds the PostgreSQL of a folder to those found, if it has all of one: Debian's /usr/bin has psql alone.
func look(found []installation, dir string) []installation {
	i := installation{dir: dir}
	for _, program := range []string{"initdb", "postgres", "psql"} {
		if dir == "" || !exists(i.path(program)) {
			return found
		}
	}
	out, err := exec.Command(i.path("postgres"), "--version").Output()
	_, text, _ := strings.Cut(string(out), ") ") // "postgres (PostgreSQL) 15.18 (Debian …)"
	fields := strings.Fields(text)
	if err != nil || len(fields) == 0 {
		return found
	}
	i.version = fields[0]
	digits := len(i.version) - len(strings.TrimLeft(i.version, "0123456789")) // 18beta1
	if i.major, err = strconv.Atoi(i.version[:digits]); err != nil {
		return found
	}
	return append(found, i)
}

// preferred is what new data is made with.
func (m machine) preferred() (installation, error) {
	all := m.installed()
	for _, i := range all {
		if i.major >= oldest {
			return i, nil
		}
	}
	if len(all) > 0 {
		return installation{}, fmt.Errorf("PostgreSQL %s in %s is too old, %d or later is needed: %s",
			all[0].version, all[0].dir, oldest, installHint())
	}
	if m.pgBin != "" {
		return installation{}, fmt.Errorf("%w in %s, which CLIPSHEET_PG_BIN names: correct it, or unset it to look elsewhere", ErrNoBinaries, m.pgBin)
	}
	return installation{}, fmt.Errorf("%w: %s; if they are somewhere else, name their folder in CLIPSHEET_PG_BIN", ErrNoBinaries, installHint())
}

// programsFor finds the programs for a data directory: those of the major version that made it, for others cannot
// read it; the preferred ones when there is none yet.
func (m machine) programsFor(data, passFile string, as account) (installation, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return m.preferred()
	} else if err != nil {
		return installation{}, err
	}
	made := strings.TrimSpace(string(text))
	all := m.installed()
	for _, i := range all {
		if strconv.Itoa(i.major) == made {
			return i, nil
		}
	}
	newest, err := m.preferred()
	if err != nil {
		return installation{}, err
	}
	return installation{}, upgradeSteps(data, passFile, made, as, newest)
}

// shares are the folders where the installation's extensions may be: pg_config knows, but is often in a package of
// its own.
func (i installation) shares() []string {
	if out, err := exec.Command(i.path("pg_config"), "--sharedir").Output(); err == nil {
		return []string{strings.TrimSpace(string(out))}
	}
	prefix, major := filepath.Dir(i.dir), strconv.Itoa(i.major)
	return []string{
		strings.Replace(prefix, "/lib/", "/share/", 1), // /usr/lib/postgresql/17/bin
		filepath.Join(prefix, "share"),                 // /usr/pgsql-17/bin, Postgres.app
		filepath.Join(prefix, "share", "postgresql"),   // Arch, FreeBSD, Homebrew
		filepath.Join(prefix, "share", "pgsql"),        // Fedora
		filepath.Join(prefix, "share", "postgresql@"+major),
		"/usr/share/postgresql" + major, // Alpine
	}
}
