package web

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// findable is something there is to be found.
type findable struct {
	found
	id    int64
	names []string // what it is called
	rest  []string // what else is said of it
}

// How well a word fits, the best first. What something is called counts for more than what is said of it.
const (
	fitsStart    = iota // a name begins with it
	fitsWord            // a word of a name does
	fitsName            // it is somewhere in a name
	fitsRestWord        // a word of the rest begins with it
	fitsRest            // it is somewhere in the rest
	fitsNot
)

// ranked are those in which every word of a query is found, those that fit best first.
func ranked(all []findable, query string) []found {
	query = strings.ToLower(query)
	words := strings.Fields(query)
	type fitting struct {
		findable
		fit int
	}
	var fits []fitting
	for _, f := range all {
		if fit := f.fit(strings.Join(words, " "), words); fit < fitsNot {
			fits = append(fits, fitting{f, fit})
		}
	}
	slices.SortStableFunc(fits, func(a, b fitting) int { // what fits alike stays in the order of all
		return cmp.Or(a.fit-b.fit, len(a.Name)-len(b.Name))
	})
	items := make([]found, 0, len(fits))
	for _, f := range fits {
		items = append(items, f.found)
	}
	return items
}

// fit is how well the word fits that fits worst; a name that begins with all of them as they stand is the best there is.
func (f findable) fit(phrase string, words []string) int {
	names := lowered(f.names)
	if slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, phrase) }) {
		return fitsStart
	}
	worst, rest := fitsWord, []string(nil)
	for _, word := range words {
		fit := fitOf(names, word, fitsWord, fitsName)
		if fit == fitsNot {
			if rest == nil {
				rest = lowered(f.rest)
			}
			fit = fitOf(rest, word, fitsRestWord, fitsRest)
		}
		if worst = max(worst, fit); worst == fitsNot {
			break
		}
	}
	return worst
}

// fitOf is begins when a word of the texts begins with word, within when it is somewhere in them.
func fitOf(texts []string, word string, begins, within int) int {
	best := fitsNot
	for _, text := range texts {
		for at := 0; ; at += len(word) {
			i := strings.Index(text[at:], word)
			if i < 0 {
				break
			}
			if at += i; beginsWord(text, at) {
				return begins
			}
			best = within
		}
	}
	return best
}

// beginsWord tells whether a word begins at a place of a text.
func beginsWord(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return at == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before)
}

func lowered(texts []string) []string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = strings.ToLower(text)
	}
	return all
}
