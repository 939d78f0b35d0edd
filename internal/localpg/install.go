package localpg

import (
	"os"
	"runtime"
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
