package clips

import (
	"bytes"
	"io"
	"slices"
	"testing"
)

// manyRows is a table as finance has them.
func manyRows(n int) *fixed {
	r := result("id integer, at timestamptz, day date, amount numeric, ok boolean, name text, note text, uid uuid",
		row("1234567", "2026-11-24 09:05:00.123456+00", "2026-11-24", "1234.56", "t", "Müller, \"Söhne\" & Co", "␀", "8c6d2a52-6c5b-4b0e-8e1c-0d8a2c3b4d5e"))
	r.rows = slices.Repeat(r.rows, n)
	return r
}

// TestRowsCostNoAllocations: what a result allocates must not grow with its rows. The count is exact, where a time would
// depend on the machine: one allocation a row, or a value, is a fault.
func TestRowsCostNoAllocations(t *testing.T) {
	const few, many = 1_000, 50_000
	kept := func(n int) *Snapshot {
		var file bytes.Buffer
		if _, err := WriteSnapshot(&file, manyRows(n), nil); err != nil {
			t.Fatal(err)
		}
		s, err := OpenSnapshot(bytes.NewReader(file.Bytes()), int64(file.Len()))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	encoder := func(format string) func(n int) float64 {
		return func(n int) float64 {
			r := manyRows(n)
			e, err := NewEncoder(format, EncodeOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return testing.AllocsPerRun(3, func() {
				r.at = 0
				if err := e.Encode(io.Discard, r); err != nil {
					t.Error(err)
				}
			})
		}
	}
	for name, work := range map[string]func(n int) float64{
		"csv":    encoder("csv"),
		"tsv":    encoder("tsv"),
		"json":   encoder("json"),
		"ndjson": encoder("ndjson"),
		"snapshot, written": func(n int) float64 {
			r := manyRows(n)
			return testing.AllocsPerRun(3, func() {
				r.at = 0
				if _, err := WriteSnapshot(io.Discard, r, nil); err != nil {
					t.Error(err)
				}
			})
		},
		"spool": func(n int) float64 {
			r := manyRows(n)
			return testing.AllocsPerRun(3, func() {
				r.at = 0
				if _, err := NewSpool(io.Discard, r).Finish(); err != nil {
					t.Error(err)
				}
			})
		},
		"snapshot, read": func(n int) float64 {
			s := kept(n)
			return testing.AllocsPerRun(3, func() {
				for r := s.Rows(0, -1); r.Next(); {
				}
			})
		},
	} {
		grown := work(many) - work(few)
		if most := float64(many-few) / 50; grown > most { // some for each block of rows
			t.Errorf("%s: %d more rows cost %.0f more allocations, and %.0f are the most", name, many-few, grown, most)
		} else {
			t.Logf("%s: %.0f", name, grown)
		}
	}
}
