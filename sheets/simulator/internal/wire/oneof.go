package wire

import "slices"

// oneof is a group of fields of which at most one may be sent. The discovery document does not tell, its
// descriptions of the fields do.
type oneof struct {
	name   string
	fields []string // none: all fields of the type
}

var oneofs = map[string]oneof{
	"Request":                   {name: "kind"},
	"ExtendedValue":             {name: "value"},
	"DataFilter":                {name: "filter"},
	"ColorStyle":                {name: "kind"},
	"ConditionValue":            {name: "value"},
	"DeveloperMetadataLocation": {name: "location", fields: []string{"sheetId", "spreadsheet", "dimensionRange"}},
	"UpdateCellsRequest":        {name: "area", fields: []string{"start", "range"}},
	"AutoFillRequest":           {name: "area", fields: []string{"range", "sourceAndDestination"}},
	"FindReplaceRequest":        {name: "scope", fields: []string{"range", "sheetId", "allSheets"}},
	"ConditionalFormatRule":     {name: "rule", fields: []string{"booleanRule", "gradientRule"}},
}

// second finds the name of a group and the field that was sent although another one of the group was.
func (t *Type) second(m *Message) (group, field string) {
	o, ok := oneofs[t.Name]
	if !ok || m.Len() < 2 {
		return "", ""
	}
	seen := false
	for _, f := range m.fields {
		if o.fields != nil && !slices.Contains(o.fields, f.name) {
			continue
		}
		if seen {
			return o.name, f.name
		}
		seen = true
	}
	return "", ""
}
