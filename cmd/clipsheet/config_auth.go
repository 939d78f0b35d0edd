package main

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"clipsheet/web"
)

// AuthConfig is the [auth] table: who gets to see the pages. Links need no sign-in.
type AuthConfig struct {
	Mode         string   `toml:"mode"`
	Issuer       string   `toml:"issuer"`
	ClientID     string   `toml:"client_id"`
	ClientSecret string   `toml:"client_secret"`
	Domains      []string `toml:"domains"`
	Idle         Duration `toml:"idle"`
	Longest      Duration `toml:"longest"`
}

const (
	authLocal = "local"
	authOIDC  = "oidc"
)

// checkAuth is asked after the server is checked, which gives base_url its default.
func (c *Config) checkAuth(at places) error {
	switch c.Auth.Mode {
	case authLocal:
		return c.checkLocal(at)
	case authOIDC:
		return c.checkOIDC(at)
	}
	return at.errorf("auth.mode", "%q is no mode: write \"local\" (no sign-in, for people at this machine) or \"oidc\"", c.Auth.Mode)
}

func (c *Config) checkLocal(at places) error {
	if host, _, err := net.SplitHostPort(c.Server.Listen); err == nil && !isLoopback(host) {
		return at.errorf("server.listen", "auth.mode \"local\" has no sign-in, so only a loopback address is accepted, not %q: "+
			"listen on 127.0.0.1 and let a reverse proxy publish /d/, or have people sign in with auth.mode = \"oidc\"", c.Server.Listen)
	}
	a := c.Auth
	if a.Issuer != "" || a.ClientID != "" || a.ClientSecret != "" || len(a.Domains) > 0 {
		return at.errorf("auth", "with auth.mode \"local\" nobody signs in: write mode = \"oidc\", or leave the rest of [auth] out")
	}
	return nil
}

func (c *Config) checkOIDC(at places) error {
	a := &c.Auth
	for _, key := range []struct{ name, value, cure string }{
		{"issuer", a.Issuer, "the address of your provider of sign-ins, such as \"https://accounts.google.com\""},
		{"client_id", a.ClientID, "the provider gives it to you with the client; docs/operators.md has the steps"},
		{"client_secret", a.ClientSecret, "the provider gives it to you with the client; keep it out of this file, as \"${NAME}\" or \"${file:/path}\""},
	} {
		if key.value == "" {
			return at.errorf("auth", "auth.mode \"oidc\" needs %s: %s", key.name, key.cure)
		}
	}
	if !isSafe(a.Issuer) {
		return at.errorf("auth.issuer", "%q is no address of a provider: write https://HOST, exactly as the provider calls itself", a.Issuer)
	}
	if !isSafe(c.Server.BaseURL) {
		return at.errorf("server.base_url", "cookies of people who sign in must not travel in clear, so it has to begin with https://, not %q", c.Server.BaseURL)
	}
	if u, err := url.Parse(c.Server.BaseURL); err != nil || u.Path != "" {
		return at.errorf("server.base_url", "pages of people who sign in stand at the root of a host: write https://HOST, without a path")
	}
	if len(a.Domains) == 0 {
		return at.errorf("auth", "auth.mode \"oidc\" needs domains: whose e-mail addresses may sign in, such as domains = [\"example.com\"]")
	}
	for i, domain := range a.Domains {
		a.Domains[i] = strings.ToLower(domain)
		if domain == "" || strings.ContainsAny(domain, "@*/: ") {
			return at.errorf("auth.domains", "%q is no domain: write what comes after the @, such as \"example.com\"", domain)
		}
	}
	if a.Idle <= 0 || a.Longest < a.Idle {
		return at.errorf("auth", "idle must be more than zero, and longest not less than idle; leave both out for the defaults")
	}
	return nil
}

// isSafe tells whether an address is one of TLS, or of this machine.
func isSafe(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && u.RawQuery == "" && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// signIn is how people sign in; nil when nobody does.
func (a AuthConfig) signIn() *web.SignIn {
	if a.Mode != authOIDC {
		return nil
	}
	return &web.SignIn{Issuer: a.Issuer, ClientID: a.ClientID, ClientSecret: func() string { return a.ClientSecret },
		Domains: slices.Clone(a.Domains), Idle: time.Duration(a.Idle), Longest: time.Duration(a.Longest)}
}
