package web_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// vouchers is a provider of sign-ins: OpenID Connect over HTTP, with tokens signed by a key of its own. It signs in
// whoever a test says, at once, and lies as a test says.
type vouchers struct {
	*httptest.Server
	key, stranger *rsa.PrivateKey

	mu     sync.Mutex
	who    map[string]any       // claims of whoever sits at the browser
	lie    func(map[string]any) // what a test changes about a token; may be nil
	forged bool                 // signed by a key that is not the provider's
	codes  map[string]url.Values
}

const (
	voucherClient = "clipsheet-client"
	voucherSecret = "the client's s3cret"
)

// voucherKeys are made once, since that takes longer than most tests: the provider's, and another.
var voucherKeys = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err) // no random numbers
		}
		keys[i] = key
	}
	return keys
})

func newVouchers(t testing.TB) *vouchers {
	t.Helper()
	keys := voucherKeys()
	v := &vouchers{codes: map[string]url.Values{}, key: keys[0], stranger: keys[1]}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", v.discovery)
	mux.HandleFunc("GET /keys", v.keys)
	mux.HandleFunc("GET /authorize", v.authorize)
	mux.HandleFunc("POST /token", v.token)
	v.Server = httptest.NewServer(mux)
	t.Cleanup(v.Close)
	return v
}

// is says who sits at the browser from now on.
func (v *vouchers) is(email string, claims ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lie, v.forged = nil, false
	v.who = map[string]any{"sub": "sub-" + email, "email": email, "email_verified": true, "name": "Ann <b>"}
	for i := 0; i < len(claims); i += 2 {
		v.who[claims[i].(string)] = claims[i+1]
	}
}

func (v *vouchers) lies(lie func(map[string]any)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lie = lie
}

func (v *vouchers) discovery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"issuer": v.URL, "authorization_endpoint": v.URL + "/authorize", "token_endpoint": v.URL + "/token",
		"jwks_uri": v.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
}

func (v *vouchers) keys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"keys": []any{map[string]string{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
		"n": coded(v.key.N.Bytes()), "e": coded(big.NewInt(int64(v.key.E)).Bytes())}}})
}

// authorize signs in at once, and sends the browser back with a code.
func (v *vouchers) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != voucherClient || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		http.Error(w, "not our client", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	v.mu.Lock()
	v.codes[code] = q
	v.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

// token gives an ID token for a code, once, to whom the code belongs: the client, its redirect URI, the browser's verifier.
func (v *vouchers) token(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	asked, ok := v.codes[r.FormValue("code")]
	delete(v.codes, r.FormValue("code"))
	id, secret, basic := r.BasicAuth()
	if secret, _ = url.QueryUnescape(secret); !basic {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	verifier := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || id != voucherClient || secret != voucherSecret || r.FormValue("redirect_uri") != asked.Get("redirect_uri") ||
		coded(verifier[:]) != asked.Get("code_challenge") {
		w.WriteHeader(http.StatusBadRequest)
		writeJSON(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": v.URL, "aud": voucherClient, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
		"nonce": asked.Get("nonce")}
	for name, value := range v.who {
		claims[name] = value
	}
	if v.lie != nil {
		v.lie(claims)
	}
	writeJSON(w, map[string]any{"access_token": "x", "token_type": "Bearer", "expires_in": 3600, "id_token": v.signed(claims)})
}

func (v *vouchers) signed(claims map[string]any) string {
	body, _ := json.Marshal(claims)
	text := coded([]byte(`{"alg":"RS256","typ":"JWT","kid":"1"}`)) + "." + coded(body)
	sum := sha256.Sum256([]byte(text))
	key := v.key
	if v.forged {
		key = v.stranger
	}
	signature, _ := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return text + "." + coded(signature)
}

func coded(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
