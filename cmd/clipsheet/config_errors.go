package main

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// ConfigError is one thing wrong with the config file. Line 0 is the file as a whole.
type ConfigError struct {
	File         string
	Line, Column int // from 1
	Width        int // characters to underline
	Source       string
	Text         string
}

// Error shows the line with a caret under what is meant:
//
//	clipsheet.toml:12:1: unknown key "max_agee" in [clips.mrr]: did you mean max_age?
//	  12 | max_agee = "5m"
//	     | ^^^^^^^^
func (e *ConfigError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Text)
	}
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, e.Source[:min(max(e.Column-1, 0), len(e.Source))])
	return fmt.Sprintf("%s:%d:%d: %s\n%5d | %s\n      | %s%s", e.File, e.Line, e.Column, e.Text,
		e.Line, e.Source, indent, strings.Repeat("^", max(e.Width, 1)))
}

// decodeError turns what the TOML decoder says into ConfigErrors, all unknown keys at once.
func decodeError(file string, text []byte, err error) error {
	if missing, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		var errs []error
		for i := range missing.Errors {
			errs = append(errs, unknownKey(file, text, &missing.Errors[i]))
		}
		return errors.Join(errs...)
	}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		return placed(file, text, d, inWords(strings.TrimPrefix(d.Error(), "toml: ")))
	}
	return &ConfigError{File: file, Text: strings.TrimPrefix(err.Error(), "toml: ")}
}

var wrongType = regexp.MustCompile(`^cannot decode TOML (\w+) into .* of type (\S+)$`)

// wanted is what a Go type is to whoever writes the file.
var wanted = map[string]string{"int": "a whole number", "int64": "a whole number", "bool": "true or false",
	"string": "text in quotes", "[]string": `a list, such as ["a", "b"]`}

// inWords says what the decoder says of a wrong type without Go's names for things.
func inWords(said string) string {
	m := wrongType.FindStringSubmatch(said)
	if m == nil {
		return said
	}
	article := "a"
	if strings.ContainsAny(m[1][:1], "aei") {
		article = "an"
	}
	return fmt.Sprintf("%s belongs here, not %s %s", or(wanted[m[2]], "another kind of value"), article, m[1])
}

func unknownKey(file string, text []byte, d *toml.DecodeError) error {
	key := d.Key()
	table, name := strings.Join(key[:len(key)-1], "."), key[len(key)-1]
	words := fmt.Sprintf("unknown key %q", name)
	if table != "" {
		words += " in [" + table + "]"
	}
	known := keysAt(reflect.TypeFor[Config](), key[:len(key)-1])
	if guess := nearest(name, known); guess != "" {
		words += ": did you mean " + guess + "?"
	} else if len(known) > 0 {
		words += "; the keys here are " + strings.Join(known, ", ")
	}
	return placed(file, text, d, words)
}

func placed(file string, text []byte, d *toml.DecodeError, words string) error {
	line, column := d.Position()
	e := &ConfigError{File: file, Line: line, Column: column, Source: lineOf(text, line), Text: words}
	if carets := strings.Count(d.String(), "~"); carets > 0 && carets <= len(e.Source) {
		e.Width = carets
	}
	return e
}

func lineOf(text []byte, line int) string {
	lines := strings.Split(string(text), "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[line-1], "\r")
}

// keysAt lists the keys a table of the config may have; names of a map are anybody's, so any step fits one.
func keysAt(t reflect.Type, path []string) []string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Map && len(path) > 0:
		return keysAt(t.Elem(), path[1:])
	case t.Kind() != reflect.Struct:
		return nil
	}
	var keys []string
	for f := range t.Fields() {
		key := f.Tag.Get("toml")
		if len(path) > 0 && key == path[0] {
			return keysAt(f.Type, path[1:])
		}
		if key != "" {
			keys = append(keys, key)
		}
	}
	if len(path) > 0 {
		return nil
	}
	return keys
}

// nearest is the word that takes the fewest edits to reach, when that is a slip and not another word.
func nearest(word string, known []string) string {
	best, guess := max(1, len(word)/3)+1, ""
	for _, k := range known {
		if d := edits(word, k); d < best {
			best, guess = d, k
		}
	}
	return guess
}

// edits counts the insertions, deletions and replacements between two words (Levenshtein's distance).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// places knows where each key and table of the file stands, for errors found after it was decoded.
type places struct {
	file  string
	text  []byte
	at    map[string]unstable.Range // "clips.mrr.source" → its key
	below map[string][]string       // "clips" → the names right below it, as they come in the file
}

func index(file string, text []byte) places {
	at := places{file: file, text: text, at: map[string]unstable.Range{}, below: map[string][]string{}}
	p := unstable.Parser{}
	p.Reset(text)
	known := map[string]bool{}
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		var path []string
		var last unstable.Range
		for it := e.Key(); it.Next(); {
			path, last = append(path, string(it.Node().Data)), it.Node().Raw
		}
		if e.Kind == unstable.KeyValue {
			path = slices.Concat(table, path)
		} else {
			table = path
		}
		at.at[strings.Join(path, ".")] = last
		for i := 1; i < len(path); i++ {
			if place := strings.Join(path[:i+1], "."); !known[place] {
				known[place] = true
				parent := strings.Join(path[:i], ".")
				at.below[parent] = append(at.below[parent], path[i])
			}
		}
	}
	return at
}

// order lists the names right below a table, as they come in the file.
func (at places) order(table string) []string { return at.below[table] }

// errorf makes a ConfigError at a key, or at the nearest table above it that the file mentions.
func (at places) errorf(key, format string, args ...any) error {
	e := &ConfigError{File: at.file, Text: key + ": " + fmt.Sprintf(format, args...)}
	for place := key; place != ""; place = place[:max(strings.LastIndexByte(place, '.'), 0)] {
		if r, ok := at.at[place]; ok {
			before := at.text[:r.Offset]
			e.Line = 1 + bytes.Count(before, []byte("\n"))
			e.Column = len(before) - bytes.LastIndexByte(before, '\n')
			e.Width = int(r.Length)
			e.Source = lineOf(at.text, e.Line)
			break
		}
	}
	return e
}
