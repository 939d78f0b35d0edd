package account

import "cmp"

// Endpoints are where Google is asked about accounts. Empty ones are Google's own; tests and proxies have others.
type Endpoints struct {
	Auth     string // where people are sent to
	Token    string // gives tokens
	Revoke   string // takes a permission back
	UserInfo string // says who someone is, when the token endpoint did not; of a Token that is not Google's, empty is none
}

var google = Endpoints{
	Auth:     "https://accounts.google.com/o/oauth2/v2/auth",
	Token:    "https://oauth2.googleapis.com/token",
	Revoke:   "https://oauth2.googleapis.com/revoke",
	UserInfo: "https://openidconnect.googleapis.com/v1/userinfo",
}

func (e Endpoints) orGoogle() Endpoints {
	if e.areGoogle() {
		e.UserInfo = cmp.Or(e.UserInfo, google.UserInfo)
	}
	e.Auth = cmp.Or(e.Auth, google.Auth)
	e.Token = cmp.Or(e.Token, google.Token)
	e.Revoke = cmp.Or(e.Revoke, google.Revoke)
	return e
}

// areGoogle tells whether tokens are Google's.
func (e Endpoints) areGoogle() bool { return e.Token == "" || e.Token == google.Token }
