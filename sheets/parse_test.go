package sheets

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"clipsheet/clips"
)

// FuzzValues reads whatever a database could print as every type: nothing panics, and a number is one that JSON has.
func FuzzValues(f *testing.F) {
	for _, v := range []string{"", "-", "t", "1e400", "NaN", "-0", "2026-11-24 10:11:12.5+05:30:15", "24:00:00", "1 day -00:00:01", "-1 days", "+", "infinity"} {
		f.Add([]byte(v))
	}
	h := clips.Header{}
	for kind := clips.Other; kind <= clips.Array; kind++ {
		h.Columns = append(h.Columns, clips.Column{Name: kind.String(), Type: kind, Typmod: -1})
	}
	r, err := newResult(h, nil, time.UTC)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		for i := range r.columns {
			c, err := r.cell(i, v, 0)
			if err == nil && c.kind == isNumber && (math.IsNaN(c.number) || math.IsInf(c.number, 0)) {
				t.Errorf("%q as %s is %v", v, h.Columns[i].Name, c.number)
			}
			if c.kind == isText && c.text != string(v) {
				t.Errorf("%q as %s is %q", v, h.Columns[i].Name, c.text)
			}
		}
	})
}

func TestCellsAreFoundByTheirNames(t *testing.T) {
	for name, want := range map[string]place{"A1": {0, 0}, "z9": {8, 25}, "$AA$10": {9, 26}, " ZZZ1 ": {0, 18277}} {
		if row, col, ok := parseCell(name); !ok || (place{row, col}) != want {
			t.Errorf("%q is %d, %d, %v", name, row, col, ok)
		}
	}
	for _, name := range []string{"", "A", "1", "A0", "1A", "A-1", "A+1", "AAAA1", "A1:B2", "Sheet1!A1", "A1.5", "Ä1"} {
		if row, col, ok := parseCell(name); ok {
			t.Errorf("%q is %d, %d", name, row, col)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		row, col := rapid.IntRange(0, mostCells-1).Draw(t, "row"), rapid.IntRange(0, mostColumns-1).Draw(t, "column")
		if r, c, ok := parseCell(cellName(row, col)); !ok || r != row || c != col {
			t.Errorf("%s is %d, %d", cellName(row, col), r, c)
		}
	})
}

func areas(t *rapid.T, label string) area {
	top, left := rapid.IntRange(0, 9).Draw(t, label+" top"), rapid.IntRange(0, 9).Draw(t, label+" left")
	return area{top, left, top + rapid.IntRange(1, 9).Draw(t, label+" rows"), left + rapid.IntRange(1, 9).Draw(t, label+" columns")}
}

// TestAHoleIsCutOutAndNothingElse compares cell by cell.
func TestAHoleIsCutOutAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, hole := areas(t, "area"), areas(t, "hole")
		left := without([]area{a}, hole)
		for row := range 20 {
			for col := range 20 {
				n := 0
				for _, part := range left {
					if part.has(row, col) {
						n++
					}
				}
				want := 0
				if a.has(row, col) && !hole.has(row, col) {
					want = 1
				}
				if n != want {
					t.Fatalf("%s without %s is %v", a, hole, left)
				}
			}
		}
	})
}

func TestPartsAreAllOfTheAreasOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := areas(t, "first"), areas(t, "second")
		b.left, b.right = b.left+30, b.right+30
		most := rapid.IntRange(1, 40).Draw(t, "most")
		seen := map[place]int{}
		for _, part := range parts([]area{a, b}, most) {
			n := 0
			for _, x := range part {
				n += x.cells()
				for row := x.top; row < x.bottom; row++ {
					for col := x.left; col < x.right; col++ {
						seen[place{row, col}]++
					}
				}
			}
			if n > max(most, a.width(), b.width()) {
				t.Fatalf("%d cells at a time, of at most %d", n, most)
			}
		}
		if len(seen) != a.cells()+b.cells() {
			t.Fatalf("%d cells of %d", len(seen), a.cells()+b.cells())
		}
	})
}

// TestAreasFollowColumnsAsGoogleMovesThem compares with the columns themselves.
func TestAreasFollowColumnsAsGoogleMovesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, at, n := areas(t, "area"), rapid.IntRange(0, 18).Draw(t, "at"), rapid.IntRange(-3, 3).Draw(t, "columns")
		columns := make([]int, 0, 30)
		for col := range 30 {
			switch {
			case n > 0 && col == at:
				for range n {
					columns = append(columns, -1)
				}
			case n < 0 && col >= at && col < at-n:
				continue
			}
			columns = append(columns, col)
		}
		moved := a.shifted(at, n)
		for i, col := range columns {
			if col >= 0 && moved.has(a.top, i) != a.has(a.top, col) {
				t.Fatalf("%s is %s after %d columns at %d", a, moved, n, at)
			}
		}
	})
}

func TestWhatIsReadBackIsHeldToFifteenDigits(t *testing.T) {
	for _, test := range []struct {
		read, written cell
		alike         bool
	}{
		{numberCell(0.3), numberCell(0.30000000000000004), true}, {numberCell(1234567890.12345), numberCell(1234567890.12346), false},
		{numberCell(0), numberCell(1e-300), false}, {numberCell(1), boolCell(true), false}, {boolCell(false), boolCell(true), false},
		{textCell("a\nb"), textCell("a\r\nb"), true}, {textCell("a"), textCell("b"), false}, {cell{}, textCell(""), true},
		{cell{kind: isFormula, text: "=1"}, textCell("=1"), false},
	} {
		if test.read.alike(test.written) != test.alike {
			t.Errorf("%v read, %v written", test.read, test.written)
		}
	}
}
