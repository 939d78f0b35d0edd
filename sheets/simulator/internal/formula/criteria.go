package formula

import (
	"regexp"
	"strings"
)

// criterion reads a condition of SUMIF and its relations: ">=5", "<>open", "Jan*", a number.
func (ev *evaluator) criterion(v Value) func(Value) bool {
	if v.Kind != Text {
		return func(cell Value) bool { return cell.Kind == v.Kind && Compare(cell, v) == 0 }
	}
	op, rest := "=", v.Str
	for _, o := range []string{"<>", "<=", ">=", "<", ">", "="} {
		if after, ok := strings.CutPrefix(v.Str, o); ok {
			op, rest = o, after
			break
		}
	}
	if n, ok := ev.Number(rest); ok && rest != "" {
		return func(cell Value) bool {
			if op == "<>" {
				return cell.Kind != Number || cell.Num != n
			}
			return cell.Kind == Number && holds(op, Compare(cell, Of(n)))
		}
	}
	if op == "=" || op == "<>" {
		like := wildcard(rest)
		return func(cell Value) bool {
			is := cell.Kind == Text && like.MatchString(cell.Str) || rest == "" && cell.Kind == Empty ||
				cell.Kind == Bool && strings.EqualFold(ev.text(cell), rest)
			return is == (op == "=")
		}
	}
	return func(cell Value) bool { return cell.Kind == Text && holds(op, Compare(cell, TextOf(rest))) }
}

func holds(op string, order int) bool {
	switch op {
	case "=":
		return order == 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	return order != 0
}

// wildcard reads a text in which * stands for anything, ? for one character and ~ takes that meaning away.
func wildcard(text string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?is)^`)
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '~' && i+1 < len(text) && strings.IndexByte("*?~", text[i+1]) >= 0:
			i++
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
		case text[i] == '*':
			b.WriteString(".*")
		case text[i] == '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
		}
	}
	b.WriteString("$")
	return regexp.MustCompile(b.String())
}
