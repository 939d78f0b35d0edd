package clips

import "time"

// Type is what a value means, as far as an output needs to know. It is derived from the Postgres type of the
// column; every type Clipsheet has no special word for is Other and travels as its text.
type Type uint8

const (
	Other       Type = iota // text form only: ranges, geometry, network addresses, enums, money, composites …
	Bool                    // t or f
	Int                     // int2, int4, int8
	Numeric                 // numeric, with NaN and infinities
	Float                   // float4, float8, with NaN and infinities
	Text                    // text, varchar, bpchar, name, "char"
	Date                    // 2026-11-24, also infinity and BC
	Time                    // time, timetz; 24:00:00 exists
	Timestamp               // without time zone
	TimestampTZ             // with an offset: +00, +05:30
	Interval                // in the session's IntervalStyle
	UUID
	JSON  // json and jsonb: the text is JSON already
	Bytes // \x…
	Array // {…}; Elem says of what
)

var typeNames = [...]string{"other", "boolean", "integer", "numeric", "float", "text", "date", "time", "timestamp",
	"timestamptz", "interval", "uuid", "json", "bytes", "array"}

// String is the name used in `?_shape=table` and in snapshots: lower case, stable.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return typeNames[Other]
}

// MarshalText and UnmarshalText keep a snapshot readable by later versions that order the constants otherwise.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText accepts the names of String; an unknown name is Other.
func (t *Type) UnmarshalText(b []byte) error {
	*t = Other
	for i, name := range typeNames {
		if name == string(b) {
			*t = Type(i)
		}
	}
	return nil
}

// Column describes one column of a result.
type Column struct {
	Name   string `json:"name"`           // as Postgres gave it: may be empty, repeated, or hold any character
	Type   Type   `json:"type"`           //
	Elem   Type   `json:"elem,omitempty"` // of what an Array is
	OID    uint32 `json:"oid"`            // the Postgres type; domains arrive as their base type
	Typmod int32  `json:"typmod"`         // as in pg_attribute.atttypmod: the scale of a numeric, the length of a varchar; -1 is none
}

// Header says what a result is and when it was true.
type Header struct {
	Columns  []Column      `json:"columns"`
	AsOf     time.Time     `json:"as_of"`              // the moment of the primary that the follower had replayed
	Lag      time.Duration `json:"lag"`                // how far behind the follower was then; 0 when it had replayed all it received
	TimeZone string        `json:"timezone,omitempty"` // the session's TimeZone, in which timestamptz values are written
}

// Rows is a result being read, one row at a time.
//
// Row is valid until the next call to Next; a nil value is NULL, an empty one is the empty string. Err is to be
// asked after Next returned false: nil means the result is whole. The caller closes; Close may be repeated, and
// closing early stops the query on the server.
type Rows interface {
	Header() Header
	Next() bool
	Row() [][]byte
	Err() error
	Close() error
}
