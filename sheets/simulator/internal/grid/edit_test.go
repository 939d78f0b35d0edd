package grid

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The properties below edit a list of numbered rows, the way a sheet does, and hold what a span says against the
// numbers it then covers. 0 is a row that was inserted.

func numbered(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i + 1
	}
	return rows
}

func drawSpan(t *rapid.T, size int, label string) Span {
	start := rapid.IntRange(0, size-1).Draw(t, label+" start")
	return Span{start, rapid.IntRange(start+1, size).Draw(t, label+" end")}
}

func covered(rows []int, s Span) []int {
	return slices.Clone(rows[min(s.From(), len(rows)):min(max(s.End, s.From()), len(rows))])
}

func TestInsertedRowsExtendASpanOnlyInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := numbered(rapid.IntRange(1, 12).Draw(t, "size"))
		span := drawSpan(t, len(rows), "span")
		at, n := rapid.IntRange(0, len(rows)).Draw(t, "at"), rapid.IntRange(1, 4).Draw(t, "n")

		after, ok := Insert(Rows, at, n)(Area{span, All})
		edited := slices.Insert(slices.Clone(rows), at, make([]int, n)...)
		got := covered(edited, after.Rows)
		if !ok || got[0] == 0 || got[len(got)-1] == 0 {
			t.Fatalf("%v grew at its edge: %v covers %v", span, after.Rows, got)
		}
		if kept := slices.DeleteFunc(got, func(r int) bool { return r == 0 }); !slices.Equal(kept, covered(rows, span)) {
			t.Fatalf("%v became %v, which covers %v", span, after.Rows, kept)
		}
	})
}

func TestASpanKeepsWhatIsNotDeleted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := numbered(rapid.IntRange(1, 12).Draw(t, "size"))
		span, cut := drawSpan(t, len(rows), "span"), drawSpan(t, len(rows), "cut")

		after, ok := Delete(Cols, cut)(Area{All, span})
		want := slices.DeleteFunc(covered(rows, span), func(r int) bool { return cut.Has(r - 1) })
		if ok != (len(want) > 0) {
			t.Fatalf("%v without %v is alive: %v", span, cut, ok)
		}
		edited := slices.Delete(slices.Clone(rows), cut.Start, cut.End)
		if ok && !slices.Equal(covered(edited, after.Cols), want) {
			t.Fatalf("%v without %v became %v", span, cut, after.Cols)
		}
	})
}

func TestASpanFollowsWhatIsMoved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := numbered(rapid.IntRange(2, 12).Draw(t, "size"))
		span, source := drawSpan(t, len(rows), "span"), drawSpan(t, len(rows), "source")
		dest := rapid.IntRange(0, len(rows)).Filter(func(d int) bool { return d <= source.Start || d >= source.End }).Draw(t, "dest")

		edited := make([]int, len(rows))
		for i, r := range rows {
			edited[Moved(i, source, dest)] = r
		}
		after, ok := Move(Rows, source, dest)(Area{span, All})
		got := covered(edited, after.Rows)
		stay := slices.DeleteFunc(covered(rows, span), func(r int) bool { return source.Has(r - 1) })
		if len(stay) == 0 {
			stay = covered(rows, span) // all of it moves, so all of it is followed
		}
		for _, r := range stay {
			if !slices.Contains(got, r) {
				t.Fatalf("%v lost row %d when %v moved to %d: %v covers %v", span, r, source, dest, after.Rows, got)
			}
		}
		if !ok || len(stay) > 0 && (!slices.Contains(stay, got[0]) || !slices.Contains(stay, got[len(got)-1])) {
			t.Fatalf("%v grew at its edge when %v moved to %d: %v covers %v", span, source, dest, after.Rows, got)
		}
	})
}

// TestMovedIsWhatTheDocumentationSays is its example: moving 1 and 2 of 0, 1, 2, 3, 4 to index 4 gives 0, 3, 1, 2, 4.
func TestMovedIsWhatTheDocumentationSays(t *testing.T) {
	got := make([]int, 5)
	for i := range got {
		got[Moved(i, Span{1, 3}, 4)] = i
	}
	if want := []int{0, 3, 1, 2, 4}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOpenEndsStayOpen(t *testing.T) {
	for _, test := range []struct {
		name string
		edit Edit
		in   string
		want string
	}{
		{"row before A2:A", Insert(Rows, 0, 1), "A2:A", "A3:A"},
		{"row inside A2:A", Insert(Rows, 5, 3), "A2:A", "A2:A"},
		{"row before A:B", Insert(Rows, 0, 1), "A:B", "A:B"},
		{"column before A:B", Insert(Cols, 0, 1), "A:B", "B:C"},
		{"all rows of A2:A", Delete(Rows, Span{1, 1000}), "A2:A", "A2:A"},
		{"column of A:A", Delete(Cols, One(0)), "A:A", "#REF!"},
		{"rows of 2:3", Delete(Rows, Span{0, 2}), "2:3", "1:1"},
		{"cells beside A1:A9", Push(Rows, Rect(2, 1, 4, 2)), "A1:A9", "A1:A9"},
		{"cells in A1:A9", Push(Rows, Rect(2, 0, 4, 1)), "A1:A9", "A1:A11"},
		{"cells across A1:B9", Push(Rows, Rect(2, 0, 4, 1)), "A1:B9", "A1:B9"},
		{"cells out of A1:A9", Pull(Rows, Rect(2, 0, 4, 1)), "A1:A9", "A1:A7"},
		{"the cell A3", Pull(Rows, Rect(2, 0, 4, 1)), "A3", "#REF!"},
	} {
		a, fixed, ok := ParseArea(test.in)
		if !ok {
			t.Fatal(test.in)
		}
		got := "#REF!"
		if after, alive := test.edit(a); alive {
			got = Ref{Area: after, Fixed: fixed}.A1()
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
