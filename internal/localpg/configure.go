package localpg

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Everybody shows a password: the servers may run as an account that is not that of the clients.
const hba = "local all,replication all scram-sha-256\nhost all,replication all 127.0.0.1/32 scram-sha-256\n"

// confFile is beside the data directory, not in it: the folder is ours, the data the account's.
func (p *postmaster) confFile() string { return p.dir + ".conf" }

// configure writes the server's configuration anew.
func (p *postmaster) configure(ctx context.Context) error {
	s := p.server
	hbaFile := filepath.Join(s.o.Dir, "hba.conf")
	if err := s.writeFor(hbaFile, hba); err != nil {
		return err
	}
	settings := map[string]string{
		"hba_file":                    hbaFile,
		"port":                        strconv.Itoa(p.portNumber()),
		"listen_addresses":            "",
		"unix_socket_directories":     s.sockets,
		"shared_buffers":              "32MB",
		"max_connections":             "50",
		"wal_level":                   "replica",
		"hot_standby_feedback":        "off",
		"wal_retrieve_retry_interval": "250ms", // a follower is back soon after its primary
		"log_checkpoints":             "off",
		"timezone":                    "UTC",
		"log_timezone":                "UTC",
		"datestyle":                   "iso, mdy",
		"lc_messages":                 "C", // we read the log
		"default_text_search_config":  "pg_catalog.english",
	}
	if s.o.TCP {
		settings["listen_addresses"] = "127.0.0.1"
	}
	if !s.o.Durable {
		maps.Copy(settings, map[string]string{"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB", "max_connections": "100"})
	}
	if p == s.follower {
		settings["primary_conninfo"] = fmt.Sprintf("host=%s port=%d user=%s passfile=%s application_name=%s",
			conninfoQuote(s.sockets), s.primary.portNumber(), superuser, conninfoQuote(s.passFile()), p.name)
		settings["primary_slot_name"] = slot
	}
	maps.Copy(settings, s.o.Settings)
	if exists(p.standbySignal()) {
		if err := p.raise(ctx, settings); err != nil {
			return err
		}
	}
	if err := s.writeFor(p.confFile(), conf(settings)); err != nil {
		return err
	}
	// For whoever starts the server by hand, with pg_ctl, in the place of the long file that initdb made.
	return s.writeFor(filepath.Join(p.dir, "postgresql.conf"), "include "+confQuote(p.confFile())+"\n")
}

// raise lifts the settings that a standby must have as high as its primary had them when its data was written, or it
// does not start: after a lower max_connections the follower has it from its second start on.
func (p *postmaster) raise(ctx context.Context, settings map[string]string) error {
	out, err := p.server.run(ctx, p.server.programs.path("pg_controldata"), "-D", p.dir)
	if err != nil {
		return fmt.Errorf("read %s: %w\n%s", p.dir, err, out)
	}
	for line := range strings.Lines(out) { // "max_connections setting:              100"
		name, value, _ := strings.Cut(line, " setting:")
		was, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || !strings.HasPrefix(name, "max_") {
			continue
		}
		name = strings.Replace(name, "_xact", "_transaction", 1) // max_locks_per_xact
		if is, err := strconv.Atoi(settings[name]); err != nil || is < was {
			settings[name] = strconv.Itoa(was)
		}
	}
	return nil
}

func conf(settings map[string]string) string {
	var b strings.Builder
	b.WriteString("# Written anew at each start.\n")
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s = %s\n", key, confQuote(settings[key]))
	}
	return b.String()
}

func confQuote(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(value) + "'"
}

func conninfoQuote(value string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}
