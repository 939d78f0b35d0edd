package wire

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

//go:embed schema.txt
var schemaText string

// Kind is what a field holds.
type Kind uint8

const (
	Bool Kind = iota
	String
	Int32
	Double
	Enum
	FieldMask
	Object // a message, of type Field.Of
	Any    // google.protobuf.Value: whatever JSON says
)

var kinds = map[string]Kind{
	"bool": Bool, "string": String, "int32": Int32, "double": Double, "mask": FieldMask, "any": Any,
}

// Field is one field of a message type, or one query parameter of a method.
type Field struct {
	Name  string // as JSON has it: startRowIndex
	Kind  Kind
	Depth int // 0 a single value, 1 a list, 2 a list of lists
	Map   bool
	Of    *Type    // of an Object
	Enum  []string // the values of an Enum
}

// Type is a message type.
type Type struct {
	Name   string
	Fields []*Field
	byName map[string]*Field // under both spellings, startRowIndex and start_row_index
}

// Field finds a field by either spelling; nil when there is none.
func (t *Type) Field(name string) *Field { return t.byName[name] }

// Method is one method of the API.
type Method struct {
	ID       string // sheets.spreadsheets.values.get
	Verb     string // GET
	Path     string // v4/spreadsheets/{spreadsheetId}/values/{range}
	Request  *Type  // nil: no body
	Response *Type
	Query    *Type    // the query parameters, with those every method takes
	Scopes   []string // the last part of each scope that is enough: drive.file, spreadsheets
}

type schema struct {
	types   map[string]*Type
	methods []*Method
}

var load = sync.OnceValue(func() *schema {
	s, err := parseSchema(schemaText)
	if err != nil {
		panic(err) // the table is part of the program and a test has read it
	}
	return s
})

// TypeOf finds a message type by name. It panics when there is none, since names are written in the program.
func TypeOf(name string) *Type {
	t := load().types[name]
	if t == nil {
		panic("wire: no message type " + name)
	}
	return t
}

// Methods are the methods of the API.
func Methods() []*Method { return load().methods }

// parseSchema reads the table: a line is a word (enum, message, method), a name, and fields as name:type. A type is
// preceded by [] for each level of a list and by {} for a map.
func parseSchema(text string) (*schema, error) {
	s := &schema{types: map[string]*Type{}}
	enums := map[string][]string{}
	var messages [][]string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "revision":
		case words[0] == "enum":
			enums[words[1]] = words[2:]
		case words[0] == "message":
			s.types[words[1]] = &Type{Name: words[1]}
			messages = append(messages, words)
		case words[0] == "method":
			messages = append(messages, words)
		default:
			return nil, fmt.Errorf("schema.txt: %q is no line of it", line)
		}
	}
	for _, words := range messages {
		if words[0] == "method" {
			if err := s.addMethod(words[1:], enums); err != nil {
				return nil, err
			}
		} else if err := s.types[words[1]].fill(words[2:], s.types, enums); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (t *Type) fill(fields []string, types map[string]*Type, enums map[string][]string) error {
	t.byName = make(map[string]*Field, 2*len(fields))
	for _, text := range fields {
		name, kind, _ := strings.Cut(text, ":")
		f := &Field{Name: name}
		for strings.HasPrefix(kind, "[]") {
			kind, f.Depth = kind[2:], f.Depth+1
		}
		kind, f.Map = strings.CutPrefix(kind, "{}")
		known, scalar := kinds[kind]
		switch {
		case scalar:
			f.Kind = known
		case enums[kind] != nil:
			f.Kind, f.Enum = Enum, enums[kind]
		case types[kind] != nil:
			f.Kind, f.Of = Object, types[kind]
		default:
			return fmt.Errorf("schema.txt: %s.%s has the unknown type %q", t.Name, name, kind)
		}
		t.Fields = append(t.Fields, f)
		t.byName[name], t.byName[snake(name)] = f, f
	}
	return nil
}

func (s *schema) addMethod(words []string, enums map[string][]string) error {
	m := &Method{ID: words[0], Verb: words[1], Path: words[2], Query: &Type{Name: words[0]}}
	var query []string
	for _, word := range words[3:] {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "request":
			m.Request = s.types[value]
		case "response":
			m.Response = s.types[value]
		case "scopes":
			m.Scopes = strings.Split(value, ",")
		case "query":
			query = append(query, value)
		}
	}
	s.methods = append(s.methods, m)
	return m.Query.fill(query, s.types, enums)
}

// snake is how Google's own errors spell a field: requests[0].update_cells.start_row_index.
func snake(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
