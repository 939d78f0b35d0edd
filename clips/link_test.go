package clips

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTokensAreLongAndNew(t *testing.T) {
	seen := map[Token]bool{}
	for range 1000 {
		token := NewToken()
		if b, err := base64.RawURLEncoding.DecodeString(token.Reveal()); err != nil || len(b) != 32 || seen[token] {
			t.Fatalf("%d bytes of %q (%v)", len(b), token.Reveal(), err)
		}
		seen[token] = true
	}
}

func TestAHashIsThatOfTheToken(t *testing.T) {
	const sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc", from the standard
	if got := fmt.Sprintf("%x", Token("abc").Hash()); got != sum {
		t.Errorf("%s, not %s", got, sum)
	}
}

// However a token is printed, logged or encoded, only Reveal tells it.
func TestTokensAreNotPrinted(t *testing.T) {
	const secret = "c2VjcmV0LXRva2Vu"
	token := Token(secret)
	type holder struct {
		Token Token
		Link  *Token
		By    map[string]Token
		All   []Token
	}
	held := holder{token, &token, map[string]Token{"finance": token}, []Token{token}}
	printed := map[string]string{"Sprint": fmt.Sprint(token, &token, held), "String": token.String(), "error": fmt.Errorf("link %v: %w", token, errors.New(token.String())).Error()}
	for _, verb := range "vsqxXdcbtoOUeEfFgGz" { // all but %p, a pointer, %T, a type, and %w, an error
		for _, flags := range []string{"", "+", "#", "-80", "080", ".3", " "} {
			format := "%" + flags + string(verb)
			printed[format] = fmt.Sprintf(format, token) + fmt.Sprintf(format, held)
		}
	}
	var logged bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		log := slog.New(h).With("with", token)
		log.Info("used", "token", token, "pointer", &token, "held", held, slog.Group("group", "token", token), "any", slog.AnyValue(token))
	}
	printed["slog"] = logged.String()
	var page bytes.Buffer
	if err := template.Must(template.New("").Parse(`<a href="/d/{{.Token}}?t={{.Token}}">{{.Token}} {{printf "%s" .Token}}</a>`)).Execute(&page, held); err != nil {
		t.Fatal(err)
	}
	printed["html/template"] = page.String()
	asJSON, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	printed["json"] = string(asJSON)
	asXML, err := xml.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	printed["xml"] = string(asXML)
	hex, plain := fmt.Sprintf("%x", secret), fmt.Sprintf("%d", []byte(secret))
	for how, text := range printed {
		if strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), hex) || strings.Contains(text, plain) || !strings.Contains(text, "****") {
			t.Errorf("%s: %s", how, text)
		}
	}
	if token.Reveal() != secret {
		t.Errorf("Reveal says %s", token.Reveal())
	}
}

func TestALinkWorksUntilItsEnd(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	before, after, never := now.Add(-time.Second), now.Add(time.Second), time.Time{}
	for _, c := range []struct {
		expires, revoked time.Time
		want             bool
	}{
		{never, never, true}, {after, never, true}, {now, never, false}, {before, never, false},
		{never, after, true}, {never, now, false}, {never, before, false}, {after, after, true}, {after, before, false}, {before, after, false},
	} {
		if got := (Link{ExpiresAt: c.expires, RevokedAt: c.revoked}).Works(now); got != c.want {
			t.Errorf("expires %s, revoked %s: %v", c.expires, c.revoked, got)
		}
	}
}

func TestALinkAllowsItsFormats(t *testing.T) {
	for _, c := range []struct {
		formats []string
		format  string
		want    bool
	}{
		{nil, "csv", true}, {[]string{"csv", "json"}, "json", true}, {[]string{"csv", "json"}, "xlsx", false}, {[]string{"csv"}, "", false},
		{[]string{"json"}, "ndjson", false},
	} {
		if got := (Link{Formats: c.formats}).Allows(c.format); got != c.want {
			t.Errorf("%q and %q: %v", c.formats, c.format, got)
		}
	}
}
