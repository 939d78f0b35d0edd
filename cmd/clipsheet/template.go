package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"clipsheet/clips"
	"clipsheet/xlsx"
)

// template is a workbook that someone made, in memory and checked, to be filled with results.
type template struct {
	*xlsx.Template
	sum string // hex SHA-256 of the file
}

// readTemplate reads and checks a file. What cannot be accepted says what to change.
func readTemplate(path string) (*template, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, xlsx.LargestTemplate+1)) // one more is enough to be refused
	if err != nil {
		return nil, err
	}
	t, err := xlsx.OpenTemplate(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return &template{t, hex.EncodeToString(sum[:])}, nil
}

// wordsFor is what is wrong with a file of the config.
func wordsFor(err error) string {
	if e, ok := errors.AsType[*clips.Error](err); ok {
		return e.Notice
	}
	return fmt.Sprintf("%v: a relative path starts at the folder of this file", unplaced(err))
}

// filledInto identifies a template together with what goes where in it; "" without one.
func (w WorkbookConfig) filledInto() string {
	if w.template == nil {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", w.template.sum)
	for _, slug := range w.Clips {
		fmt.Fprintf(h, "%q %q\n", slug, w.table(slug))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkPlaces finds each clip a place in the template, of its own.
func (w WorkbookConfig) checkPlaces() error {
	taken := map[string]string{}
	for _, slug := range w.Clips {
		place, err := w.template.Find(w.table(slug))
		if err != nil {
			return err
		}
		if other, ok := taken[place.Name]; ok {
			return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf("Both %s and %s are to fill %q: each needs a place of its own.",
				other, slug, place.Name)}
		}
		taken[place.Name] = slug
	}
	return nil
}
