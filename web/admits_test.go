package web

import "testing"

// Anybody can have an account of Google with a company's address; only the company makes ones that are its own.
func TestAccountsOfGoogleAreTheOrganisations(t *testing.T) {
	google := newProvider(SignIn{Issuer: "https://accounts.google.com", Domains: []string{"example.com", "example.org"}}, "https://clips.example.com")
	another := newProvider(SignIn{Issuer: "https://sso.example.com", Domains: []string{"example.com"}}, "https://clips.example.com")
	for _, c := range []struct {
		at   *provider
		who  claims
		want bool
	}{
		{google, claims{Email: "ann@example.com", Verified: true, Hosted: "example.com"}, true},
		{google, claims{Email: "ann@example.org", Verified: true, Hosted: "Example.com"}, true},
		{google, claims{Email: "ann@example.com", Verified: true}, false},
		{google, claims{Email: "ann@example.com", Verified: true, Hosted: "evil.example"}, false},
		{another, claims{Email: "ann@example.com", Verified: true}, true},
		{another, claims{Email: "ann@example.org", Verified: true}, false},
	} {
		if err := c.at.admits(c.who); (err == nil) != c.want {
			t.Errorf("%s admits %+v: %v, want %v", c.at.Issuer, c.who, err, c.want)
		}
	}
}
