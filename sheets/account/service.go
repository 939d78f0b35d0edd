package account

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"clipsheet/clips"
)

// ServiceKey is the key of a service account, as Google's console gives it in a file. The private half is out of
// sight of fmt and reflection.
type ServiceKey struct {
	email    string
	clientID string // its number, by which administrators know it
	keyID    string
	sign     func(digest []byte) ([]byte, error)
}

// ReadServiceKey reads the file, which only its owner may.
func ReadServiceKey(path string) (*ServiceKey, error) {
	text, err := readSecretFile(path)
	if err != nil {
		return nil, fmt.Errorf("google.service_account_file: %w", err)
	}
	key, err := parseServiceKey(text)
	if err != nil {
		return nil, errKey(fmt.Sprintf("The file of google.service_account_file, %s, %v.", path, err))
	}
	return key, nil
}

// Email is whom people share their spreadsheets with.
func (k *ServiceKey) Email() string { return k.email }

// parseServiceKey is careful not to repeat anything of the text.
func parseServiceKey(text []byte) (*ServiceKey, error) {
	var file struct {
		Type         string
		ClientEmail  string `json:"client_email"`
		ClientID     string `json:"client_id"`
		PrivateKeyID string `json:"private_key_id"`
		PrivateKey   string `json:"private_key"`
	}
	const download = "download it in the Google Cloud console, under Service accounts, Keys, as JSON"
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, errors.New("is not JSON: " + download)
	}
	if file.Type != "service_account" || file.ClientEmail == "" {
		return nil, errors.New("is not the key of a service account: " + download)
	}
	private, err := parsePrivateKey(file.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, download)
	}
	sign := func(digest []byte) ([]byte, error) {
		return rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, digest)
	}
	return &ServiceKey{file.ClientEmail, file.ClientID, file.PrivateKeyID, sign}, nil
}

func parsePrivateKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("has no private key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	private, ok := key.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("has a private key that is damaged, or not of RSA")
	}
	return private, nil
}

// Declare makes the service account one of the accounts: under its own e-mail, or, with a subject, in the name of
// that person of the domain, which an administrator has to allow. To declare it again changes nothing.
func (a *Accounts) Declare(ctx context.Context, name, subject string) (clips.Account, error) {
	if a.cfg.Service == nil {
		return clips.Account{}, errNoServiceKey(name)
	}
	want := clips.Account{Name: name, Kind: clips.AccountService, Email: a.cfg.Service.email, Subject: a.cfg.Service.clientID,
		Scopes: a.cfg.ServiceScopes, ConnectedAt: time.Now().Truncate(time.Microsecond)}
	if subject != "" {
		want.Kind, want.Email, want.Subject = clips.AccountDelegated, subject, ""
	}
	have, err := a.store.Account(ctx, name)
	switch {
	case errors.Is(err, clips.ErrNotFound):
	case err != nil:
		return clips.Account{}, fmt.Errorf("find the Google account %q: %w", name, err)
	case have.Kind == clips.AccountOAuth:
		return clips.Account{}, &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(
			"%q is the name of an account that %s connected: give the service account another, or disconnect that one.",
			name, orSomeone(have.Email))}
	case have.Kind == want.Kind && have.Email == want.Email && have.Subject == want.Subject && slices.Equal(have.Scopes, want.Scopes):
		return have, nil
	}
	saved, err := a.store.SaveAccount(ctx, want, func(int64) ([]byte, error) { return nil, nil })
	if err != nil {
		return saved, fmt.Errorf("save the service account %q: %w", name, err)
	}
	a.forget(saved.ID)
	return saved, nil
}

// assertionLife is the longest that Google takes.
const assertionLife = time.Hour

// assertion is how a service account asks for access: a signed statement of who asks for what, and for whom.
func (a *Accounts) assertion(account clips.Account) (url.Values, error) {
	k := a.cfg.Service
	if k == nil || account.Kind == clips.AccountService && account.Email != k.email {
		return nil, errNoServiceKey(account.Name)
	}
	now := time.Now().Add(-10 * time.Second) // a clock a little ahead of Google's would be refused
	claims := map[string]any{
		"iss":   k.email,
		"scope": strings.Join(a.cfg.ServiceScopes, " "),
		"aud":   a.cfg.Endpoints.Token,
		"iat":   now.Unix(),
		"exp":   now.Add(assertionLife).Unix(),
	}
	if account.Kind == clips.AccountDelegated {
		claims["sub"] = account.Email
	}
	token, err := k.jwt(claims)
	if err != nil {
		return nil, fmt.Errorf("sign for the service account %q: %w", account.Name, err)
	}
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {token}}, nil
}

func (k *ServiceKey) jwt(claims map[string]any) (string, error) {
	head, err := jwtPart(map[string]any{"alg": "RS256", "typ": "JWT", "kid": k.keyID})
	if err != nil {
		return "", err
	}
	body, err := jwtPart(claims)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(head + "." + body))
	signature, err := k.sign(digest[:])
	if err != nil {
		return "", err
	}
	return head + "." + body + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func jwtPart(part map[string]any) (string, error) {
	text, err := json.Marshal(part)
	return base64.RawURLEncoding.EncodeToString(text), err
}

func errNoServiceKey(name string) error {
	return &clips.Error{Kind: clips.KindAccount, Notice: fmt.Sprintf("The service account %q has no key here: put the path of "+
		"its key file in google.service_account_file.", name)}
}

func orSomeone(email string) string {
	if email == "" {
		return "someone"
	}
	return email
}
