package wire

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
)

// ParseQuery reads the query parameters of a method, as strictly as a body.
func ParseQuery(query url.Values, t *Type) (*Message, error) {
	m := &Message{}
	var wrong []Violation
	for _, name := range slices.Sorted(maps.Keys(query)) {
		f := t.Field(name)
		if f == nil {
			wrong = append(wrong, Violation{Description: fmt.Sprintf(
				"%sUnknown name %q: Cannot bind query parameter. Field '%s' could not be found in request message.", payload, name, name)})
			continue
		}
		var list []any
		for _, text := range query[name] {
			v, ok := f.fromText(text)
			if !ok {
				wrong = append(wrong, invalidValue(path{{name: f.Name}}, f.typeName(), strconv.Quote(text)))
			}
			list = append(list, v)
		}
		if f.Depth > 0 {
			m.Set(f.Name, list)
		} else {
			m.Set(f.Name, list[len(list)-1])
		}
	}
	if len(wrong) > 0 {
		return nil, &BadRequest{Violations: wrong}
	}
	return m, nil
}

func (f *Field) fromText(text string) (any, bool) {
	switch f.Kind {
	case Bool:
		v, err := strconv.ParseBool(text)
		return v, err == nil
	case Int32:
		v, err := strconv.ParseInt(text, 10, 32)
		return float64(v), err == nil
	case Enum:
		return text, slices.Contains(f.Enum, text)
	}
	return text, true
}
