package localpg

import (
	"errors"
	"strconv"
	"strings"
)

// upgradeSteps tell what to do with data made by a major version that is not installed.
func upgradeSteps(data, passFile, made string, as account, have installation) error {
	checksums := ""
	if old, err := strconv.Atoi(made); err == nil && old < 18 && have.major >= 18 {
		checksums = " --no-data-checksums" // 18 made them the default, and pg_upgrade wants both alike
	}
	mkdir, become, leave := "mkdir -m 700 {new}", "", ""
	if as.other { // PostgreSQL's programs refuse root, and the folder around the data is root's
		mkdir, become, leave = "install -d -m 700 -o {owner} {new}", "su -s /bin/sh {owner}\n  ", "exit\n  "
	}
	text := strings.NewReplacer("{mkdir}", mkdir, "{become}", become, "{leave}", leave).Replace(upgradeText)
	return errors.New(strings.NewReplacer(
		"{data}", shellQuote(data),
		"{new}", shellQuote(data+"-"+strconv.Itoa(have.major)),
		"{kept}", shellQuote(data+"-"+made),
		"{pass}", shellQuote(passFile),
		"{made}", made,
		"{have}", have.version,
		"{bin}", shellQuote(have.dir),
		"{checksums}", checksums,
		"{owner}", as.name,
	).Replace(text))
}

const upgradeText = `{data} was made by PostgreSQL {made}, and this machine has PostgreSQL {have} in {bin}, which cannot read it. Nothing was changed.
Either install PostgreSQL {made} again, beside the other: it is found and used, and all goes on as before.
Or install it for as long as an upgrade takes, with its programs in BIN_OF_{made}:
  {mkdir}
  {become}umask 077 && cd "$(mktemp -d)" && export PGPASSFILE={pass} && cut -d: -f5 {pass} > upgrade.pw
  {bin}/initdb -D {new} -U postgres -A scram-sha-256 --pwfile upgrade.pw -E UTF8 --locale=C.UTF-8{checksums}
  {bin}/pg_upgrade -U postgres -b BIN_OF_{made} -B {bin} -d {data} -D {new}
or, in the place of pg_upgrade when that refuses, with a dump:
  BIN_OF_{made}/pg_ctl -D {data} -o "-p 54329 -k /tmp" -w -l upgrade.log start
  {bin}/pg_dump -U postgres -h /tmp -p 54329 -f upgrade.sql postgres && BIN_OF_{made}/pg_ctl -D {data} -w stop
  {bin}/pg_ctl -D {new} -o "-p 54329 -k /tmp" -w -l upgrade.log start
  {bin}/psql -U postgres -h /tmp -p 54329 -v ON_ERROR_STOP=1 -f upgrade.sql postgres && {bin}/pg_ctl -D {new} -w stop
and after either put the new data in its place, and start again:
  rm upgrade.*; {leave}mv {data} {kept} && mv {new} {data}`

func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@:") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
