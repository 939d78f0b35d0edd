package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"clipsheet/clips"
)

// CheckSignIn looks at the provider of sign-ins as an operator would: does it describe itself, is it who the config says,
// and where does it send people back to. client is nil for the usual one.
func CheckSignIn(ctx context.Context, in SignIn, baseURL string, client *http.Client) []clips.Finding {
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second}
	}
	finding := func(level clips.Level, cure, format string, a ...any) []clips.Finding {
		return []clips.Finding{{Level: level, Subject: "sign-in", Text: fmt.Sprintf(format, a...), Cure: cure}}
	}
	address := strings.TrimSuffix(in.Issuer, "/") + "/.well-known/openid-configuration"
	said, err := described(ctx, client, address)
	switch {
	case err != nil:
		return finding(clips.LevelFatal, "Correct auth.issuer, or see that this machine reaches it: a proxy or firewall may be in the way.",
			"the provider does not describe itself at %s: %v", address, err)
	case said.Issuer != in.Issuer:
		return finding(clips.LevelFatal, fmt.Sprintf("Write auth.issuer = %q, exactly as the provider calls itself.", said.Issuer),
			"the provider calls itself %q, and auth.issuer is %q, so nobody's sign-in is accepted", said.Issuer, in.Issuer)
	case said.Authorize == "" || said.Token == "" || said.Keys == "":
		return finding(clips.LevelFatal, "Give auth.issuer the address of an OpenID Connect provider; docs/operators.md has the steps.",
			"%s names no place to sign in, to fetch tokens or to find keys: it is no provider of OpenID Connect", in.Issuer)
	}
	return finding(clips.LevelOK, "", "%s answers; it must know %s as a redirect address of the client", in.Issuer, baseURL+SignInCallback)
}

// description is what we need of how a provider describes itself, https://openid.net/specs/openid-connect-discovery-1_0.html.
type description struct {
	Issuer    string `json:"issuer"`
	Authorize string `json:"authorization_endpoint"`
	Token     string `json:"token_endpoint"`
	Keys      string `json:"jwks_uri"`
}

func described(ctx context.Context, client *http.Client, address string) (d description, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return d, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return d, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return d, fmt.Errorf("it answers %s", resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<20)).Decode(&d); err != nil {
		return d, fmt.Errorf("what it says is no JSON: %w", err)
	}
	return d, nil
}
