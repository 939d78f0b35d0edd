package account

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"clipsheet/clips"
)

// What a sealed secret is for. It goes into the seal, so that one put in the place of another does not open.
const (
	forToken = "google token"
	forState = "oauth state"
)

// Sealer encrypts secrets for the state database: whoever has its rows, or a backup of them, has nothing without the
// key, which is kept elsewhere. The first of its keys seals, all of them open.
type Sealer struct{ keys []sealKey }

// sealKey is one key, as its name and what it does.
type sealKey struct {
	id   keyID
	aead cipher.AEAD
}

// keyID names a key without telling anything of it: the beginning of a hash.
type keyID [8]byte

func (id keyID) String() string { return hex.EncodeToString(id[:]) }

// NewSealer reads keys from a text: 32 random bytes each, in base64 or hex, separated by white space or commas, the
// current one first. A text of exactly 32 bytes that no one could have typed is one key as it is.
func NewSealer(text string) (*Sealer, error) {
	keys, err := parseKeys(text)
	if err != nil {
		return nil, err
	}
	s := &Sealer{}
	for _, key := range keys {
		s.keys = append(s.keys, newSealKey(key))
	}
	return s, nil
}

func newSealKey(key []byte) sealKey {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the length was checked
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size of GCM
	}
	sum := sha256.Sum256(append([]byte("clipsheet key id\x00"), key...))
	return sealKey{keyID(sum[:8]), aead}
}

// A sealed secret is a version, the name of its key, and what AES-256-GCM makes: nonce, ciphertext, tag.
const (
	sealVersion = 1
	sealHead    = 1 + len(keyID{})
	sealLeast   = sealHead + 12 + 16
)

// Seal encrypts a secret for one purpose and owner. The same secret looks different each time.
func (s *Sealer) Seal(purpose, owner string, secret []byte) []byte {
	k := s.keys[0]
	sealed := append([]byte{sealVersion}, k.id[:]...)
	return k.aead.Seal(sealed, nil, secret, bound(purpose, owner))
}

// Open gives back what Seal was given. A secret whose key is not here is not lost: the error names the key.
func (s *Sealer) Open(purpose, owner string, sealed []byte) ([]byte, error) {
	id, box, err := parseSealed(sealed)
	if err != nil {
		return nil, err
	}
	k, ok := s.key(id)
	if !ok {
		return nil, s.errNoKey(id)
	}
	secret, err := k.aead.Open(nil, nil, box, bound(purpose, owner))
	if err != nil {
		return nil, errDamaged("it was changed, or belongs to another account")
	}
	return secret, nil
}

// Current tells whether a secret is sealed with the first of the keys.
func (s *Sealer) Current(sealed []byte) bool {
	id, _, err := parseSealed(sealed)
	return err == nil && id == s.keys[0].id
}

func (s *Sealer) key(id keyID) (sealKey, bool) {
	for _, k := range s.keys {
		if k.id == id {
			return k, true
		}
	}
	return sealKey{}, false
}

// parseSealed takes a sealed secret apart, as far as that needs no key.
func parseSealed(sealed []byte) (id keyID, box []byte, err error) {
	switch {
	case len(sealed) < sealLeast:
		return id, nil, errDamaged("it is cut short")
	case sealed[0] != sealVersion:
		return id, nil, errDamaged(fmt.Sprintf("it has version %d, and this program knows version %d", sealed[0], sealVersion))
	}
	return keyID(sealed[1:sealHead]), sealed[sealHead:], nil
}

// bound is what a seal holds besides the secret. No purpose has a NUL, so no two pairs look alike.
func bound(purpose, owner string) []byte { return []byte(purpose + "\x00" + owner) }

func (s *Sealer) errNoKey(id keyID) error {
	var have []string
	for _, k := range s.keys {
		have = append(have, k.id.String())
	}
	return &clips.Error{Kind: clips.KindAccount, Notice: fmt.Sprintf("A stored secret is sealed with key %s, and security.key "+
		"has %s: add the missing key as a further line below the current one; the secret is as it was.",
		id, strings.Join(have, ", "))}
}

func errDamaged(how string) error {
	return &clips.Error{Kind: clips.KindCorrupt, Detail: how,
		Notice: "A stored secret is damaged: restore it from a backup, or connect its account anew."}
}
