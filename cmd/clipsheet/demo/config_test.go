package demo

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pelletier/go-toml/v2"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
)

// declared reads a config the way a test needs: the clips with their parameters.
func declared(t *testing.T, dir string) map[string]clips.Revision {
	t.Helper()
	var file struct {
		Clips map[string]struct {
			SQLFile string `toml:"sql_file"`
			Params  map[string]struct {
				Type    string
				Default string
				Choices []string
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "clipsheet.toml"))
	if err != nil {
		t.Fatal(err)
	}
	// A default is a string or a number there; only its text matters here.
	numbers := strings.NewReplacer("default = 36", `default = "36"`, "default = 30", `default = "30"`, "default = 20", `default = "20"`)
	if err := toml.Unmarshal([]byte(numbers.Replace(string(text))), &file); err != nil {
		t.Fatal(err)
	}
	all := map[string]clips.Revision{}
	for slug, c := range file.Clips {
		sql, err := os.ReadFile(filepath.Join(dir, c.SQLFile))
		if err != nil {
			t.Fatal(err)
		}
		rev := clips.Revision{SQL: string(sql)}
		for name, p := range c.Params {
			rev.Params = append(rev.Params, clips.Param{Name: name, Type: clips.ParamType(p.Type), Default: &p.Default, Choices: p.Choices})
		}
		all[slug] = rev
	}
	return all
}

func TestEveryClipAnswersWithItsDefaults(t *testing.T) {
	server := load(t)
	pgtest.WaitReplayed(t, server)
	dir := t.TempDir()
	if err := Config(dir, Values{Listen: "127.0.0.1:0", DataDir: filepath.Join(dir, "data"), FollowerDSN: server.FollowerDSN()}); err != nil {
		t.Fatal(err)
	}
	all := declared(t, dir)
	if _, ok := all[Featured]; !ok || len(all) < 10 {
		t.Fatalf("%d clips; %s is among them: %v", len(all), Featured, ok)
	}
	conn, err := pgx.Connect(t.Context(), server.FollowerDSNFor(Reader, readerPassword, Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for slug, rev := range all {
		if err := clips.CheckParams(rev); err != nil {
			t.Errorf("%s: %v", slug, err)
			continue
		}
		bound, err := clips.Bind(rev, nil, time.Now(), time.UTC)
		if err != nil {
			t.Errorf("%s: %v", slug, err)
			continue
		}
		if n, err := rows(t.Context(), conn, bound.Query); err != nil || n == 0 {
			t.Errorf("%s: %d rows, %v", slug, n, err)
		}
	}
}

func rows(ctx context.Context, conn *pgx.Conn, q clips.Query) (int64, error) {
	values, oids := make([][]byte, len(q.Args)), make([]uint32, len(q.Args))
	for i, a := range q.Args {
		values[i], oids[i] = []byte(*a.Value), a.OID
	}
	tag, err := conn.PgConn().ExecParams(ctx, q.SQL, values, oids, nil, nil).Close()
	return tag.RowsAffected(), err
}

func TestConfigQuotesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dsn := `postgres://u:p"a\s` + "${HOME}\n@h/d"
	if err := Config(dir, Values{Listen: "127.0.0.1:1", BaseURL: "http://x", DataDir: dir, FollowerDSN: dsn}); err != nil {
		t.Fatal(err)
	}
	var file struct {
		Server  struct{ Base_URL string }
		Sources struct{ Harbour struct{ DSN string } }
	}
	text, _ := os.ReadFile(filepath.Join(dir, "clipsheet.toml"))
	if err := toml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(dsn, "${", "$${"); file.Sources.Harbour.DSN != want || file.Server.Base_URL != "http://x" {
		t.Errorf("%+v", file)
	}
	if info, _ := os.Stat(filepath.Join(dir, "clipsheet.toml")); info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the password: %v", info.Mode())
	}
}
