package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// Violation is one thing wrong with a request, and where.
type Violation struct {
	Field       string // requests[0].update_cells; empty when it has no place
	Description string
}

// BadRequest is a request that is not of the API. Its text is Google's message.
type BadRequest struct {
	Message    string // empty: the violations, one a line
	Violations []Violation
}

func (e *BadRequest) Error() string {
	if e.Message != "" {
		return e.Message
	}
	lines := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		lines[i] = v.Description
	}
	return strings.Join(lines, "\n")
}

// step is one part of the way to a value: a field, or a place in a list.
type step struct {
	name  string // empty: index says which element
	index int
}

type path []step

// String spells the way as Google does: requests[0].update_cells.rows[2].
func (p path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.name == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case b.Len() > 0:
			b.WriteString("." + snake(s.name))
		default:
			b.WriteString(snake(s.name))
		}
	}
	return b.String()
}

// malformed is a payload that is not JSON.
func malformed(what string) error {
	return &BadRequest{Violations: []Violation{{Description: payload + what}}}
}

const payload = "Invalid JSON payload received. "

func unknownName(at path, name string) Violation {
	where := at.String()
	v := Violation{Field: where, Description: fmt.Sprintf("%sUnknown name %q: Cannot find field.", payload, name)}
	if where != "" {
		v.Description = fmt.Sprintf("%sUnknown name %q at '%s': Cannot find field.", payload, name, where)
	}
	return v
}

func invalidValue(at path, kind, raw string) Violation {
	return Violation{Field: at.String(), Description: fmt.Sprintf("Invalid value at '%s' (%s), %s", at, kind, raw)}
}

func alreadySet(at path, group, name string) Violation {
	return Violation{Field: at.String(), Description: fmt.Sprintf(
		"Invalid value at '%s' (oneof), oneof field '%s' is already set. Cannot set '%s'", at, group, name)}
}

// typeName is how an error calls the type of a field.
func (f *Field) typeName() string {
	switch f.Kind {
	case Bool:
		return "TYPE_BOOL"
	case Int32:
		return "TYPE_INT32"
	case Double:
		return "TYPE_DOUBLE"
	case Enum:
		return "type.googleapis.com/google.apps.sheets.v4." + strings.ToUpper(f.Name[:1]) + f.Name[1:]
	case Object:
		return "type.googleapis.com/google.apps.sheets.v4." + f.Of.Name
	}
	return "TYPE_STRING"
}
