package faults

import (
	"crypto/md5"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"clipsheet/internal/localpg/pgtest"
)

// ledger is a table that shows from any copy of it whether that is whole, of one moment, and of which: all rows have
// the number of the turn in which they were last written, and a proof that ties row and turn together.
type ledger struct {
	testing.TB
	primary, follower string // where it is
	rows              int
	last              int // turn
}

// ledgerSQL reads it.
const ledgerSQL = "select n, turn, md5(n || ':' || turn) as proof from ledger order by n"

func newLedger(t testing.TB, rows int) *ledger {
	t.Helper()
	l := &ledger{TB: t, rows: rows, last: 1}
	l.primary, l.follower = pgtest.Database(t)
	l.fill()
	pgtest.WaitReplayed(t, pgtest.Follower(t))
	return l
}

func (l *ledger) fill() {
	l.Helper()
	pgtest.Exec(l, l.primary, fmt.Sprintf(`
		create table ledger (n int primary key, turn int not null default 1);
		insert into ledger select generate_series(1, %d)`, l.rows))
}

// turn writes all rows anew, in one transaction, and returns when the follower shows it.
func (l *ledger) turn() {
	l.Helper()
	l.last++
	pgtest.Exec(l, l.primary, fmt.Sprintf("update ledger set turn = %d", l.last))
	pgtest.WaitReplayed(l, pgtest.Follower(l))
}

// whole checks rows with their heading: all there, each once, in order, of one turn, each with its proof. It returns
// the turn.
func (l *ledger) whole(rows [][]string) (turn int, err error) {
	if len(rows) != l.rows+1 || strings.Join(rows[0], " ") != "n turn proof" {
		return 0, fmt.Errorf("%d rows where %d and a heading are to be", len(rows), l.rows)
	}
	for i, row := range rows[1:] {
		if len(row) != 3 || row[0] != strconv.Itoa(i+1) || row[1] != rows[1][1] {
			return 0, fmt.Errorf("row %d is %q, and the first is %q", i+1, row, rows[1])
		}
		if sum := md5.Sum([]byte(row[0] + ":" + row[1])); hex.EncodeToString(sum[:]) != row[2] {
			return 0, fmt.Errorf("row %d is damaged: %q", i+1, row)
		}
	}
	return strconv.Atoi(rows[1][1])
}

// wholeCSV checks what a reader of CSV got with status 200.
func (l *ledger) wholeCSV(a answer) (turn int, err error) {
	rows, err := readCSV(a.body)
	if err != nil {
		return 0, err
	}
	if said := a.header.Get("X-Clip-Rows"); said != strconv.Itoa(l.rows) {
		return 0, fmt.Errorf("X-Clip-Rows says %q", said)
	}
	return l.whole(rows)
}

func readCSV(body string) ([][]string, error) {
	return csv.NewReader(strings.NewReader(body)).ReadAll()
}

// read reads CSV that is to be there and whole.
func (l *ledger) read(url string) (turn int, a answer) {
	l.Helper()
	a = get(l, url)
	if a.status != 200 {
		l.Fatalf("status %d: %.300s", a.status, a.body)
	}
	turn, err := l.wholeCSV(a)
	if err != nil {
		l.Fatal(err)
	}
	return turn, a
}
