package selftest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"clipsheet/clips"

	"google.golang.org/api/googleapi"
)

// envelope of an error, of which Google's client keeps only the text.
type envelope struct {
	Error struct {
		Status  string  `json:"status"`
		Errors  reasons `json:"errors"`
		Details reasons `json:"details"`
	} `json:"error"`
}

type reasons []struct {
	Reason string `json:"reason"`
}

func envelopeOf(e *googleapi.Error) (v envelope) {
	_ = json.Unmarshal([]byte(e.Body), &v) // a page of HTML has none
	return v
}

// hasReason looks in both places: Google uses errors[] or details[], or both.
func hasReason(e *googleapi.Error, any ...string) bool {
	v := envelopeOf(e)
	for _, r := range slices.Concat(v.Error.Errors, v.Error.Details) {
		if slices.Contains(any, r.Reason) {
			return true
		}
	}
	return false
}

var scopeReasons = []string{"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}

func isCode(err error, codes ...int) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return ok && slices.Contains(codes, e.Code)
}

// isRefused tells a request that Google would refuse again, and that left everything as it was.
func isRefused(err error) bool {
	return isCode(err, http.StatusBadRequest, http.StatusRequestEntityTooLarge)
}

// isClosed tells a door that is closed to the account, whatever the request.
func isClosed(err error) bool { return isCode(err, http.StatusForbidden, http.StatusNotFound) }

// isQuota tells a request that Google put off. Drive says so with 403.
func isQuota(err error) bool {
	e, ok := errors.AsType[*googleapi.Error](err)
	return ok && (e.Code == http.StatusTooManyRequests || e.Code == http.StatusForbidden &&
		hasReason(e, "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"))
}

// isUnclear tells a request of which nobody knows whether it arrived: only a refusal in Google's own words is one.
func isUnclear(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	if _, ok := errors.AsType[*clips.Error](err); ok {
		return false // by the account, before the request
	}
	e, ok := errors.AsType[*googleapi.Error](err)
	return !ok || e.Code >= 500 || e.Code == http.StatusConflict || e.Code == http.StatusRequestTimeout
}

// retryAfter is what an answer asks for, in seconds or as a date.
func retryAfter(err error, now time.Time) (d time.Duration, asked bool) {
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return 0, false
	}
	text := e.Header.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(n) * time.Second, true
	}
	at, err := http.ParseTime(text)
	return max(0, at.Sub(now)), err == nil
}
