package wire

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite schema.txt from the discovery document")

// TestSchemaIsTheDiscoveryDocument holds schema.txt against the document in the module of the client library.
func TestSchemaIsTheDiscoveryDocument(t *testing.T) {
	want := readDiscovery(t).table()
	if *update {
		if err := os.WriteFile("schema.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != schemaText {
		t.Error("schema.txt is not what the client library's discovery document says; run this test with -update")
	}
}

type discovery struct {
	Revision   string
	Schemas    map[string]discoverySchema
	Resources  map[string]discoveryResource
	Parameters map[string]discoveryProperty

	enums []string // the lines of those met, in order
}

type discoverySchema struct {
	Properties map[string]discoveryProperty
}

type discoveryProperty struct {
	Type, Format         string
	Ref                  string `json:"$ref"`
	Enum                 []string
	Items                *discoveryProperty
	AdditionalProperties *discoveryProperty
	Location             string
	Repeated             bool
}

type discoveryResource struct {
	Methods   map[string]discoveryMethod
	Resources map[string]discoveryResource
}

type discoveryMethod struct {
	ID, HTTPMethod, FlatPath string
	Parameters               map[string]discoveryProperty
	Request, Response        discoveryProperty
	Scopes                   []string
}

func readDiscovery(t *testing.T) *discovery {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		t.Fatalf("where is google.golang.org/api? %v", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "sheets", "v4", "sheets-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	d := &discovery{}
	if err := json.Unmarshal(text, d); err != nil {
		t.Fatal(err)
	}
	return d
}

// table writes the document as schema.txt has it.
func (d *discovery) table() string {
	var messages, methods strings.Builder
	for _, name := range slices.Sorted(maps.Keys(d.Schemas)) {
		fmt.Fprintf(&messages, "message %s", name)
		for _, field := range slices.Sorted(maps.Keys(d.Schemas[name].Properties)) {
			p := d.Schemas[name].Properties[field]
			fmt.Fprintf(&messages, " %s:%s", field, d.typeName(&p))
		}
		messages.WriteByte('\n')
	}
	for _, m := range methodsOf(d.Resources) {
		fmt.Fprintf(&methods, "method %s %s %s", m.ID, m.HTTPMethod, m.FlatPath)
		if m.Request.Ref != "" {
			fmt.Fprintf(&methods, " request=%s", m.Request.Ref)
		}
		fmt.Fprintf(&methods, " response=%s", m.Response.Ref)
		query := maps.Clone(d.Parameters)
		maps.Copy(query, m.Parameters)
		for _, name := range slices.Sorted(maps.Keys(query)) {
			if p := query[name]; p.Location == "query" {
				list := strings.Repeat("[]", map[bool]int{true: 1}[p.Repeated])
				fmt.Fprintf(&methods, " query=%s:%s%s", name, list, d.typeName(&p))
			}
		}
		for i, scope := range m.Scopes {
			m.Scopes[i] = scope[strings.LastIndexByte(scope, '/')+1:]
		}
		fmt.Fprintf(&methods, " scopes=%s\n", strings.Join(m.Scopes, ","))
	}
	return "revision " + d.Revision + "\n" + strings.Join(d.enums, "") + messages.String() + methods.String()
}

func (d *discovery) typeName(p *discoveryProperty) string {
	switch {
	case p.Ref != "":
		return p.Ref
	case p.Type == "array":
		return "[]" + d.typeName(p.Items)
	case p.Type == "object":
		return "{}" + d.typeName(p.AdditionalProperties)
	case p.Enum != nil:
		return d.enum(p.Enum)
	case p.Format == "google-fieldmask":
		return "mask"
	case p.Type == "integer":
		return "int32"
	case p.Type == "number":
		return "double"
	case p.Type == "boolean":
		return "bool"
	}
	return p.Type
}

// enum names an enumeration by its place among those met, the same list of values having one name.
func (d *discovery) enum(values []string) string {
	rest := " " + strings.Join(values, " ") + "\n"
	for _, line := range d.enums {
		if strings.HasSuffix(line, rest) && strings.Count(line, " ") == len(values)+1 {
			return strings.Fields(line)[1]
		}
	}
	name := fmt.Sprintf("enum%d", len(d.enums)+1)
	d.enums = append(d.enums, "enum "+name+rest)
	return name
}

func methodsOf(resources map[string]discoveryResource) []discoveryMethod {
	var all []discoveryMethod
	for _, r := range resources {
		all = append(all, slices.Collect(maps.Values(r.Methods))...)
		all = append(all, methodsOf(r.Resources)...)
	}
	slices.SortFunc(all, func(a, b discoveryMethod) int { return cmp.Compare(a.ID, b.ID) })
	return all
}
