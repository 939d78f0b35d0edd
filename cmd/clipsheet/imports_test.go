package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// failpoint may be used by whoever leaves traces: it is empty in what we ship.
const failpoint = "clipsheet/internal/failpoint"

// mayImport says which of our packages and which third-party families each folder may use, and why. Tests may
// import across. A folder that is not listed may import nothing but the standard library.
var mayImport = map[string]struct {
	packages []string
	reason   string
}{
	"clips": {
		[]string{"github.com/klauspost/compress/zstd"},
		"the nouns import no sibling; snapshot blocks are zstd, for which the standard library has no encoder",
	},
	"clips/store": {
		[]string{"clipsheet/clips", failpoint, "github.com/jackc/pgx", "github.com/pressly/goose", "github.com/riverqueue/river"},
		"the state is kept in Postgres, River's tables too; who reads it declares the little it needs",
	},
	"sources": {
		[]string{"clipsheet/clips", failpoint, "github.com/jackc/pgx"},
		"runs SQL on a follower and keeps results; who asked is none of its business",
	},
	"sheets": {
		[]string{"clipsheet/clips", failpoint, "google.golang.org/api", "golang.org/x/time"},
		"Google Sheets as a target: Google's client for its API, and buckets for its quotas; clients with tokens are handed in",
	},
	"sheets/account": {
		[]string{"clipsheet/clips", "golang.org/x/oauth2"},
		"Google identities: how they are connected, and the tokens they give; the API of spreadsheets is another matter",
	},
	"sheets/account/accounttest": {
		[]string{"clipsheet/clips", "clipsheet/sheets/account"},
		"what every store of accounts must do, and one in memory, for tests",
	},
	"sheets/selftest": {
		[]string{"clipsheet/clips", "google.golang.org/api"},
		"what we rely on in Google Sheets, tried on a real account; what it shares with the pusher it would not find wrong",
	},
	"sheets/simulator": {
		[]string{"clipsheet/sheets/simulator/internal/"},
		"a Google of our own, for the demo and the tests: it must not agree with our client by sharing its code",
	},
	"sheets/simulator/internal/formula": {
		[]string{"clipsheet/sheets/simulator/internal/"},
		"references are geometry, and numbers are read and shown by the locale",
	},
	"sheets/simulator/internal/book": {
		[]string{"clipsheet/sheets/simulator/internal/"},
		"a spreadsheet is messages, geometry and formulas",
	},
	"sync": {
		[]string{"clipsheet/clips", failpoint, "github.com/riverqueue/river", "github.com/robfig/cron", "github.com/jackc/pgx"},
		"keeps targets equal to clips, on time: River carries the work, in the state database's own transactions",
	},
	"web": {
		[]string{"clipsheet/clips", "github.com/go-chi/chi", "github.com/klauspost/compress",
			"github.com/prometheus/client_golang", "golang.org/x/time", "github.com/coreos/go-oidc", "golang.org/x/oauth2"},
		"everything over HTTP, sign-in by OpenID Connect too; databases reach it as interfaces it declares",
	},
	"web/webtest": {
		[]string{"github.com/go-rod/rod"},
		"pages in a real Chromium, for tests; what is on them it does not know",
	},
	"xlsx": {
		[]string{"clipsheet/clips", "github.com/xuri/excelize", "github.com/klauspost/compress"},
		"results as workbooks; excelize makes what is intricate, klauspost deflates what is large",
	},
	"internal/localpg": {
		nil,
		"starts PostgreSQL's own binaries and speaks to them through their files and tools",
	},
	"internal/localpg/pgtest": {
		[]string{"clipsheet/internal/localpg", "github.com/jackc/pgx"},
		"servers and fresh databases for tests",
	},
	"cmd/clipsheet/bench": {
		[]string{"clipsheet/clips", "clipsheet/internal/localpg", "clipsheet/sheets/simulator", "github.com/jackc/pgx", "github.com/xuri/excelize"},
		"measures the binary from outside, beside peers as people write them; of ours it knows the files of kept results, the private " +
			"Postgres, and the Google it pushes to",
	},
	"cmd/clipsheet/demo": {
		[]string{"clipsheet/clips", "github.com/jackc/pgx"},
		"the sample company: data, its writer, its clips",
	},
	"cmd/clipsheet": {
		[]string{"clipsheet/", "github.com/alecthomas/kong", "github.com/pelletier/go-toml", "github.com/prometheus/client_golang"},
		"the only place that knows two of the folders at once",
	},
}

// TestImportsFollowTheHouseRule parses the files itself, since the test cache does not see what `go list` would.
func TestImportsFollowTheHouseRule(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		checkImports(t, path, filepath.ToSlash(folder))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkImports(t *testing.T, path, folder string) {
	t.Helper()
	rule := mayImport[folder]
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(name, "/"); first != "clipsheet" && !strings.Contains(first, ".") {
			continue // the standard library
		}
		allowed := slices.ContainsFunc(rule.packages, func(p string) bool {
			return name == p || strings.HasPrefix(name, strings.TrimSuffix(p, "/")+"/")
		})
		if name == "clipsheet/clips/store" && folder != "cmd/clipsheet" || !allowed {
			t.Errorf("%s imports %s; %s may import %q: %s", path, name, folder, rule.packages, rule.reason)
		}
	}
}
