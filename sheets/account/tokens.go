package account

import (
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/oauth2"
)

// tokens are what an account proves itself with. They are kept together, sealed.
type tokens struct {
	Refresh Secret    // gives access, for as long as the permission lasts; none of a service account
	Access  Secret    // what a call carries
	Until   time.Time // when we stop using Access, which is before it ends
}

// good tells whether the access token may still be used.
func (t tokens) good() bool { return !t.Access.Empty() && time.Now().Before(t.Until) }

// forCalls is the access token in the form that Google's packages take.
func (t tokens) forCalls() *oauth2.Token {
	return &oauth2.Token{AccessToken: t.Access.Reveal(), TokenType: "Bearer", Expiry: t.Until}
}

// sealedTokens is the form of tokens inside their seal. Its fields must keep their meaning: sealed tokens are old.
type sealedTokens struct {
	Refresh string    `json:"refresh,omitempty"`
	Access  string    `json:"access,omitempty"`
	Until   time.Time `json:"until,omitzero"`
}

func (s *Sealer) sealTokens(account int64, t tokens) []byte {
	text, err := json.Marshal(sealedTokens{t.Refresh.Reveal(), t.Access.Reveal(), t.Until})
	if err != nil {
		panic(err) // strings, and a time of this millennium
	}
	return s.Seal(forToken, owner(account), text)
}

// openTokens opens what sealTokens made; nil is no tokens.
func (s *Sealer) openTokens(account int64, sealed []byte) (tokens, error) {
	if sealed == nil {
		return tokens{}, nil
	}
	text, err := s.Open(forToken, owner(account), sealed)
	if err != nil {
		return tokens{}, err
	}
	var t sealedTokens
	if err := json.Unmarshal(text, &t); err != nil {
		return tokens{}, errDamaged("what is sealed are no tokens") // the error of json could quote them
	}
	return tokens{Hide(t.Refresh), Hide(t.Access), t.Until}, nil
}

func owner(account int64) string { return fmt.Sprintf("account %d", account) }

// Of the end of a token's life a minute is not used, or a quarter of a short life: clocks differ, and a call that
// begins now should not end with a 401.
const margin = time.Minute

// usualLife is that of Google's access tokens, for a reply that does not tell.
const usualLife = time.Hour

// usedUntil is for a token that was asked for at a moment. The wall clock counts, since others read it too, and
// since a laptop that slept has a monotonic clock that did not move.
func usedUntil(asked time.Time, life time.Duration) time.Time {
	if life <= 0 {
		life = usualLife
	}
	return asked.Add(life - min(margin, life/4)).Round(0).UTC()
}
