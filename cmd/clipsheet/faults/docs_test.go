package faults

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// root is the folder of the whole source.
var root = filepath.Join("..", "..", "..")

// TestThePageOfFaultsNamesTestsThatAreThere: each of its 34 rows is shown by tests, and each of them exists.
func TestThePageOfFaultsNamesTestsThatAreThere(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs", "faults.md"))
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	test := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	walk(t, "_test.go", func(text string) {
		for _, found := range test.FindAllStringSubmatch(text, -1) {
			there[found[1]] = true
		}
	})
	named := regexp.MustCompile(`\bTest\w+`)
	rows := map[int]bool{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		row, err := strconv.Atoi(strings.TrimSpace(cells[1]))
		if err != nil {
			continue
		}
		tests := named.FindAllString(line, -1)
		if rows[row] = true; len(tests) == 0 {
			t.Errorf("row %d is shown by no test", row)
		}
		for _, name := range tests {
			if !there[name] {
				t.Errorf("row %d is shown by %s, which is not there", row, name)
			}
		}
	}
	for row := range 34 {
		if !rows[row+1] {
			t.Errorf("there is no row %d", row+1)
		}
	}
}

// walk reads the files of the source whose names end so.
func walk(t *testing.T, ending string, each func(text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && (name == "node_modules" || name == "testdata" || name == ".git") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ending) {
			return nil
		}
		text, err := os.ReadFile(path)
		each(string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
