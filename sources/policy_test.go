package sources

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// The simple protocol runs as many statements as it is given, so what goes there has to be ours, word for word: only
// package constants named sql… may be given to Exec, and nothing else that speaks it may be called at all. Everything
// of pgx but the connection itself is out too, since its Conn caches statements and picks protocols.
func TestNoSQLButOursReachesTheSimpleProtocol(t *testing.T) {
	files := parsePackage(t)
	constants := sqlConstants(t, files)
	calls := 0
	for _, file := range files {
		for _, i := range file.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			if path == "database/sql" || strings.Contains(path, "jackc/pgx") &&
				!strings.HasSuffix(path, "/pgconn") && !strings.HasSuffix(path, "/pgproto3") {
				t.Errorf("%s is imported: sessions are made of pgconn alone", path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch call.Sel.Name {
			case "CopyTo", "CopyFrom", "SendQuery", "ExecBatch", "StartPipeline", "Hijack", "AfterConnect":
				t.Errorf("%s is used: it can carry SQL around the gate", call.Sel.Name)
			case "Query":
				if x, ok := call.X.(*ast.Ident); ok && x.Name == "pgproto3" {
					t.Error("pgproto3.Query is used: it can carry SQL around the gate")
				}
			}
			return true
		})
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && name(call.Fun) == "Exec" {
				calls++
				if len(call.Args) != 2 || !constants[name(call.Args[1])] {
					t.Errorf("Exec is given something else than a constant of ours: %v", call.Args)
				}
			}
			return true
		})
	}
	if calls < 5 {
		t.Errorf("found %d calls of Exec: this test has gone blind", calls)
	}
}

// parsePackage reads the files of the package other than tests.
func parsePackage(t *testing.T) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		t.Fatal(fs.ErrNotExist)
	}
	return files
}

// sqlConstants finds the package's constants named sql…, and sees to it that nothing else has such a name.
func sqlConstants(t *testing.T, files []*ast.File) map[string]bool {
	constants := map[string]bool{}
	for _, file := range files {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				for _, id := range spec.(*ast.ValueSpec).Names {
					constants[id.Name] = strings.HasPrefix(id.Name, "sql")
				}
			}
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			for _, id := range named(n) {
				if constants[id] {
					t.Errorf("%s is also the name of a variable", id)
				}
			}
			return true
		})
	}
	return constants
}

// named lists the variables and parameters that a node declares.
func named(n ast.Node) (names []string) {
	switch n := n.(type) {
	case *ast.AssignStmt:
		for _, left := range n.Lhs {
			names = append(names, name(left))
		}
	case *ast.Field:
		for _, id := range n.Names {
			names = append(names, id.Name)
		}
	case *ast.GenDecl:
		for _, spec := range n.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && n.Tok == token.VAR {
				for _, id := range v.Names {
					names = append(names, id.Name)
				}
			}
		}
	}
	return names
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
