package xlsx_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/internal/localpg/pgtest"
	"clipsheet/sources"
	"clipsheet/xlsx"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Runner(m).Run()) }

// query runs SQL on a follower and keeps the result, so that it can be written and compared.
func query(t testing.TB, zone, sql string) *clips.Snapshot {
	t.Helper()
	follower, err := sources.New(sources.Config{Name: "test", DSN: pgtest.Follower(t).FollowerDSN(), TimeZone: zone})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := follower.Open(t.Context(), clips.Query{SQL: sql, TimeZone: zone})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	return keep(t, rows)
}

func keep(t testing.TB, rows clips.Rows) *clips.Snapshot {
	t.Helper()
	var file bytes.Buffer
	if _, err := clips.WriteSnapshot(&file, rows, nil); err != nil {
		t.Fatal(err)
	}
	s, err := clips.OpenSnapshot(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write writes a book to a file.
func write(t testing.TB, book xlsx.Book) (path string, report xlsx.Report) {
	t.Helper()
	var b bytes.Buffer
	report, err := xlsx.Write(&b, book, nil)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "book.xlsx")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, report
}

func values(s *clips.Snapshot) (rows [][][]byte) {
	for r := s.Rows(0, -1); r.Next(); {
		row := make([][]byte, len(r.Row()))
		for i, v := range r.Row() {
			if v != nil {
				row[i] = append([]byte{}, v...)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// want is what a cell must be for a value of Postgres, said apart from the code that writes it: the kind of cell, and
// the number when it is one.
func want(c clips.Column, v string) (kind string, number float64) {
	switch c.Type {
	case clips.Bool:
		return "boolean", 0
	case clips.Int, clips.Numeric:
		digits := strings.Trim(v, "-")
		if whole, fraction, ok := strings.Cut(digits, "."); ok {
			digits = strings.TrimLeft(strings.TrimLeft(whole, "0")+strings.TrimRight(fraction, "0"), "0")
		}
		f, err := strconv.ParseFloat(v, 64)
		if err == nil && len(digits) <= 15 && !strings.ContainsAny(v, "IN") {
			return "number", f
		}
	case clips.Float:
		if f, err := strconv.ParseFloat(v, 64); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) && math.Abs(f) < 1e308 && (f == 0 || math.Abs(f) > 2.3e-308) {
			return "number", f
		}
	case clips.Date:
		return day(v, time.DateOnly)
	case clips.Timestamp:
		return day(v, "2006-01-02 15:04:05.999999")
	case clips.TimestampTZ:
		if len(v) > 19 {
			return day(v[:10]+v[10:10+strings.IndexAny(v[10:], "+-")], "2006-01-02 15:04:05.999999")
		}
	case clips.Interval:
		if !strings.Contains(v, "mon") && !strings.HasPrefix(v, "-") {
			return "number", inDays(v)
		}
	case clips.Time:
		if v == "24:00:00" {
			return "number", 1
		}
		if at, err := time.Parse("15:04:05.999999", v); err == nil {
			return "number", at.Sub(at.Truncate(24*time.Hour)).Seconds() / 86400
		}
	}
	return "text", 0
}

func day(v, layout string) (kind string, number float64) {
	at, err := time.Parse(layout, v)
	if err != nil || at.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)) || at.Year() > 9999 {
		return "text", 0
	}
	return "number", float64(at.Unix())/86400 + 25569 + float64(at.Nanosecond())/86400e9
}

// inDays reads an interval of days and a time.
func inDays(v string) float64 {
	var days, h, m int
	var s float64
	if n, _ := fmt.Sscanf(v, "%d day", &days); n == 1 && strings.Contains(v, "day") {
		_, v, _ = strings.Cut(strings.Replace(v, "days", "day", 1), "day")
	} else {
		days = 0
	}
	v = strings.TrimSpace(v)
	sign := 1.0
	if strings.HasPrefix(v, "-") {
		v, sign = v[1:], -1
	}
	fmt.Sscanf(v, "%d:%d:%f", &h, &m, &s)
	return float64(days) + sign*(float64(h)*3600+float64(m)*60+s)/86400
}

// same compares a cell with a value. Moments are compared to the millisecond that all the readers keep.
func same(c clips.Column, cell readCell, v string) bool {
	kind, number := want(c, v)
	if cell.Kind != kind {
		return false
	}
	switch kind {
	case "boolean":
		return cell.Value == (v == "t")
	case "number":
		got, ok := cell.Value.(float64)
		if c.Type >= clips.Date && c.Type <= clips.Interval {
			return ok && math.Abs(got-number) < 0.001/86400
		}
		return ok && got == number
	}
	return cell.Value == strings.ToValidUTF8(v, "\uFFFD")
}
