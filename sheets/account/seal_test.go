package account_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/sheets/account"
)

func sealer(t testing.TB, keys ...string) *account.Sealer {
	t.Helper()
	s, err := account.NewSealer(strings.Join(keys, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedSecretOpens(t *testing.T) {
	s := sealer(t, newKey())
	for _, secret := range []string{"", "x", strings.Repeat("long ", 10_000), "\x00\xff"} {
		one, two := s.Seal("token", "account 7", []byte(secret)), s.Seal("token", "account 7", []byte(secret))
		if bytes.Equal(one, two) || len(secret) > 1 && bytes.Contains(one, []byte(secret)) {
			t.Error("a seal shows what it holds")
		}
		for _, sealed := range [][]byte{one, two} {
			if got, err := s.Open("token", "account 7", sealed); err != nil || string(got) != secret {
				t.Errorf("opened %q: %v", got, err)
			}
		}
	}
}

func TestSealHoldsPurposeAndOwner(t *testing.T) {
	s := sealer(t, newKey())
	sealed := s.Seal("token", "account 7", []byte("secret"))
	for _, other := range [][2]string{{"token", "account 8"}, {"state", "account 7"}, {"token", ""}, {"", "token\x00account 7"}, {"tokenaccount 7", ""}} {
		_, err := s.Open(other[0], other[1], sealed)
		wantKind(t, err, clips.KindCorrupt, "damaged", "connect its account anew")
	}
}

func TestChangedSealDoesNotOpen(t *testing.T) {
	s := sealer(t, newKey())
	sealed := s.Seal("token", "account 7", []byte("secret"))
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			if got, err := s.Open("token", "account 7", changed); err == nil || got != nil {
				t.Fatalf("byte %d changed: opened %q", i, got)
			}
		}
		if _, err := s.Open("token", "account 7", sealed[:i]); clips.KindOf(err) != clips.KindCorrupt {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}

func TestKeysRotate(t *testing.T) {
	before, now, other := newKey(), newKey(), newKey()
	old := sealer(t, before)
	sealed := old.Seal("token", "account 7", []byte("secret"))
	both := sealer(t, now, before)
	if got, err := both.Open("token", "account 7", sealed); err != nil || string(got) != "secret" {
		t.Errorf("the key before opened %q: %v", got, err)
	}
	if both.Current(sealed) || !old.Current(sealed) || both.Current(nil) {
		t.Error("the current key is taken for another")
	}
	if again := both.Seal("token", "account 7", []byte("secret")); !both.Current(again) || !sealer(t, now).Current(again) {
		t.Error("the first key does not seal")
	}

	_, err := sealer(t, now, other).Open("token", "account 7", sealed)
	id := hex.EncodeToString(sealed[1:9])
	wantKind(t, err, clips.KindAccount, "key "+id, "add the missing key as a further line", "the secret is as it was")
	wantNone(t, shown(err), before, now, other)
	if again := sealer(t, before).Seal("token", "x", nil); hex.EncodeToString(again[1:9]) != id {
		t.Error("a key has another name each time")
	}
}

func TestKeysAreRead(t *testing.T) {
	raw := make([]byte, 32)
	for i := range raw {
		raw[i] = byte(i * 37)
	}
	base64d := base64.StdEncoding.EncodeToString(raw)
	for name, text := range map[string]string{
		"base64":            base64d,
		"base64 with end":   base64d + "\n",
		"base64 bare":       strings.TrimRight(base64d, "="),
		"base64 for URLs":   base64.URLEncoding.EncodeToString(raw),
		"hex":               hex.EncodeToString(raw),
		"hex in capitals":   " " + strings.ToUpper(hex.EncodeToString(raw)) + "\r\n",
		"the bytes":         string(raw),
		"the bytes and end": string(raw) + "\n",
		"first of several":  base64d + ", " + newKey() + "\n\n" + newKey(),
	} {
		if !sealer(t, text).Current(sealer(t, base64d).Seal("token", "x", nil)) {
			t.Errorf("%s is another key", name)
		}
	}
	for text, words := range map[string]string{
		"":                                      "security.key is empty",
		" \n,\n":                                "security.key is empty",
		"hunter2hunter2!":                       "Key 1 of security.key is neither base64 nor hex",
		"correct horse battery":                 "Key 1 of security.key is",
		"0123456789abcdef0123456789abcdef":      "Key 1 of security.key is 16 bytes long",
		base64d + "\n" + base64d[:32]:           "Key 2 of security.key is 24 bytes long",
		strings.Repeat("A", 43):                 "is the same byte 32 times",
		"passphrase of thirty-two letters":      "Key 1 of security.key is",
		"schlüssel-mit-ümläuten-geschriebe":     "Key 1 of security.key is",
		base64d + base64d:                       "Key 1 of security.key is",
		strings.Repeat("ab", 31) + "cd ****** ": "Key 2 of security.key is neither",
	} {
		_, err := account.NewSealer(text)
		wantKind(t, err, clips.KindAuth, words)
		if !strings.Contains(clips.NoticeOf(err), "openssl rand -base64 32") {
			t.Errorf("%q gives no cure", clips.NoticeOf(err))
		}
		for _, word := range strings.Fields(text) {
			if len(word) > 8 {
				wantNone(t, shown(err), word)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	s := sealer(f, strings.Repeat("7a", 31)+"7b")
	good := s.Seal("token", "account 7", []byte("secret"))
	for _, seed := range [][]byte{nil, {1}, good, good[:len(good)-1], append(bytes.Clone(good), 0)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sealed []byte) {
		got, err := s.Open("token", "account 7", sealed)
		if err == nil && string(got) != "secret" {
			t.Errorf("opened %q", got)
		}
		if err != nil && (got != nil || clips.NoticeOf(err) == "") {
			t.Errorf("%q, %v", got, err)
		}
		if err == nil && !s.Current(sealed) {
			t.Error("opened with a key that is not there")
		}
	})
}

func FuzzKeys(f *testing.F) {
	for _, seed := range []string{"", "x", newKey(), strings.Repeat("ab", 32), "a,b\nc", strings.Repeat("\x80", 32)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := account.NewSealer(text)
		if err != nil {
			return
		}
		if got, err := s.Open("token", "x", s.Seal("token", "x", []byte("secret"))); err != nil || string(got) != "secret" {
			t.Errorf("opened %q: %v", got, err)
		}
	})
}
