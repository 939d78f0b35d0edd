package wire

// Message is a JSON object: fields in the order they came. A field that was not sent is not there, which for this
// API is another thing than a zero. Reading a nil Message finds nothing.
//
// A value is a bool, a float64, a string, a *Message, a []any of these, or nil where JSON may say anything.
//
// A message that somebody else may hold is never changed: With, Without and Mask.Apply give a new one.
type Message struct {
	fields []entry
}

type entry struct {
	name  string
	value any
}

// New makes a message of names and values by turns. A nil value, or a nil message, is left out.
func New(pairs ...any) *Message {
	m := &Message{fields: make([]entry, 0, len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		m.Set(pairs[i].(string), pairs[i+1])
	}
	return m
}

// Set puts a value into a message that is still being made. An int becomes a number; nil is left out.
func (m *Message) Set(name string, value any) {
	switch v := value.(type) {
	case nil:
		return
	case int:
		value = float64(v)
	case *Message:
		if v == nil {
			return
		}
	}
	for i := range m.fields {
		if m.fields[i].name == name {
			m.fields[i].value = value
			return
		}
	}
	m.fields = append(m.fields, entry{name, value})
}

// Len is how many fields are there.
func (m *Message) Len() int {
	if m == nil {
		return 0
	}
	return len(m.fields)
}

// Each calls yield with each field.
func (m *Message) Each(yield func(name string, value any)) {
	if m == nil {
		return
	}
	for _, f := range m.fields {
		yield(f.name, f.value)
	}
}

// Get is a field's value, or nil.
func (m *Message) Get(name string) any {
	if m == nil {
		return nil
	}
	for i := range m.fields {
		if m.fields[i].name == name {
			return m.fields[i].value
		}
	}
	return nil
}

// Has tells whether a field was sent.
func (m *Message) Has(name string) bool { return m.Get(name) != nil }

// Message is a field that is a message; nil when it was not sent.
func (m *Message) Message(name string) *Message {
	v, _ := m.Get(name).(*Message)
	return v
}

// List is a repeated field.
func (m *Message) List(name string) []any {
	v, _ := m.Get(name).([]any)
	return v
}

// Messages is a repeated field of messages.
func (m *Message) Messages(name string) []*Message {
	list := m.List(name)
	all := make([]*Message, len(list))
	for i, v := range list {
		all[i], _ = v.(*Message)
	}
	return all
}

// Text is a field that is a string or an enum.
func (m *Message) Text(name string) string {
	v, _ := m.Get(name).(string)
	return v
}

// Number is a field that is a number, and whether it was sent.
func (m *Message) Number(name string) (float64, bool) {
	v, ok := m.Get(name).(float64)
	return v, ok
}

// Int is a field that is an integer; 0 when it was not sent.
func (m *Message) Int(name string) int {
	v, _ := m.Get(name).(float64)
	return int(v)
}

// IntOr is a field that is an integer, or another value when it was not sent.
func (m *Message) IntOr(name string, other int) int {
	if v, ok := m.Get(name).(float64); ok {
		return int(v)
	}
	return other
}

// Bool is a field that is a boolean.
func (m *Message) Bool(name string) bool {
	v, _ := m.Get(name).(bool)
	return v
}

// With is the message with one more field, or another value of it; nil takes it out.
func (m *Message) With(name string, value any) *Message {
	if value == nil {
		return m.Without(name)
	}
	if v, ok := value.(*Message); ok && v == nil {
		return m.Without(name)
	}
	c := m.copied(1)
	c.Set(name, value)
	return c
}

// Without is the message without a field.
func (m *Message) Without(name string) *Message {
	if !m.Has(name) {
		return m
	}
	c := &Message{fields: make([]entry, 0, len(m.fields))}
	for _, f := range m.fields {
		if f.name != name {
			c.fields = append(c.fields, f)
		}
	}
	return c
}

func (m *Message) copied(more int) *Message {
	c := &Message{}
	if m != nil {
		c.fields = append(make([]entry, 0, len(m.fields)+more), m.fields...)
	}
	return c
}

// Equal tells whether two messages say the same, whatever the order of their fields.
func (m *Message) Equal(other *Message) bool {
	if m.Len() != other.Len() {
		return false
	}
	same := true
	m.Each(func(name string, value any) { same = same && equal(value, other.Get(name)) })
	return same
}

func equal(a, b any) bool {
	switch a := a.(type) {
	case *Message:
		b, ok := b.(*Message)
		return ok && a.Equal(b)
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	return a == b
}

// ListOf makes a repeated field of messages; without any it is nil, which Set leaves out.
func ListOf(messages []*Message) any {
	if len(messages) == 0 {
		return nil
	}
	list := make([]any, len(messages))
	for i, m := range messages {
		list[i] = m
	}
	return list
}
