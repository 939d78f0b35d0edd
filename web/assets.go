package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"
)

// Beside our own scripts and styles there may be bundles of web/assets, which make build makes.
//
//go:embed static built
var static embed.FS

// asset is a file that pages fetch. Its address changes with it, so readers may keep it for ever.
type asset struct {
	address string
	kind    string
	text    string
	gzip    func() string // the text, compressed
}

var (
	assets     = readAssets(static)
	assetNames = nameAssets(assets)
)

// readAssets finds the files by their addresses.
func readAssets(files fs.FS) map[string]asset {
	all := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		kind := mime.TypeByExtension(path.Ext(name))
		if err != nil || entry.IsDir() || kind == "" || path.Ext(name) == ".md" {
			return err
		}
		text := withImports(files, string(must(fs.ReadFile(files, name))))
		sum := sha256.Sum256([]byte(text))
		address := "/assets/" + hex.EncodeToString(sum[:6]) + "-" + path.Base(name)
		all[address] = asset{address, kind, text, sync.OnceValue(func() string { return gzipped(text, gzip.BestCompression) })}
		return nil
	})
	must(nil, err)
	return all
}

var importLine = regexp.MustCompile(`(?m)^import (.*) from "([a-z]+\.js)";$`)

// withImports has the scripts that a script imports found under their addresses.
func withImports(files fs.FS, text string) string {
	return importLine.ReplaceAllStringFunc(text, func(line string) string {
		parts := importLine.FindStringSubmatch(line)
		sum := sha256.Sum256([]byte(withImports(files, string(must(fs.ReadFile(files, "static/"+parts[2]))))))
		return "import " + parts[1] + ` from "./` + hex.EncodeToString(sum[:6]) + "-" + parts[2] + `";`
	})
}

func nameAssets(all map[string]asset) map[string]string {
	names := map[string]string{}
	for address := range all {
		_, name, _ := strings.Cut(path.Base(address), "-")
		names[name] = address
	}
	return names
}

// assetAddress is where a page finds a file; empty when this binary was built without it.
func assetAddress(name string) string { return assetNames[name] }

// scriptTags lead a page to a script and to what that imports, which the browser would find only one after the other.
func scriptTags(name string) template.HTML {
	var b strings.Builder
	for _, other := range importsOf(name) {
		b.WriteString(`<link rel=modulepreload href="` + assetAddress(other) + `">`)
	}
	b.WriteString(`<script type=module src="` + assetAddress(name) + `"></script>`)
	return template.HTML(b.String()) // of addresses that we made
}

// importsOf names the scripts that a script imports, each once, and those that they import.
func importsOf(name string) []string {
	var all []string
	for _, line := range importLine.FindAllSubmatch(must(static.ReadFile("static/"+name)), -1) {
		for _, other := range append([]string{string(line[2])}, importsOf(string(line[2]))...) {
			if !slices.Contains(all, other) {
				all = append(all, other)
			}
		}
	}
	return all
}

// showAsset serves a file. It is the same for everybody, and says nothing about anyone.
func showAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := assets["/assets/"+chi.URLParam(r, "*")]
	if !ok {
		notFound(w)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	text := a.text
	if takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		text = a.gzip()
	}
	answer(w, http.StatusOK, a.kind, text)
}

func gzipped(text string, level int) string {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, level)
	io.WriteString(z, text)
	z.Close() // of a buffer, which takes everything
	return b.String()
}
