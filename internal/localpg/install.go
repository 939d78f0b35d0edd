package localpg

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// installHint is the line that brings PostgreSQL to this machine.
func installHint() string {
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		release = nil
	}
	return installLine(runtime.GOOS, string(release), os.Geteuid() == 0)
}

// managers install PostgreSQL's servers, by the name an os-release gives a system or one it is like.
var managers = map[string]string{
	"debian":   "apt-get install postgresql",
	"ubuntu":   "apt-get install postgresql",
	"fedora":   "dnf install postgresql-server postgresql-contrib",
	"rhel":     "dnf install postgresql-server postgresql-contrib",
	"centos":   "dnf install postgresql-server postgresql-contrib",
	"alpine":   "apk add postgresql postgresql-contrib",
	"arch":     "pacman -S postgresql",
	"suse":     "zypper install postgresql-server postgresql-contrib",
	"opensuse": "zypper install postgresql-server postgresql-contrib",
}

func installLine(goos, release string, root bool) string {
	switch goos {
	case "darwin":
		return "run: brew install postgresql@17"
	case "freebsd":
		return "run: pkg install postgresql17-server"
	}
	sudo := "sudo "
	if root {
		sudo = ""
	}
	for _, name := range systemNames(release) {
		if line, ok := managers[name]; ok {
			return "run: " + sudo + line
		}
	}
	return "install PostgreSQL 14 or later"
}

// systemNames are a system's own name in its os-release, then those it is like, nearest first.
func systemNames(release string) []string {
	var id, like []string
	for line := range strings.Lines(release) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch value = strings.Trim(value, `"'`); key {
		case "ID":
			id = strings.Fields(value)
		case "ID_LIKE":
			like = strings.Fields(value)
		}
	}
	return append(id, like...)
}

// upgradeSteps tell what to do with data made by a major version that is not installed.
func upgradeSteps(data, passFile, made string, have installation) error {
	initdb := have.path("initdb") + " -U " + superuser + " -A trust -E UTF8 --locale=C.UTF-8"
	if old, err := strconv.Atoi(made); err == nil && old < 18 && have.major >= 18 {
		initdb += " --no-data-checksums" // 18 made them the default, and pg_upgrade wants both alike
	}
	return errors.New(strings.NewReplacer("DATA", data, "PASSFILE", passFile, "MADE", made,
		"HAVE", strconv.Itoa(have.major), "NEWBIN", have.dir, "INITDB", initdb).Replace(
		`DATA was made by PostgreSQL MADE, and this machine has PostgreSQL HAVE in NEWBIN, which cannot read it. Nothing was changed.
Either install PostgreSQL MADE again, beside the other: it is found and used, and all goes on as before.
Or, with both installed, and as the user who owns DATA, upgrade it:
  cd /tmp && export PGPASSFILE=PASSFILE
  INITDB -D DATA-HAVE
  NEWBIN/pg_upgrade -U postgres -b BIN_OF_MADE -B NEWBIN -d DATA -D DATA-HAVE
Or, if pg_upgrade refuses, take a dump along:
  BIN_OF_MADE/pg_ctl -D DATA -o "-p 54329 -k /tmp" -w -l /tmp/upgrade.log start
  NEWBIN/pg_dump -U postgres -h /tmp -p 54329 -f /tmp/upgrade.sql postgres
  BIN_OF_MADE/pg_ctl -D DATA -w stop
  INITDB -D DATA-HAVE
  NEWBIN/pg_ctl -D DATA-HAVE -o "-p 54329 -k /tmp" -w -l /tmp/upgrade.log start
  NEWBIN/psql -U postgres -h /tmp -p 54329 -v ON_ERROR_STOP=1 -c "\password" -f /tmp/upgrade.sql postgres    (the password is at the end of PASSFILE)
  NEWBIN/pg_ctl -D DATA-HAVE -w stop
After either, put the new data in its place and start again:
  mv DATA DATA-MADE && mv DATA-HAVE DATA`))
}
