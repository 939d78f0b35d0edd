package book

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clipsheet/sheets/simulator/internal/wire"
)

var (
	noon    = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	owner   = Editor{Email: "owner@example.com", Owner: true, Project: "p1"}
	someone = Editor{Email: "someone@example.com", Project: "p2"}
)

// newBook makes a spreadsheet with the tab Sheet1 (id 0) of ten rows and five columns, and fills it: rows are split by
// slashes, cells by spaces, a dot is an empty cell, and text is read as if it was typed.
func newBook(t testing.TB, cells string) *Book {
	t.Helper()
	m := message(t, "Spreadsheet", `{"properties":{"title":"Test"},"sheets":[{"properties":{"title":"Sheet1","gridProperties":{"rowCount":10,"columnCount":5}}}]}`)
	b, err := New("book", m, owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	return typed(t, b, "Sheet1", cells)
}

// typed fills a tab from its first cell.
func typed(t testing.TB, b *Book, at, cells string) *Book {
	t.Helper()
	if cells == "" {
		return b
	}
	var rows []any
	for _, line := range strings.Split(cells, " / ") {
		var row []any
		for _, word := range strings.Fields(line) {
			if word == "." {
				word = ""
			}
			row = append(row, word)
		}
		rows = append(rows, row)
	}
	next, _, err := b.UpdateValues(at, wire.New("values", rows), "USER_ENTERED", owner, noon)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func message(t testing.TB, typeName, text string) *wire.Message {
	t.Helper()
	m, err := wire.Parse([]byte(text), wire.TypeOf(typeName), "")
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return m
}

func requests(t testing.TB, texts ...string) []*wire.Message {
	t.Helper()
	m := message(t, "BatchUpdateSpreadsheetRequest", `{"requests":[`+strings.Join(texts, ",")+`]}`)
	return m.Messages("requests")
}

// do applies requests as one batch.
func do(t testing.TB, b *Book, texts ...string) *Book {
	t.Helper()
	next, _ := reply(t, b, texts...)
	return next
}

// reply applies requests as one batch and gives the last reply.
func reply(t testing.TB, b *Book, texts ...string) (*Book, string) {
	t.Helper()
	next, replies, err := b.Batch(requests(t, texts...), owner, noon)
	if err != nil {
		t.Fatalf("%s\n%v", strings.Join(texts, "\n"), err)
	}
	return next, string(replies[len(replies)-1].JSON())
}

// refused holds what a request is refused with.
func refused(t testing.TB, b *Book, by Editor, text, want string) {
	t.Helper()
	_, _, err := b.Batch(requests(t, text), by, noon)
	if err == nil || err.Error() != want {
		t.Errorf("%s\n got: %v\nwant: %s", text, err, want)
	}
}

// shows reads what cells show, in the form newBook takes.
func shows(t testing.TB, b *Book, ref string) string { return read(t, b, ref, "FORMATTED_VALUE") }

// holds reads what was entered.
func holds(t testing.TB, b *Book, ref string) string { return read(t, b, ref, "FORMULA") }

func read(t testing.TB, b *Book, ref, render string) string {
	t.Helper()
	m, err := b.Values(ref, Reading{Render: render})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range m.List("values") {
		var words []string
		for _, v := range row.([]any) {
			if v == "" {
				v = "."
			}
			words = append(words, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, " / ")
}

func want(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// look reads a part of the spreadsheet by a field mask.
func look(t testing.TB, b *Book, fields string, ranges ...string) string {
	t.Helper()
	mask, err := wire.ParseMask(fields)
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.Get(View{Mask: mask, Ranges: ranges, By: owner})
	if err != nil {
		t.Fatal(err)
	}
	return string(mask.Project(m).JSON())
}
