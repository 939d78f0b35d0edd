package selftest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
)

// habit is a way in which Google could behave otherwise than we think: a proxy before the simulator.
type habit func(w http.ResponseWriter, r *http.Request, google http.Handler)

type object = map[string]any

// on has a habit with the requests whose path has some words in it.
func on(words string, h habit) habit {
	return func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		if strings.Contains(r.Method+" "+r.URL.Path, words) {
			h(w, r, google)
			return
		}
		google.ServeHTTP(w, r)
	}
}

// batches changes the requests of batches, each into any number of others. Replies still come one for each that was
// sent, since nobody looks at those that are changed.
func batches(change func(kind string, r object) []object) habit {
	return bodies(":batchUpdate", func(body object) {
		list, ok := body["requests"].([]any)
		if !ok {
			return // values
		}
		var changed []any
		for _, r := range list {
			for kind, detail := range r.(object) {
				for _, c := range change(kind, detail.(object)) {
					changed = append(changed, c)
				}
			}
		}
		if len(changed) == 0 {
			changed = append(changed, nothing)
		}
		body["requests"] = changed
	})
}

// nothing is a request that changes nothing.
var nothing = object{"findReplace": object{"find": "nobody wrote this", "replacement": "", "allSheets": true}}

// instead changes requests of one kind.
func instead(kind string, change func(r object) []object) habit {
	return batches(func(k string, r object) []object {
		if k == kind {
			return change(r)
		}
		return []object{{k: r}}
	})
}

// nth is a change of the nth of those it is asked for; the others stay.
func nth(n int, kind string, change func(r object) []object) func(r object) []object {
	seen := 0
	return func(r object) []object {
		if seen++; seen == n {
			return change(r)
		}
		return []object{{kind: r}}
	}
}

func bodies(words string, change func(body object)) habit {
	return on(words, func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		body := object{}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			panic(err)
		}
		asked, _ := body["requests"].([]any)
		change(body)
		send(r, body)
		a := record(r, google)
		if replies, ok := a.body["replies"].([]any); ok {
			for len(replies) < len(asked) {
				replies = append(replies, object{})
			}
			a.body["replies"] = replies
		}
		a.write(w)
	})
}

// answers changes what is answered with 200.
func answers(words string, change func(body object)) habit {
	return on(words, func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		a := record(r, google)
		if a.status == http.StatusOK {
			change(a.body)
		}
		a.write(w)
	})
}

// refuses answers with an error.
func refuses(words string, code int, body string) habit {
	return on(words, func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(code)
		io.WriteString(w, body)
	})
}

// refusal is the body of an error in Google's form.
func refusal(code int, status, message string) string {
	return fmt.Sprintf(`{"error":{"code":%d,"status":%q,"message":%q}}`, code, status, message)
}

func send(r *http.Request, body object) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
}

type answer struct {
	status int
	header http.Header
	body   object
}

func record(r *http.Request, google http.Handler) answer {
	rec := httptest.NewRecorder()
	google.ServeHTTP(rec, r)
	a := answer{rec.Code, rec.Header(), object{}}
	_ = json.Unmarshal(rec.Body.Bytes(), &a.body) // an answer without a body has none to change
	return a
}

func (a answer) write(w http.ResponseWriter) {
	text, err := json.Marshal(a.body)
	if err != nil {
		panic(err)
	}
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	w.WriteHeader(a.status)
	w.Write(text)
}

// reach goes down into an object, which has all of the names.
func reach(o object, names ...string) object {
	for _, name := range names {
		o = o[name].(object)
	}
	return o
}

// refused is a request that is refused.
var refused = object{"deleteSheet": object{"sheetId": 4}}

// refusesAfter answers one request with an error, the first of those with some words after one with others.
func refusesAfter(first, words string, code int, body string) habit {
	seen, done := false, false
	return func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		if seen && !done && strings.Contains(r.URL.Path, words) {
			done = true
			refuses("", code, body)(w, r, google)
			return
		}
		seen = seen || strings.Contains(r.URL.Path, first)
		google.ServeHTTP(w, r)
	}
}

// protects refuses the batch after the one that protects something.
func protects(body string) habit {
	protected, done := false, false
	return on(":batchUpdate", func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		if protected && !done {
			done = true
			refuses("", 400, body)(w, r, google)
			return
		}
		text := read(r)
		protected = protected || bytes.Contains(text, []byte("addProtectedRange"))
		google.ServeHTTP(w, r)
	})
}

// tooLarge refuses requests beyond a size.
func tooLarge(most int64) habit {
	return func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		if r.ContentLength > most {
			refuses("", 400, refusal(400, "INVALID_ARGUMENT", fmt.Sprintf("Request payload size exceeds the limit: %d bytes.", most)))(w, r, google)
			return
		}
		google.ServeHTTP(w, r)
	}
}

// onlyRefusals puts another answer in the place of those with a code.
func onlyRefusals(when, code int, body string) habit {
	return func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		rec := httptest.NewRecorder()
		google.ServeHTTP(rec, r)
		if rec.Code == when {
			w.WriteHeader(code)
			io.WriteString(w, body)
			return
		}
		maps.Copy(w.Header(), rec.Header())
		w.WriteHeader(rec.Code)
		w.Write(rec.Body.Bytes())
	}
}

// inPart applies the first request of a batch with a second mark, and then refuses the batch.
func inPart() habit {
	seen := 0
	return on(":batchUpdate", func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		text := read(r)
		if bytes.Contains(text, []byte("createDeveloperMetadata")) {
			seen++
		}
		if seen == 2 {
			var body object
			if err := json.Unmarshal(text, &body); err != nil {
				panic(err)
			}
			body["requests"] = body["requests"].([]any)[:1]
			alone := r.Clone(r.Context())
			send(alone, body)
			record(alone, google)
		}
		google.ServeHTTP(w, r)
	})
}

// read gives the body of a request, which can be read once more.
func read(r *http.Request) []byte {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(text))
	return text
}

// texts makes something else of a text that is written.
func texts(text, kind string, value any) habit {
	return instead("updateCells", func(r object) []object {
		for _, row := range list(r["rows"]) {
			for _, cell := range list(row["values"]) {
				if v, ok := cell["userEnteredValue"].(object); ok && v["stringValue"] == text {
					cell["userEnteredValue"] = object{kind: value}
				}
			}
		}
		return []object{{"updateCells": r}}
	})
}

// corner is the first cell of where something is pasted.
func corner(paste object) object {
	to := reach(paste, "destination")
	at := object{"sheetId": to["sheetId"]}
	if row, ok := to["startRowIndex"]; ok {
		at["rowIndex"] = row
	}
	return at
}

// unmark takes the mark of a tab away.
func unmark(tab any) object {
	return object{"deleteDeveloperMetadata": object{"dataFilter": object{"developerMetadataLookup": object{
		"locationType": "SHEET", "metadataLocation": object{"sheetId": tab}}}}}
}

// afterCopy changes what is answered of the marks of a copy.
func afterCopy(change func(body object)) habit {
	copied := false
	return func(w http.ResponseWriter, r *http.Request, google http.Handler) {
		copied = copied || strings.HasSuffix(r.URL.Path, "/copy")
		if !copied {
			google.ServeHTTP(w, r)
			return
		}
		answers("getByDataFilter", change)(w, r, google)
	}
}

// sameIDs gives the marks of a duplicate the ids of the original.
func sameIDs(body object) {
	var ids []any
	for _, s := range list(body["sheets"]) {
		if !isTwin(s) {
			eachMark(s, func(m object) { ids = append(ids, m["metadataId"]) })
		}
	}
	for _, s := range list(body["sheets"]) {
		if isTwin(s) {
			eachMark(s, func(m object) { m["metadataId"] = ids[0] })
		}
	}
}

func isTwin(s object) bool {
	return strings.Contains(reach(s, "properties")["title"].(string), "twin")
}

// list is a list of objects, or none.
func list(v any) []object {
	var all []object
	values, _ := v.([]any)
	for _, o := range values {
		all = append(all, o.(object))
	}
	return all
}

func eachGrid(body object, do func(object)) {
	for _, s := range list(body["sheets"]) {
		for _, d := range list(s["data"]) {
			do(d)
		}
	}
}

func eachMark(sheet object, do func(object)) {
	for _, m := range list(sheet["developerMetadata"]) {
		do(m)
	}
	for _, d := range list(sheet["data"]) {
		for _, line := range append(list(d["rowMetadata"]), list(d["columnMetadata"])...) {
			for _, m := range list(line["developerMetadata"]) {
				do(m)
			}
		}
	}
}

func eachCell(body object, do func(object)) {
	eachGrid(body, func(d object) {
		for _, row := range list(d["rowData"]) {
			for _, cell := range list(row["values"]) {
				do(cell)
			}
		}
	})
}
