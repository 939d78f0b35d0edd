package account

import (
	"fmt"
	"io"
	"net/http"

	"clipsheet/clips"
)

// Client makes HTTP calls as the account. A call that ends with a 401 is sent once more with a fresh token, which is
// safe: it was refused before anything was done. Calls are bounded by their own context alone, and redirects are not
// followed, as the token would go with them.
func (s *Source) Client() *http.Client {
	return &http.Client{Transport: &transport{s, s.accounts.cfg.Transport}, CheckRedirect: stay}
}

// transport puts the account's token on every request.
type transport struct {
	source *Source
	base   http.RoundTripper
}

// drainMost bounds what is read of an answer nobody wants, so that its connection can be used again.
const drainMost = 64 << 10

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := t.source.TokenContext(req.Context())
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.base.RoundTrip(with(token.AccessToken, req))
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !again(req) {
		return resp, err
	}
	io.Copy(io.Discard, io.LimitReader(resp.Body, drainMost))
	resp.Body.Close()
	fresh, err := t.source.ForceRefresh(req.Context(), token.AccessToken)
	if err != nil {
		return nil, err
	}
	second := with(fresh.AccessToken, req)
	if req.GetBody != nil {
		if second.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("send a request again: %w", err)
		}
	}
	resp, err = t.base.RoundTrip(second)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		resp.Body.Close()
		return nil, t.source.errStillRefused()
	}
	return resp, err
}

// with is the request with a token. The original is the caller's.
func with(token string, req *http.Request) *http.Request {
	r := req.Clone(req.Context())
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// again tells whether the request can be sent a second time.
func again(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// errStillRefused is not noted in the store: a permission that ended shows when a token is asked for, and this is
// Google contradicting itself, which passes.
func (s *Source) errStillRefused() error {
	return &clips.Error{Kind: clips.KindAccount, Notice: fmt.Sprintf("Google refuses a token that it gave to the account %q a moment "+
		"ago: connect the account anew if the next run ends the same.", s.name)}
}
