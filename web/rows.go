package web

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"clipsheet/clips"
)

// rowsFormat is how a script of ours reads rows: arrays of what a person would see, so that no digit is lost in the
// numbers of JavaScript.
var rowsFormat = format{name: "json", inline: true}

// mostRows is how many one request for rows gets.
const mostRows = 25_000

// clipRows sends rows of a result to the grid. It reads them in several requests; _digest says of which result, since
// rows of two results, side by side, would be a table that never was.
func (s *site) clipRows(w http.ResponseWriter, r *http.Request, who clips.Person) {
	clip, ok := s.findClip(w, r, who)
	if !ok {
		return
	}
	req := &request{query: parseQuery(r.URL.RawQuery), clip: clip, format: rowsFormat}
	if err := s.sendRows(w, r, req); err != nil {
		s.fail(w, r, req, err)
	}
}

func (s *site) sendRows(w http.ResponseWriter, r *http.Request, req *request) error {
	if err := s.bind(req); err != nil {
		return err
	}
	answer, err := s.answer(r, req)
	if err != nil {
		return err
	}
	if digest, given, _ := req.query.value("_digest"); given && digest != answer.Info.Digest {
		p := problem{Status: http.StatusConflict, Code: "newer_result", Text: "There is a newer result: load the page again."}
		s.say(w, r, req, p)
		return nil
	}
	if req.options.limit < 0 || req.options.limit > mostRows {
		req.options.limit = mostRows
	}
	coding := codingOf(r, rowsFormat, answer.Info)
	file, err := s.render(r, req, answer.Info, feedBody{variant: "rows " + req.options.variant(rowsFormat), coding: coding, encode: writeRows})
	if err != nil {
		return err
	}
	defer file.Close()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Vary", "Accept-Encoding")
	if coding != identity {
		w.Header().Set("Content-Encoding", coding.name)
	}
	return sendFile(w, r, file)
}

// writeRows writes [["0010","2461020.16",null], …], each row on a line of its own.
func writeRows(w io.Writer, r clips.Rows) error {
	out := bufio.NewWriterSize(w, 64<<10) // its first error stays, and Flush returns it
	types := r.Header().Columns
	var line []byte
	between := "["
	for r.Next() {
		line = append(append(line[:0], between...), '[')
		for i, v := range r.Row() {
			if i > 0 {
				line = append(line, ',')
			}
			line = appendText(line, types[i].Type, v)
		}
		line = append(line, ']')
		out.Write(line)
		between = ",\n"
	}
	if err := r.Err(); err != nil {
		return err
	}
	end := "]"
	if between == "[" {
		end = "[]"
	}
	out.WriteString(end)
	return out.Flush()
}

// appendText adds a value as people see it, as a text of JSON. Most have nothing in them that must be escaped.
func appendText(line []byte, t clips.Type, v []byte) []byte {
	if v == nil {
		return append(line, "null"...)
	}
	v = shownAs(t, v)
	for _, b := range v {
		if b < ' ' || b == '"' || b == '\\' || b >= utf8.RuneSelf {
			text, _ := json.Marshal(strings.ToValidUTF8(string(v), "\ufffd")) // of a string, which cannot fail
			return append(line, text...)
		}
	}
	line = append(append(line, '"'), v...)
	return append(line, '"')
}
