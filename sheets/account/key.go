package account

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"clipsheet/clips"
)

// keySize is that of AES-256.
const keySize = 32

// howToMakeAKey ends every complaint about one.
const howToMakeAKey = "it must be 32 random bytes, as this makes them: openssl rand -base64 32"

// parseKeys reads the text of security.key. What it refuses it does not repeat.
func parseKeys(text string) ([][]byte, error) {
	if raw, ok := rawKey(text); ok {
		return [][]byte{raw}, nil
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) })
	if len(words) == 0 {
		return nil, errKey("security.key is empty: " + howToMakeAKey + ".")
	}
	var keys [][]byte
	for i, word := range words {
		key, err := decodeKey(word)
		if err != nil {
			return nil, errKey(fmt.Sprintf("Key %d of security.key %v: %s.", i+1, err, howToMakeAKey))
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// rawKey takes 32 bytes for a key only if no keyboard makes them: 32 letters are more likely a password, or base64
// of too few bytes.
func rawKey(text string) ([]byte, bool) {
	raw := []byte(text)
	if len(raw) == keySize+1 {
		raw = bytes.TrimSuffix(raw, []byte("\n"))
	}
	typed := utf8.Valid(raw) && !bytes.ContainsFunc(raw, func(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) })
	return raw, len(raw) == keySize && !typed
}

func decodeKey(word string) ([]byte, error) {
	key, err := hex.DecodeString(word)
	if err != nil {
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(word, "="))
		key, err = base64.RawStdEncoding.DecodeString(plain)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("is neither base64 nor hex")
	case len(key) != keySize:
		return nil, fmt.Errorf("is %d bytes long", len(key))
	case bytes.Count(key, key[:1]) == keySize:
		return nil, fmt.Errorf("is the same byte 32 times")
	}
	return key, nil
}

func errKey(notice string) error { return &clips.Error{Kind: clips.KindAuth, Notice: notice} }
