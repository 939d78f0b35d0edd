package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"clipsheet/clips"
)

// provider asks the OpenID Connect server of a SignIn who somebody is. It is found out about at the first sign-in, so
// that we start while it is down.
type provider struct {
	SignIn
	redirect string // exactly as the provider knows it, never taken from a request
	client   *http.Client

	mu    sync.Mutex
	found *oidc.Provider
}

func newProvider(in SignIn, baseURL string) *provider {
	return &provider{SignIn: in, redirect: baseURL + SignInCallback, client: &http.Client{Timeout: 10 * time.Second}}
}

func (p *provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.Issuer)
	if err != nil {
		return nil, &clips.Error{Kind: clips.KindUnavailable, Cause: err, Notice: "The provider of sign-ins does not answer as it " +
			"should: try again, and have an operator look at auth.issuer if it lasts."}
	}
	p.found = found
	return found, nil
}

func (p *provider) config(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret(), RedirectURL: p.redirect, Endpoint: found.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}
}

// address is where a browser is sent to.
func (p *provider) address(ctx context.Context, browser clips.Token) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(derived(browser, "nonce")), oauth2.S256ChallengeOption(derived(browser, "verifier"))}
	if p.ofGoogle() && len(p.Domains) == 1 {
		options = append(options, oauth2.SetAuthURLParam("hd", p.Domains[0])) // which account to offer first; checked below
	}
	return p.config(found).AuthCodeURL(derived(browser, "state"), options...), nil
}

// claims are what we read of an ID token, whose signature, issuer, audience and time the library checks.
type claims struct {
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
	Name     string `json:"name"`
	Party    string `json:"azp"`
	Hosted   string `json:"hd"` // of Google: the organisation that owns the account
}

// identity turns the code a browser came back with into whom the provider vouches for.
func (p *provider) identity(ctx context.Context, code string, browser clips.Token) (clips.Identity, error) {
	ctx = oidc.ClientContext(ctx, p.client)
	found, err := p.discover(ctx)
	if err != nil {
		return clips.Identity{}, err
	}
	tokens, err := p.config(found).Exchange(ctx, code, oauth2.VerifierOption(derived(browser, "verifier")))
	if err != nil {
		return clips.Identity{}, unproved(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := found.Verifier(&oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return clips.Identity{}, unproved(err)
	}
	var c claims
	if err := token.Claims(&c); err != nil {
		return clips.Identity{}, unproved(err)
	}
	if !equal(token.Nonce, derived(browser, "nonce")) || c.Party != "" && c.Party != p.ClientID {
		return clips.Identity{}, unproved(nil)
	}
	c.Email = strings.ToLower(c.Email)
	return clips.Identity{Issuer: token.Issuer, Subject: token.Subject, Email: c.Email, Name: c.Name}, p.admits(c)
}

// admits tells whether somebody with these claims may sign in. A consumer's account at Google can carry a company's
// address that the company does not control, so there the account must be the company's too.
func (p *provider) admits(c claims) error {
	_, domain, _ := strings.Cut(c.Email, "@")
	switch {
	case !c.Verified || domain == "":
		return &clips.Error{Kind: clips.KindPermission, Notice: "The provider does not say that your e-mail address is yours: have " +
			"it confirmed there, then sign in again."}
	case !slices.Contains(p.Domains, domain),
		c.Hosted != "" && !slices.Contains(p.Domains, strings.ToLower(c.Hosted)),
		c.Hosted == "" && p.ofGoogle():
		return &clips.Error{Kind: clips.KindPermission, Notice: "This account does not belong here: sign in with your account of " +
			strings.Join(p.Domains, " or ") + "."}
	}
	return nil
}

func (p *provider) ofGoogle() bool { return p.Issuer == "https://accounts.google.com" }

// unproved is an answer of the provider that proves nothing. Why is for the log.
func unproved(cause error) error {
	return &clips.Error{Kind: clips.KindPermission, Cause: cause, Notice: "The provider's answer does not prove who you are: begin " +
		"again, and have an operator look at [auth] and the log if it lasts."}
}
