package web

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// object is a part of the description.
type object = map[string]any

// openAPI describes operations as OpenAPI 3.1 does, https://spec.openapis.org/oas/v3.1.0.
func openAPI(all []operation) string {
	paths := object{}
	for _, o := range all {
		path := apiRoot + o.path
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path].(object)[strings.ToLower(o.method)] = o.describe()
	}
	text, err := json.MarshalIndent(object{
		"openapi":    "3.1.0",
		"info":       object{"title": "Clipsheet", "version": "1", "description": "Saved queries, their results, links and syncs. Send a key: Authorization: Bearer KEY."},
		"paths":      paths,
		"security":   []any{object{"key": []string{}}},
		"components": object{"securitySchemes": object{"key": object{"type": "http", "scheme": "bearer"}}, "schemas": object{"Error": schemaOf(reflect.TypeFor[problem]())}},
	}, "", "  ")
	if err != nil {
		panic(err) // ours to know
	}
	return string(text) + "\n"
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func (o operation) describe() object {
	d := object{"summary": o.summary, "description": "Needs the role " + o.least.String() + ".", "operationId": o.id(), "responses": o.responses()}
	var parameters []any
	for _, m := range inPath.FindAllStringSubmatch(o.path, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	query := o.query
	if o.list {
		query = append(query, "cursor", "limit")
	}
	for _, name := range query {
		schema := object{"type": "string"}
		if name == "limit" {
			schema = object{"type": "integer", "minimum": 1, "maximum": mostItems, "default": usualItems}
		}
		parameters = append(parameters, object{"name": name, "in": "query", "schema": schema})
	}
	if o.match {
		parameters = append(parameters, object{"name": "If-Match", "in": "header", "required": true, "schema": object{"type": "string"},
			"description": "the ETag of what you read"})
	}
	if parameters != nil {
		d["parameters"] = parameters
	}
	if o.body != nil {
		d["requestBody"] = object{"content": inJSON(schemaOf(reflect.TypeOf(o.body)))}
	}
	return d
}

// id is a name for generated programs: get_clips_slug_runs.
func (o operation) id() string {
	return strings.ToLower(o.method) + strings.NewReplacer("/", "_", "{", "", "}", "", ".", "_", "-", "_").Replace(o.path)
}

func (o operation) responses() object {
	good := object{"description": "Done"}
	status := http.StatusOK
	switch {
	case o.file:
		good["content"] = object{"*/*": object{}}
	case o.answer == nil:
		status = http.StatusNoContent
	case o.list:
		good["content"] = inJSON(object{"type": "object", "required": []string{"items"}, "properties": object{
			"items": object{"type": "array", "items": schemaOf(reflect.TypeOf(o.answer))},
			"next":  object{"type": "string", "description": "the cursor of what comes after; not there at the end"}}})
	default:
		good["content"] = inJSON(schemaOf(reflect.TypeOf(o.answer)))
	}
	return object{strconv.Itoa(status): good,
		"default": object{"description": "Not done, and why", "content": inJSON(object{"$ref": "#/components/schemas/Error"})}}
}

func inJSON(schema object) object { return object{"application/json": object{"schema": schema}} }

// schemaOf describes how encoding/json writes a type.
func schemaOf(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		schema := schemaOf(t.Elem())
		schema["type"] = []any{schema["type"], "null"}
		return schema
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem())}
	case t.Kind() == reflect.Map:
		return object{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case t.Kind() == reflect.Struct:
		return schemaOfStruct(t)
	case t.Kind() == reflect.String:
		return object{"type": "string"}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.Float64:
		return object{"type": "number"}
	}
	return object{"type": "integer"}
}

func schemaOfStruct(t reflect.Type) object {
	properties, required := object{}, []string{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		properties[name] = schemaOf(f.Type)
		if options != "omitempty" {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required}
}
