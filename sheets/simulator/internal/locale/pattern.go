package locale

import (
	"regexp"
	"strings"
)

// part is a piece of a pattern: placeholders as they are, or text to write.
type part struct {
	code string // 0 # ? . , % E+ @ yyyy mm dd hh ss am/pm [h]; empty: literal
	text string // of a literal
}

var (
	bracket    = regexp.MustCompile(`^\[(\$[^\]]*|[A-Za-z0-9<>=.-]*)\]`)
	dateCode   = regexp.MustCompile(`^(?i)(?:am/pm|a/p|y+|m+|d+|h+|s+)`)
	exponent   = regexp.MustCompile(`^[eE][+-]`)
	elapsed    = regexp.MustCompile(`^(?i)\[(h+|m+|s+)\]$`)
	moneyInSet = regexp.MustCompile(`^\[\$([^\]-]*)(?:-[0-9A-Fa-f]+)?\]$`)
)

// lexPattern takes one section of a pattern apart.
func lexPattern(section string) []part {
	var all []part
	literal := func(text string) {
		if n := len(all); n > 0 && all[n-1].code == "" {
			all[n-1].text += text
			return
		}
		all = append(all, part{text: text})
	}
	for section != "" {
		switch c := section[0]; {
		case c == '"':
			end := strings.IndexByte(section[1:], '"')
			if end < 0 {
				return append(all, part{text: section[1:]})
			}
			literal(section[1 : 1+end])
			section = section[end+2:]
			continue
		case c == '\\' && len(section) > 1:
			literal(section[1:2])
			section = section[2:]
			continue
		case c == '[' && bracket.MatchString(section):
			m := bracket.FindString(section)
			if money := moneyInSet.FindStringSubmatch(m); money != nil {
				literal(money[1])
			} else if e := elapsed.FindStringSubmatch(m); e != nil {
				all = append(all, part{code: strings.ToLower(m)})
			} // else a colour or a condition, which a text does not show
			section = section[len(m):]
			continue
		case strings.IndexByte("0#?.,%@", c) >= 0:
			all = append(all, part{code: section[:1]})
			section = section[1:]
			continue
		case exponent.MatchString(section):
			all = append(all, part{code: strings.ToUpper(section[:2])})
			section = section[2:]
			continue
		case c == '_' && len(section) > 1: // room as wide as the next character
			literal(" ")
			section = section[2:]
			continue
		case c == '*' && len(section) > 1: // fill with the next character
			section = section[2:]
			continue
		}
		if m := dateCode.FindString(section); m != "" {
			all = append(all, part{code: m})
			section = section[len(m):]
			continue
		}
		literal(section[:1])
		section = section[1:]
	}
	return all
}

// isDate tells whether a section is for moments and durations.
func isDate(parts []part) bool {
	for _, p := range parts {
		if p.code != "" && strings.ContainsAny(strings.ToLower(p.code), "ymdhs") {
			return true
		}
	}
	return false
}
