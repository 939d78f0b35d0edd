package main

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"clipsheet/web"
)

// settings are what the server is set to, for people to read. begun is the config it started with, which all of this holds
// to until the next start; now is what the file says since the last reload. Secrets are not in them.
func settings(begun, now *Config) web.Settings {
	s := web.Settings{Config: now.path, PID: os.Getpid()}
	for _, part := range []struct {
		title string
		of    func(*Config) []web.Setting
	}{
		{"This server", serverSettings},
		{"Sign-in", authSettings},
		{"Google", googleSettings},
		{"Limits", limitSettings},
		{"Telling people", func(c *Config) []web.Setting {
			return []web.Setting{{Key: "alerts.webhook", Name: "Told of syncs that fail", Value: isSet(c.Alerts.Webhook)}}
		}},
	} {
		all, later := part.of(begun), part.of(now)
		for i := range all {
			if later[i].Value != all[i].Value {
				all[i].Pending = later[i].Value
			}
		}
		s.Parts = append(s.Parts, web.SettingsPart{Title: part.title, Settings: all})
	}
	return s
}

func serverSettings(c *Config) []web.Setting {
	metrics := "this machine alone"
	if c.Server.Metrics == "all" {
		metrics = "whoever asks"
	}
	key := "a file under server.data_dir, made at the first start: " + filepath.Join(c.Server.DataDir, "key")
	if c.Security.Key != "" {
		key = "set"
	}
	return []web.Setting{
		{Name: "Version", Value: version()},
		{Key: "server.base_url", Name: "Address that readers use", Value: c.Server.BaseURL},
		{Key: "server.listen", Name: "Listens on", Value: c.Server.Listen},
		{Key: "server.data_dir", Name: "Keeps files in", Value: c.Server.DataDir},
		{Key: "server.metrics", Name: "Metrics are for", Value: metrics},
		{Key: "state.dsn", Name: "Keeps its state in", Value: whereState(c)},
		{Key: "security.key", Name: "The key that seals Google's permissions", Value: key},
	}
}

// whereState names the database without who opens it, or with what.
func whereState(c *Config) string {
	if c.State.DSN == "" {
		return "a private Postgres, under " + c.Server.DataDir
	}
	if u, err := url.Parse(c.State.DSN); err == nil && u.Host != "" {
		return "the database " + strings.TrimPrefix(u.Path, "/") + " at " + u.Host
	}
	return "a database of your own"
}

func authSettings(c *Config) []web.Setting {
	a := c.Auth
	if a.Mode != authOIDC {
		return []web.Setting{
			{Key: "auth.mode", Name: "Sign-in", Value: "none: whoever sits at this machine is admin"}, {Key: "auth.issuer", Name: "Provider", Value: "–"},
			{Key: "auth.client_id", Name: "Known there as", Value: "–"}, {Key: "auth.client_secret", Name: "Secret", Value: "–"},
			{Key: "auth.domains", Name: "Who may sign in", Value: "–"}, {Key: "auth.idle", Name: "A session ends unused after", Value: "–"},
			{Key: "auth.longest", Name: "and in any case after", Value: "–"}}
	}
	return []web.Setting{
		{Key: "auth.mode", Name: "Sign-in", Value: "OpenID Connect; back at " + c.Server.BaseURL + web.SignInCallback},
		{Key: "auth.issuer", Name: "Provider", Value: a.Issuer},
		{Key: "auth.client_id", Name: "Known there as", Value: a.ClientID},
		{Key: "auth.client_secret", Name: "Secret", Value: isSet(a.ClientSecret)},
		{Key: "auth.domains", Name: "Who may sign in", Value: strings.Join(a.Domains, ", ")},
		{Key: "auth.idle", Name: "A session ends unused after", Value: long(a.Idle)},
		{Key: "auth.longest", Name: "and in any case after", Value: long(a.Longest)},
	}
}

func googleSettings(c *Config) []web.Setting {
	g, at := c.Google, "Google's own"
	for _, e := range []string{g.Endpoints.Sheets, g.Endpoints.Drive, g.Endpoints.Auth, g.Endpoints.Token, g.Endpoints.Revoke, g.Endpoints.UserInfo} {
		if e != "" {
			at = "some in the place of Google's own"
		}
	}
	return []web.Setting{
		{Key: "google.client_id", Name: "People connect accounts through the client", Value: cmp.Or(g.ClientID, "none: they cannot")},
		{Key: "google.client_secret", Name: "Its secret", Value: isSet(g.ClientSecret)},
		{Key: "google.service_account_file", Name: "Service account, from the file", Value: cmp.Or(g.ServiceAccountFile, "none")},
		{Key: "google.delegates", Name: "Acts for people of the domain", Value: counted(len(g.Delegates))},
		{Key: "google.access", Name: "Asks for access to", Value: g.Access},
		{Key: "google.endpoints", Name: "Addresses", Value: at},
	}
}

func limitSettings(c *Config) []web.Setting {
	l := c.Limits
	return []web.Setting{
		{Key: "limits.rows", Name: "Rows of a result", Value: grouped(l.Rows)},
		{Key: "limits.bytes", Name: "Size of a result", Value: large(l.Bytes)},
		{Key: "limits.cell", Name: "Size of a value", Value: large(l.Cell)},
		{Key: "limits.cache", Name: "Disk for results", Value: large(l.Cache)},
		{Key: "limits.patience", Name: "A reader waits for a run", Value: long(l.Patience)},
		{Key: "limits.runs", Name: "Runs at once", Value: grouped(int64(l.Runs))},
		{Key: "limits.history", Name: "Results kept of each clip", Value: grouped(int64(l.History))},
		{Key: "limits.history_age", Name: "and for how long", Value: long(l.HistoryAge)},
	}
}

// grouped writes a number for people: 20,000,000.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// isSet stands for a secret.
func isSet(secret string) string {
	if secret == "" {
		return "not set"
	}
	return "set"
}

func counted(n int) string {
	if n == 0 {
		return "none"
	}
	return count(n, "person")
}

// long is a length of time as the config writes it.
func long(d Duration) string {
	day := 24 * time.Hour
	if t := time.Duration(d); t >= day && t%day == 0 {
		return fmt.Sprintf("%dd", t/day)
	}
	return strings.Replace(strings.Replace(time.Duration(d).String(), "m0s", "m", 1), "h0m", "h", 1)
}

// large is a size as the config writes it.
func large(s Size) string {
	for _, unit := range []struct {
		name string
		size Size
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if s >= unit.size && s%unit.size == 0 {
			return fmt.Sprintf("%d%s", s/unit.size, unit.name)
		}
	}
	return strconv.FormatInt(int64(s), 10) + " bytes"
}
