package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"clipsheet/clips"
)

// identity is who allowed us to write.
type identity struct {
	subject string
	email   string
}

// claims are what Google says of a person, in an ID token or at its page for that.
type claims struct {
	Issuer   string          `json:"iss"`
	Audience json.RawMessage `json:"aud"`
	Expires  float64         `json:"exp"` // in seconds since 1970
	Subject  string          `json:"sub"`
	Email    string          `json:"email"`
	Verified any             `json:"email_verified"` // true, or "true" of some
}

// identify reads the ID token that came with the tokens, or asks. Its signature is not checked: it comes from the
// token endpoint itself, over the connection on which we sent our secret. Nor is a nonce: the verifier of PKCE binds
// the code, and so all that is given for it, to this sign-in.
func (a *Accounts) identify(ctx context.Context, r reply) (identity, error) {
	switch {
	case r.IDToken != "":
		c, err := parseIDToken(r.IDToken)
		if err == nil {
			err = a.check(c)
		}
		if err != nil {
			return identity{}, &clips.Error{Kind: clips.KindAccount, Cause: err, Detail: err.Error(),
				Notice: "Google's word on whose account that is cannot be trusted: connect it again, and look at google.endpoints if it lasts."}
		}
		return c.identity(), nil
	case a.cfg.Endpoints.UserInfo != "":
		return a.userInfo(ctx, r)
	}
	return identity{}, nil
}

func (c claims) identity() identity {
	if c.Verified == false || c.Verified == "false" {
		return identity{subject: c.Subject}
	}
	return identity{c.Subject, c.Email}
}

// parseIDToken reads the middle part of a JWT.
func parseIDToken(token string) (claims, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return claims{}, fmt.Errorf("an ID token of %d parts", len(parts))
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return claims{}, fmt.Errorf("an ID token that is not base64")
	}
	var c claims
	if err := json.Unmarshal(text, &c); err != nil {
		return claims{}, fmt.Errorf("an ID token that is not JSON")
	}
	return c, nil
}

// check asks whether claims are Google's, about our client, and of now.
func (a *Accounts) check(c claims) error {
	switch {
	case a.cfg.Endpoints.areGoogle() && c.Issuer != "https://accounts.google.com" && c.Issuer != "accounts.google.com":
		return fmt.Errorf("an ID token of another issuer")
	case !c.isFor(a.cfg.ClientID):
		return fmt.Errorf("an ID token for another client")
	case c.Subject == "":
		return fmt.Errorf("an ID token about nobody")
	case float64(time.Now().Add(-clockMost).Unix()) > c.Expires:
		return fmt.Errorf("an ID token that has expired: is the clock right?")
	}
	return nil
}

// isFor: the audience is a client, or a list of clients.
func (c claims) isFor(client string) bool {
	var one string
	if json.Unmarshal(c.Audience, &one) == nil {
		return one == client
	}
	var several []string
	return json.Unmarshal(c.Audience, &several) == nil && len(several) == 1 && several[0] == client
}

// userInfo asks Google whose the access token is.
func (a *Accounts) userInfo(ctx context.Context, r reply) (identity, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.cfg.Endpoints.UserInfo, nil)
	if err != nil {
		return identity{}, errNoAnswer("the address for user information is no address", err)
	}
	req.Header.Set("Authorization", "Bearer "+r.AccessToken)
	got, err := a.do(req)
	if err != nil {
		return identity{}, err
	}
	var c claims
	if got.code != http.StatusOK || json.Unmarshal(got.body, &c) != nil || c.Subject == "" {
		return identity{}, errNoAnswer(fmt.Sprintf("it answered %s to who that is", got.status), nil)
	}
	return c.identity(), nil
}
