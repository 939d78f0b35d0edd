package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"clipsheet/clips"
	"clipsheet/web"
)

func TestSignInIsCheckedAsAnOperatorWould(t *testing.T) {
	provider := newVouchers(t)
	answers := http.NewServeMux()
	other := httptest.NewServer(answers)
	defer other.Close()
	answers.HandleFunc("/another/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"issuer": "https://login.example.com", "authorization_endpoint": "x", "token_endpoint": "x", "jwks_uri": "x"}`))
	})
	answers.HandleFunc("/half/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`{"issuer": "http://` + r.Host + `/half"}`))
	})
	answers.HandleFunc("/page/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) })
	for _, c := range []struct {
		issuer string
		level  clips.Level
		words  string
	}{
		{provider.URL, clips.LevelOK, "it must know https://clips.example.com/signin/callback"},
		{other.URL + "/another", clips.LevelFatal, `Write auth.issuer = "https://login.example.com"`},
		{other.URL + "/half", clips.LevelFatal, "it is no provider of OpenID Connect"},
		{other.URL + "/page", clips.LevelFatal, "is no JSON"},
		{other.URL + "/gone", clips.LevelFatal, "it answers 404 Not Found"},
		{"http://127.0.0.1:1", clips.LevelFatal, "does not describe itself"},
	} {
		all := web.CheckSignIn(t.Context(), web.SignIn{Issuer: c.issuer, ClientSecret: func() string { return "very-secret" }}, "https://clips.example.com", nil)
		if len(all) != 1 || all[0].Level != c.level || !strings.Contains(all[0].Text+all[0].Cure, c.words) || all[0].Level != clips.LevelOK && all[0].Cure == "" {
			t.Errorf("%s: %+v, want %s", c.issuer, all, c.words)
		}
	}
}
