package xlsx_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// readCell is a cell as a program that nobody here wrote reads it.
type readCell struct {
	Kind   string // number, text, boolean, formula
	Value  any
	Format string
}

func (c readCell) String() string { return fmt.Sprintf("%s %v", c.Kind, c.Value) }

// readBook is the cells of a workbook, by tab and name.
type readBook map[string]map[string]readCell

// readers are three programs that read workbooks, each with its own idea of the standard.
var readers = map[string]func(t testing.TB, path string) readBook{
	"openpyxl": func(t testing.TB, path string) readBook {
		return readLines(t, openpyxl(t), "testdata/readers/openpyxl_read.py", path)
	},
	"ExcelJS": func(t testing.TB, path string) readBook {
		return readLines(t, node(t), "testdata/readers/exceljs_read.cjs", path)
	},
	"SheetJS": func(t testing.TB, path string) readBook {
		return readLines(t, node(t), "testdata/readers/sheetjs_read.cjs", path)
	},
}

func readLines(t testing.TB, program string, args ...string) readBook {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, stderr.Bytes())
	}
	book := readBook{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var tab, name string
		var cell readCell
		if err := json.Unmarshal(lines.Bytes(), &[]any{&tab, &name, &cell.Kind, &cell.Value, &cell.Format}); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		if book[tab] == nil {
			book[tab] = map[string]readCell{}
		}
		book[tab][name] = cell
	}
	return book
}

// openpyxl finds a Python that has it: the distribution's own, since a version manager's may come first on PATH.
func openpyxl(t testing.TB) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import openpyxl").Run() == nil {
			return python
		}
	}
	t.Fatal("no Python here has openpyxl: install it with apt-get install python3-openpyxl")
	return ""
}

func node(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat("testdata/readers/node_modules/exceljs"); err != nil {
		t.Fatal("ExcelJS and SheetJS are not here: install them with (cd xlsx/testdata/readers && npm install --no-package-lock)")
	}
	path, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("there is no node here: install it with apt-get install nodejs npm")
	}
	return path
}

// libreOffice converts a file, in a profile of its own so that tests may run side by side, and gives the folder of
// what it made.
func libreOffice(t testing.TB, to string, paths ...string) (dir string) {
	t.Helper()
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("LibreOffice is not here: install it with apt-get install libreoffice-calc")
	}
	dir = t.TempDir()
	args := append([]string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", to,
		"--outdir", dir}, paths...)
	if out, err := exec.CommandContext(t.Context(), soffice, args...).CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	return dir
}

// shown is what LibreOffice shows in the cells of each tab of each file: [path][tab][row][column].
type shown map[string]map[string][][]string

// csvOfTabs converts all files at once, since LibreOffice takes seconds to start. The options of its filter are comma,
// quote, UTF-8, from line 1; values as they are shown; all tabs.
func csvOfTabs(t testing.TB, paths ...string) shown {
	t.Helper()
	dir := libreOffice(t, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1", paths...)
	out := shown{}
	for _, path := range paths {
		base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + "-"
		files, _ := filepath.Glob(filepath.Join(dir, base+"*.csv"))
		if len(files) == 0 {
			t.Fatalf("LibreOffice made nothing of %s", path)
		}
		out[path] = map[string][][]string{}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r := csv.NewReader(bytes.NewReader(text))
			r.FieldsPerRecord = -1
			records, err := r.ReadAll()
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			out[path][strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), base), ".csv")] = records
		}
	}
	return out
}
