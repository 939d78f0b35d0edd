package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// diffLine is a line of two texts side by side. Kind is "same", "changed", "removed" or "added".
type diffLine struct {
	Kind          string
	Before, After string
	From, To      int // numbers of the lines, from 1; 0 where there is none
}

// Parts are what a changed line begins and ends with on both sides, and what is between, before and after.
func (l diffLine) Parts() (p struct{ Start, Before, After, End string }) {
	start := 0
	for start < len(l.Before) && start < len(l.After) && l.Before[start] == l.After[start] {
		start++
	}
	start = wordStart(l.Before, l.After, start)
	before, after := l.Before[start:], l.After[start:]
	end := 0
	for end < len(before) && end < len(after) && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	end = wordEnd(before, after, end)
	p.Start, p.End = l.Before[:start], before[len(before)-end:]
	p.Before, p.After = before[:len(before)-end], after[:len(after)-end]
	return p
}

// wordStart goes back to where the word at a place begins, in whichever text it is longer.
func wordStart(a, b string, at int) int {
	for at > 0 && (inWord(a, at) || inWord(b, at)) {
		at--
	}
	return at
}

// wordEnd makes a common end of so many bytes begin with a word.
func wordEnd(a, b string, end int) int {
	for end > 0 && (inWord(a, len(a)-end) || inWord(b, len(b)-end)) {
		end--
	}
	return end
}

// inWord tells whether a place is between two letters of a word, or within one.
func inWord(text string, at int) bool {
	if at >= len(text) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return !utf8.RuneStart(text[at]) || isWordRune(before) && isWordRune(after)
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// linesOf are the lines of a text, of which an empty one has none.
func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// most lines that are compared one by one; longer texts show as one replaced by the other.
const mostCompared = 4000

// diff puts two texts side by side, line by line, with as many equal lines as can be.
func diff(before, after string) []diffLine {
	a, b := linesOf(before), linesOf(after)
	common := [][]int{}
	if len(a)*len(b) <= mostCompared*mostCompared/4 {
		common = lengths(a, b)
	}
	var lines []diffLine
	var removed, added []diffLine
	flush := func() {
		for i := range max(len(removed), len(added)) {
			switch {
			case i >= len(added):
				lines = append(lines, removed[i])
			case i >= len(removed):
				lines = append(lines, added[i])
			default:
				lines = append(lines, diffLine{"changed", removed[i].Before, added[i].After, removed[i].From, added[i].To})
			}
		}
		removed, added = nil, nil
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			flush()
			lines = append(lines, diffLine{"same", a[i], b[j], i + 1, j + 1})
			i, j = i+1, j+1
		case j >= len(b) || i < len(a) && (len(common) == 0 || common[i+1][j] >= common[i][j+1]):
			removed = append(removed, diffLine{Kind: "removed", Before: a[i], From: i + 1})
			i++
		default:
			added = append(added, diffLine{Kind: "added", After: b[j], To: j + 1})
			j++
		}
	}
	flush()
	return lines
}

// lengths[i][j] is how many lines a[i:] and b[j:] can have in common, in order.
func lengths(a, b []string) [][]int {
	all := make([][]int, len(a)+1)
	for i := range all {
		all[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				all[i][j] = all[i+1][j+1] + 1
			} else {
				all[i][j] = max(all[i+1][j], all[i][j+1])
			}
		}
	}
	return all
}
