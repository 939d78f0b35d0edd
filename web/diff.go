package web

import "strings"

// diffLine is a line of two texts side by side. Kind is "same", "changed", "removed" or "added".
type diffLine struct {
	Kind          string
	Before, After string
	From, To      int // numbers of the lines, from 1; 0 where there is none
}

// most lines that are compared one by one; longer texts show as one replaced by the other.
const mostCompared = 4000

// diff puts two texts side by side, line by line, with as many equal lines as can be.
func diff(before, after string) []diffLine {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
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
