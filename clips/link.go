package clips

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"
)

// Token is the secret in a link's address: 32 random bytes in base64url. Whoever has it may read the clip, so it
// prints itself as stars everywhere but in Reveal.
type Token string

// NewToken makes a token from the system's random source.
func NewToken() Token {
	var b [32]byte
	rand.Read(b[:]) // never returns an error since Go 1.24
	return Token(base64.RawURLEncoding.EncodeToString(b[:]))
}

// Hash is what we keep of a token: its SHA-256. A fast hash is right for 256 random bits.
func (t Token) Hash() [32]byte { return sha256.Sum256([]byte(t)) }

// Reveal is the token itself, to be shown once.
func (t Token) Reveal() string { return string(t) }

const stars = "****"

func (t Token) String() string       { return stars }
func (t Token) LogValue() slog.Value { return slog.StringValue(stars) }

// Format answers every verb, since for a wrong one, %d, fmt shows what is inside. It cannot help in an unexported
// field, which fmt reads without asking: do not print a struct that hides a token.
func (t Token) Format(f fmt.State, _ rune) { io.WriteString(f, stars) }

// MarshalText is for JSON and its like, though JSON takes the keys of a map as they are. Who means to write a token
// down says Reveal.
func (t Token) MarshalText() ([]byte, error) { return []byte(stars), nil }

// Link is a capability: whoever holds its token may read one clip, or one workbook, in the formats and with the
// parameters it allows.
type Link struct {
	ID         int64
	ClipID     int64 // 0 for a link to a workbook
	ClipSlug   string
	Workbook   string // the name of one; "" for a link to a clip
	Label      string
	Formats    []string          // empty allows every format
	Locked     map[string]string // parameters the reader cannot change
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	RevokedAt  time.Time // zero: still good
	LastUsedAt time.Time // zero: never; kept to the minute
	LastUsedBy string    // the kind of reader: "Google Sheets", "Excel", "browser", "curl", …
	RotatedTo  int64     // the link that replaced this one; 0 is none
}

// Name is that of the clip or workbook it opens.
func (l Link) Name() string { return cmp.Or(l.Workbook, l.ClipSlug) }

// Opens says in words which formats of it the link serves, and the parameters that are fixed.
func (l Link) Opens() string {
	parts := []string{"every format"}
	if len(l.Formats) > 0 {
		parts = []string{strings.Join(l.Formats, ", ")}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Locked)) {
		parts = append(parts, name+" = "+l.Locked[name])
	}
	return strings.Join(parts, "; ")
}

// Works tells whether the link opens anything at that moment.
func (l Link) Works(at time.Time) bool {
	return (l.RevokedAt.IsZero() || at.Before(l.RevokedAt)) && (l.ExpiresAt.IsZero() || at.Before(l.ExpiresAt))
}

// Allows tells whether the link serves a format: "csv", "tsv", "json", "ndjson", "xlsx", "html".
func (l Link) Allows(format string) bool {
	if len(l.Formats) == 0 {
		return true
	}
	for _, f := range l.Formats {
		if f == format {
			return true
		}
	}
	return false
}
