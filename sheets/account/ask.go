package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"time"

	"clipsheet/clips"
)

// reply is what a token endpoint says. It holds secrets in the clear and goes no further than the function that asked.
type reply struct {
	AccessToken      string      `json:"access_token"`
	ExpiresIn        json.Number `json:"expires_in"`
	RefreshToken     string      `json:"refresh_token"`
	RefreshExpiresIn json.Number `json:"refresh_token_expires_in"` // only of permissions that end by themselves
	Scope            string      `json:"scope"`
	IDToken          string      `json:"id_token"`

	Error       string `json:"error"`
	Description string `json:"error_description"`

	asked time.Time
}

// tokens are those of the reply, with the refresh token there was when it has none.
func (r reply) tokens(refresh Secret) tokens {
	if r.RefreshToken != "" {
		refresh = Hide(r.RefreshToken)
	}
	return tokens{refresh, Hide(r.AccessToken), usedUntil(r.asked, seconds(r.ExpiresIn))}
}

func seconds(n json.Number) time.Duration {
	s, err := n.Float64()
	if err != nil || s < 0 || s > 1e9 {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// refusal is an answer that asking again does not change.
type refusal struct {
	code  string        // such as invalid_grant
	words string        // Google's own, with nothing secret in them
	skew  time.Duration // how far Google's clock is ahead of ours, as far as it told
}

func (r *refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("Google answered %s %s", r.code, r.words))
}

// Trouble on the way to Google is tried again twice; who waits for a token waits for that.
const (
	tries     = 3
	firstWait = 500 * time.Millisecond
)

// ask sends a form to the token endpoint until it decides. The error is a *refusal, or a *clips.Error of trouble
// that passes. What these endpoints do may be asked for twice.
func (a *Accounts) ask(ctx context.Context, form url.Values) (reply, error) {
	for try := 1; ; try++ {
		r, err := a.askOnce(ctx, form)
		if clips.KindOf(err) != clips.KindUnavailable || try == tries {
			return r, err
		}
		wait := firstWait << (try - 1)
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			return reply{}, err
		}
	}
}

func (a *Accounts) askOnce(ctx context.Context, form url.Values) (reply, error) {
	asked := time.Now()
	got, err := a.post(ctx, a.cfg.Endpoints.Token, form)
	if err != nil {
		return reply{}, err
	}
	r := reply{asked: asked}
	parsed := json.Unmarshal(got.body, &r) == nil
	switch {
	case got.code == http.StatusOK && parsed && r.AccessToken != "" && r.Error == "":
		return r, nil
	case got.code >= 500, got.code == http.StatusTooManyRequests, !parsed, r.Error == "", passing[r.Error]:
		return reply{}, errNoAnswer(fmt.Sprintf("it answered %s", got.status), nil)
	}
	return reply{}, &refusal{code: codeOf(r), words: wordsOf(r, form), skew: got.skew(asked)}
}

// passing are codes of an endpoint that is in trouble itself, whatever status they come with.
var passing = map[string]bool{"server_error": true, "temporarily_unavailable": true, "internal_failure": true,
	"backend_error": true, "rate_limit_exceeded": true, "slow_down": true}

// replyMost bounds what is read of an answer.
const replyMost = 1 << 20

// answer is all of an answer.
type answer struct {
	code   int
	status string // with the code, in words
	date   string
	body   []byte
}

// post sends a form.
func (a *Accounts) post(ctx context.Context, address string, form url.Values) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, errNoAnswer("its address is no address", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return a.do(req)
}

func (a *Accounts) do(req *http.Request) (answer, error) {
	resp, err := a.http.Do(req)
	if err != nil {
		return answer{}, a.explain(req.Context(), err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, replyMost))
	if err != nil {
		return answer{}, a.explain(req.Context(), err)
	}
	return answer{resp.StatusCode, resp.Status, resp.Header.Get("Date"), body}, nil
}

// explain is for an answer that did not come, or not whole.
func (a *Accounts) explain(ctx context.Context, err error) error {
	switch {
	case a.ctx.Err() != nil:
		return errClosed()
	case errors.Is(ctx.Err(), context.Canceled):
		return errLeft(ctx)
	}
	return errNoAnswer(reason(err), err)
}

// reason is the part of a network error that people understand.
func reason(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return errno.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.Err
	}
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
		return "no answer in time"
	}
	return "the connection broke"
}

// skew compares Google's clock with ours, by the second. A signed request with a wrong time is refused in words that
// do not say so.
func (a answer) skew(asked time.Time) time.Duration {
	theirs, err := http.ParseTime(a.date)
	if err != nil {
		return 0
	}
	return theirs.Sub(asked).Truncate(time.Second)
}

// Codes of OAuth are small letters; what is anything else, or is long, is not repeated, since an endpoint may quote
// what it was sent.
var (
	codeLike   = regexp.MustCompile(`^[a-z_]{1,40}$`)
	secretLike = regexp.MustCompile(`[A-Za-z0-9_./+=~%-]{16,}`)
)

// wordsMost bounds what is repeated of an answer.
const wordsMost = 200

func codeOf(r reply) string {
	if !codeLike.MatchString(r.Error) {
		return "an error"
	}
	return r.Error
}

// wordsOf makes Google's words fit for a log.
func wordsOf(r reply, sent url.Values) string {
	words := r.Description
	for _, secret := range []string{"client_secret", "code", "code_verifier", "refresh_token", "assertion"} {
		if v := sent.Get(secret); v != "" {
			words = strings.ReplaceAll(words, v, stars)
		}
	}
	words = secretLike.ReplaceAllStringFunc(words, func(w string) string {
		if codeLike.MatchString(w) {
			return w
		}
		return stars
	})
	return strings.ToValidUTF8(words[:min(len(words), wordsMost)], "")
}

func errNoAnswer(detail string, cause error) error {
	return &clips.Error{Kind: clips.KindUnavailable, Detail: detail, Cause: cause,
		Notice: "Google's sign-in service does not answer: it is tried again with the next run; look at the network if it lasts."}
}

func errClosed() error {
	return &clips.Error{Kind: clips.KindCanceled, Notice: "The server is stopping: ask again when it is back."}
}

// errLeft is for whoever stopped waiting.
func errLeft(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &clips.Error{Kind: clips.KindTimeout, Cause: ctx.Err(),
			Notice: "Google did not give a token in time: ask again in a minute."}
	}
	return &clips.Error{Kind: clips.KindCanceled, Cause: ctx.Err(),
		Notice: "Nobody waited for Google's token any more: ask again."}
}
