package demo

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"
)

// Featured is the clip to show first.
const Featured = "mrr-by-month"

// Pack is the workbook.
const Pack = "month-end-pack"

//go:embed clips
var clipFiles embed.FS

// Values are what the config of the sample company depends on.
type Values struct {
	Listen      string // HOST:PORT
	BaseURL     string // empty: that of Listen
	DataDir     string
	FollowerDSN string // as Reader
	WatchdogDSN string // as Watchdog
	Sheets      *Sheets
}

// Sheets are the spreadsheets of the company, for its syncs; nil is none.
type Sheets struct {
	KeyFile   string // of the service account that writes
	Board     string // their IDs
	Treasury  string
	Endpoints struct{ Sheets, Drive, Auth, Token, Revoke, UserInfo string }
}

// Config writes dir/clipsheet.toml and the clips' SQL in dir/sql, where the config expects it. Only the owner may
// read the config: the password of the reader is in it.
func Config(dir string, v Values) error {
	text, err := render(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "sql"), 0o755); err != nil {
		return err
	}
	queries, err := clipFiles.ReadDir("clips/sql")
	if err != nil {
		return err
	}
	for _, q := range queries {
		sql, err := clipFiles.ReadFile(path.Join("clips/sql", q.Name()))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "sql", q.Name()), sql, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "clipsheet.toml"), text, 0o600)
}

func render(v Values) ([]byte, error) {
	t, err := template.New("clipsheet.toml.tmpl").Funcs(template.FuncMap{"toml": quote}).
		ParseFS(clipFiles, "clips/clipsheet.toml.tmpl")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, v)
	return b.Bytes(), err
}

// quote writes a TOML string in which the config's ${NAME} means nothing special.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ReplaceAll(s, "${", "$${") {
		switch {
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
