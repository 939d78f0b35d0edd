package account

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// stars stand for a secret wherever it could be printed.
const stars = "****"

// Secret is a text that nobody may see by accident: a token, the client's secret. It prints itself as stars
// everywhere but in Reveal. fmt prints unexported fields without asking their methods, so the text is kept in a
// closure, into which neither fmt nor reflection can look. The zero value is the empty secret.
type Secret struct{ text func() string }

// Hide makes a secret of a text.
func Hide(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{func() string { return text }}
}

// Reveal is the text itself, to be sent to whom it is meant for.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return s.text()
}

// Empty tells whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// Equal compares in a time that does not depend on where the texts differ.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

func (s Secret) String() string               { return stars }
func (s Secret) GoString() string             { return stars }
func (s Secret) Format(f fmt.State, _ rune)   { io.WriteString(f, stars) }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(stars) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(stars), nil }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + stars + `"`), nil }
