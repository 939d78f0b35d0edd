package simulator

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
)

// ServiceAccount is an account of a program, with a key of its own.
type ServiceAccount struct {
	Email   string
	Project string

	id        string // of the account as a client, and of its key
	key       *rsa.PrivateKey
	domain    string
	delegated []string // scopes
}

// AddServiceAccount makes an account of a program, with a fresh key.
func (s *Simulator) AddServiceAccount(email string) *ServiceAccount {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(fmt.Sprintf("simulator: no key: %v", err)) // a system without randomness
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &ServiceAccount{Email: email, Project: itoa(2_000_000 + len(s.people)), id: itoa(200_000_000 + len(s.people)), key: key}
	s.add(email, a)
	s.clients[a.clientID()] = &Client{ID: a.clientID(), Project: a.Project}
	return a
}

// Delegate lets a service account act for the users of a domain, with some scopes: domain-wide delegation.
func (s *Simulator) Delegate(a *ServiceAccount, domain string, scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.domain, a.delegated = domain, shortScopes(strings.Join(scopes, " "))
}

// clientID is the id under which an administrator would let the account act for others.
func (a *ServiceAccount) clientID() string { return a.id }

// KeyFile is the JSON file Google gives out for the account, for a simulator that answers at a base URL.
func (a *ServiceAccount) KeyFile(base string) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		panic(err) // it is a key of ours
	}
	to := EndpointsAt(base)
	text, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": "project-" + a.Project, "private_key_id": a.id,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": a.Email, "client_id": a.id, "auth_uri": to.Auth, "token_uri": to.Token,
	}, "", "  ")
	if err != nil {
		panic(err) // it is text
	}
	return text
}

// claims are what a service account signs.
type claims struct {
	Issuer   string `json:"iss"`
	Scope    string `json:"scope"`
	Audience string `json:"aud"`
	Subject  string `json:"sub"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// readAssertion reads a signed claim and checks the signature.
func (s *Simulator) readAssertion(assertion string) (c claims, a *ServiceAccount, err error) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return c, nil, invalidGrant("Bad Request")
	}
	body, errBody := base64.RawURLEncoding.DecodeString(parts[1])
	signature, errSignature := base64.RawURLEncoding.DecodeString(parts[2])
	if errBody != nil || errSignature != nil || json.Unmarshal(body, &c) != nil {
		return c, nil, invalidGrant("Bad Request")
	}
	s.mu.Lock()
	p := s.people[c.Issuer]
	s.mu.Unlock()
	if p == nil || p.robot == nil {
		return c, nil, invalidGrant("Invalid grant: account not found")
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(&p.robot.key.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return c, nil, invalidGrant("Invalid JWT Signature.")
	}
	return c, p.robot, nil
}
