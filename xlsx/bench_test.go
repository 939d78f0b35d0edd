package xlsx_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"clipsheet/clips"
	"clipsheet/xlsx"
)

// millionRows is the table of docs/performance.md, as a snapshot of n rows and 10 columns.
func millionRows(n int) *clips.Snapshot {
	var file bytes.Buffer
	if _, err := clips.WriteSnapshot(&file, &made{n: n, random: rand.New(rand.NewPCG(1, 2)), row: make([][]byte, 10)}, nil); err != nil {
		panic(err)
	}
	s, err := clips.OpenSnapshot(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		panic(err)
	}
	return s
}

var million = sync.OnceValue(func() *clips.Snapshot { return millionRows(1_000_000) })

type made struct {
	n, i   int
	random *rand.Rand
	row    [][]byte
}

func (m *made) Header() clips.Header {
	return clips.Header{TimeZone: "UTC", AsOf: time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC), Columns: []clips.Column{
		{Name: "id", Type: clips.Int, OID: 20, Typmod: -1}, {Name: "created_at", Type: clips.TimestampTZ, OID: 1184, Typmod: -1},
		{Name: "day", Type: clips.Date, OID: 1082, Typmod: -1}, {Name: "amount", Type: clips.Numeric, OID: 1700, Typmod: 14<<16 | 2 + 4},
		{Name: "rate", Type: clips.Numeric, OID: 1700, Typmod: -1}, {Name: "quantity", Type: clips.Int, OID: 23, Typmod: -1},
		{Name: "paid", Type: clips.Bool, OID: 16, Typmod: -1}, {Name: "memo", Type: clips.Text, OID: 25, Typmod: -1},
		{Name: "note", Type: clips.Text, OID: 25, Typmod: -1}, {Name: "key", Type: clips.UUID, OID: 2950, Typmod: -1},
	}}
}

func (m *made) Row() [][]byte { return m.row }
func (m *made) Err() error    { return nil }
func (m *made) Close() error  { return nil }

var memos = []string{"Invoice", "Credit note, corrected", `the "final" reminder`, "line\nbreak", "Überweisung", "Payment", "Refund", "Transfer",
	"Consulting", "Licence", "Hosting"}

func (m *made) Next() bool {
	if m.i == m.n {
		return false
	}
	m.i++
	r := m.random
	at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.Int64N(6*365*86400e6)) * time.Microsecond)
	note := []byte(nil)
	if r.IntN(10) >= 7 {
		note = fmt.Appendf(nil, "note %x", r.Uint32())
	}
	m.row = [][]byte{
		strconv.AppendInt(nil, int64(m.i), 10),
		at.AppendFormat(nil, "2006-01-02 15:04:05.999999+00"),
		at.AppendFormat(nil, "2006-01-02"),
		fmt.Appendf(nil, "%d.%02d", r.IntN(200000)-50000, r.IntN(100)),
		fmt.Appendf(nil, "0.%06d", r.IntN(1000000)),
		strconv.AppendInt(nil, int64(r.IntN(1000)), 10),
		[]byte{"tf"[r.IntN(2)]},
		fmt.Appendf(nil, "%s %d", memos[min(r.IntN(50), len(memos)-1)], r.IntN(100000)),
		note,
		fmt.Appendf(nil, "%08x-%04x-4%03x-8%03x-%012x", r.Uint32(), r.Uint32()&0xffff, r.Uint32()&0xfff, r.Uint32()&0xfff, r.Uint64()&0xffffffffffff),
	}
	return true
}

// writeOurs and writeExcelize write the same rows as the same typed cells.
func writeOurs(w io.Writer, rows clips.Rows) error {
	return xlsx.NewEncoder(xlsx.Book{Title: "Ledger", Sheets: []xlsx.Sheet{{Name: "ledger"}}}).Encode(w, rows)
}

func writeExcelize(w io.Writer, rows clips.Rows) error {
	f := excelize.NewFile()
	defer f.Close()
	seconds, day, cents := "yyyy-mm-dd hh:mm:ss.000", "yyyy-mm-dd", "0.00"
	atStyle, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &seconds})
	dayStyle, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &day})
	centsStyle, _ := f.NewStyle(&excelize.Style{CustomNumFmt: &cents})
	s, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	heading := []any{}
	for _, c := range rows.Header().Columns {
		heading = append(heading, c.Name)
	}
	if err := s.SetRow("A1", heading); err != nil {
		return err
	}
	float := func(v []byte) float64 { f, _ := strconv.ParseFloat(string(v), 64); return f }
	for n := 2; rows.Next(); n++ {
		r := rows.Row()
		id, _ := strconv.ParseInt(string(r[0]), 10, 64)
		at, _ := time.Parse("2006-01-02 15:04:05.999999-07", string(r[1]))
		date, _ := time.Parse("2006-01-02", string(r[2]))
		quantity, _ := strconv.ParseInt(string(r[5]), 10, 64)
		var note any
		if r[8] != nil {
			note = string(r[8])
		}
		cell, _ := excelize.CoordinatesToCellName(1, n)
		err := s.SetRow(cell, []any{id, excelize.Cell{StyleID: atStyle, Value: at}, excelize.Cell{StyleID: dayStyle, Value: date},
			excelize.Cell{StyleID: centsStyle, Value: float(r[3])}, float(r[4]), quantity, r[6][0] == 't', string(r[7]), note, string(r[9])})
		if err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// BenchmarkMillionRows measures both writers in turn. The ratios are what to look at: docs/performance.md has their goals.
func BenchmarkMillionRows(b *testing.B) {
	snapshot := million()
	var ours, theirs measured
	for b.Loop() {
		ours.add(b, snapshot, writeOurs)
		theirs.add(b, snapshot, writeExcelize)
	}
	n := time.Duration(b.N)
	b.ReportMetric((ours.time / n).Seconds(), "s")
	b.ReportMetric((theirs.time / n).Seconds(), "excelize-s")
	b.ReportMetric(float64(ours.time)/float64(theirs.time), "time-ratio")
	b.ReportMetric(float64(ours.size)/float64(theirs.size), "size-ratio")
	b.ReportMetric(float64(ours.size)/1e6, "MB")
	b.ReportMetric(float64(ours.memory>>20), "MiB-above-idle")
	b.ReportMetric(float64(theirs.memory>>20), "excelize-MiB")
}

// BenchmarkFiveMillionRows looks at the memory, and at the time for a row: neither may grow with the rows.
func BenchmarkFiveMillionRows(b *testing.B) {
	snapshot := millionRows(5_000_000)
	var ours measured
	for b.Loop() {
		ours.add(b, snapshot, writeOurs)
	}
	b.ReportMetric((ours.time / time.Duration(b.N)).Seconds(), "s")
	b.ReportMetric(float64(ours.size)/1e6, "MB")
	b.ReportMetric(float64(ours.memory>>20), "MiB-above-idle")
}

func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	var few, many measured
	few.add(t, millionRows(50_000), writeOurs)
	many.add(t, millionRows(250_000), writeOurs)
	if most := max(few.memory, many.memory) >> 20; most > 64 || many.memory > few.memory+12<<20 {
		t.Errorf("50,000 rows take %d MiB, 250,000 take %d", few.memory>>20, many.memory>>20)
	}
}

type measured struct {
	time   time.Duration
	size   int64
	memory uint64 // the most above what was there before
}

func (m *measured) add(tb testing.TB, s *clips.Snapshot, write func(io.Writer, clips.Rows) error) {
	debug.FreeOSMemory()
	idle := inUse()
	w := &counter{idle: idle}
	start := time.Now()
	if err := write(w, s.Rows(0, -1)); err != nil {
		tb.Fatal(err)
	}
	m.time += time.Since(start)
	m.size, m.memory = w.n, max(m.memory, w.most)
}

// counter counts what is written, and looks at the memory in use meanwhile.
type counter struct {
	n, seen int64
	idle    uint64
	most    uint64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	if c.seen == 0 || c.n-c.seen > 1<<20 {
		c.seen = c.n
		if now := inUse(); now > c.idle {
			c.most = max(c.most, now-c.idle)
		}
	}
	return len(p), nil
}

// inUse is the memory the process holds, garbage and all.
func inUse() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.Sys - s.HeapReleased
}
