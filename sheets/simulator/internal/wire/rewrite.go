package wire

// Rewrite goes through a message and all messages in it and gives each to change, which answers with the message as
// it shall be, or with false when what it describes is gone. What is gone takes with it the message it was the
// "range" of, or the last of whose "ranges" it was: a rule without a place is no rule.
func Rewrite(t *Type, m *Message, change func(*Type, *Message) (*Message, bool)) (*Message, bool) {
	m, alive := change(t, m)
	if !alive {
		return nil, false
	}
	out := m
	for _, f := range m.entries() {
		field := t.Field(f.name)
		if field == nil || field.Kind != Object {
			continue
		}
		value, alive := rewriteField(field, f.value, change)
		if !alive {
			return nil, false
		}
		if !equal(value, f.value) {
			out = out.With(f.name, value)
		}
	}
	return out, true
}

func rewriteField(f *Field, value any, change func(*Type, *Message) (*Message, bool)) (any, bool) {
	switch v := value.(type) {
	case *Message:
		if f.Map {
			return v, true
		}
		after, alive := Rewrite(f.Of, v, change)
		if !alive {
			return nil, f.Name != "range"
		}
		return after, true
	case []any:
		kept := make([]any, 0, len(v))
		for _, element := range v {
			if after, alive := Rewrite(f.Of, element.(*Message), change); alive {
				kept = append(kept, after)
			}
		}
		if len(kept) == 0 && len(v) > 0 {
			return nil, f.Name != "ranges"
		}
		return kept, true
	}
	return value, true
}
