package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"clipsheet/clips"
)

// invitationLife is how long the link for the first admin works.
const invitationLife = time.Hour

// inviteAdmin prints a link that makes whoever signs in with it the first admin, when people sign in and none of them is
// one. It is a secret, so it goes to whoever started us and not into the log.
func (s *service) inviteAdmin(ctx context.Context, out io.Writer) error {
	cfg := s.config.Load()
	if cfg.Auth.Mode != authOIDC {
		return nil
	}
	token := clips.NewToken()
	needed, err := s.state.Invite(ctx, token.Hash(), time.Now().Add(invitationLife))
	if err != nil || !needed {
		return err
	}
	_, err = fmt.Fprintf(out, "There is no admin yet. Whoever signs in at this address first becomes one; it works once, within an hour:\n  %s/signin?%s\n",
		cfg.Server.BaseURL, url.Values{"first": {token.Reveal()}}.Encode())
	return err
}
