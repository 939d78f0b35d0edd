package sheets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"clipsheet/clips"

	"google.golang.org/api/googleapi"
)

// verdict says what an error means for the call that ended with it.
type verdict uint8

const (
	fine    verdict = iota
	quota           // refused before anything was done; later it may pass
	expired         // refused for its token; with another one it may pass
	refused         // refused, and nothing was done; the same call would be refused again
	unclear         // it may have been done, it may still be under way
)

// judge reads an error. Whatever is no plain refusal by the API is unclear: a 200 that was cut, a page of HTML, a
// connection that ended, a 503 all come after writes that were applied, too.
func judge(err error) verdict {
	if err == nil {
		return fine
	}
	if _, ok := errors.AsType[*clips.Error](err); ok {
		return refused // by the account, before the call
	}
	if _, ok := errors.AsType[*json.UnsupportedValueError](err); ok {
		return refused // by the client, likewise
	}
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return unclear
	}
	switch {
	case e.Code == http.StatusTooManyRequests || e.Code == http.StatusForbidden && isQuota(e):
		return quota
	case e.Code == http.StatusUnauthorized:
		return expired
	case e.Code == http.StatusConflict || e.Code == http.StatusRequestTimeout || e.Code >= 500:
		return unclear
	}
	return refused
}

func isQuota(e *googleapi.Error) bool {
	return hasReason(e, "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED")
}

// envelope of an error, of which the client keeps only the text.
type refusal struct {
	Error struct {
		Message string `json:"message"`
		Status  string `json:"status"`
		Errors  []struct {
			Reason string `json:"reason"`
		} `json:"errors"`
		Details []struct {
			Reason   string            `json:"reason"`
			Metadata map[string]string `json:"metadata"`
		} `json:"details"`
	} `json:"error"`
}

func refusalOf(e *googleapi.Error) refusal {
	var r refusal
	_ = json.Unmarshal([]byte(e.Body), &r) // HTML and nothing at all have no parts
	return r
}

func hasReason(e *googleapi.Error, reasons ...string) bool {
	r := refusalOf(e)
	for _, x := range r.Error.Errors {
		if slices.Contains(reasons, x.Reason) {
			return true
		}
	}
	for _, x := range r.Error.Details {
		if slices.Contains(reasons, x.Reason) {
			return true
		}
	}
	return false
}

// retryAfter is what an answer asks for, in seconds or as a date; 0 when it does not.
func retryAfter(err error, now time.Time) time.Duration {
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return 0
	}
	text := e.Header.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(n) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}

// explain turns the error of a call into one with words for people: what was found and what to do.
func explain(err error, who Identity, spreadsheet string) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*clips.Error](err); ok {
		return err
	}
	say := func(kind clips.Kind, format string, a ...any) error {
		e := &clips.Error{Kind: kind, Notice: fmt.Sprintf(format, a...), Cause: err}
		if g, ok := errors.AsType[*googleapi.Error](err); ok {
			e.Detail = short(g.Message)
		}
		return e
	}
	switch {
	case errors.Is(err, context.Canceled):
		return say(clips.KindCanceled, "The push was stopped before it ended.")
	case errors.Is(err, context.DeadlineExceeded):
		return say(clips.KindTimeout, "Google did not answer in time; the next run looks at what arrived.")
	}
	switch judge(err) {
	case quota:
		return say(clips.KindQuota, "Google takes no more requests from this account for now; the next run goes on.")
	case expired:
		return say(clips.KindAccount, "Google no longer accepts the account%s: connect it again.", named(who))
	case unclear:
		return say(clips.KindUnavailable, "Google Sheets did not answer as it should; the next run looks at what arrived.")
	}
	return explainRefusal(err, who, spreadsheet, say)
}

func named(who Identity) string {
	if who.Email == "" {
		return ""
	}
	return " " + who.Email
}

func explainRefusal(err error, who Identity, spreadsheet string, say func(clips.Kind, string, ...any) error) error {
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return say(clips.KindInternal, "The request to Google Sheets could not be made.")
	}
	r := refusalOf(e)
	has := func(words string) bool {
		return strings.Contains(strings.ToLower(e.Message+e.Body), strings.ToLower(words))
	}
	email := who.Email
	if email == "" {
		email = "the account that writes"
	}
	switch {
	case e.Code == http.StatusForbidden && hasReason(e, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"):
		return say(clips.KindAccount, "The account%s was connected without leave to edit spreadsheets: connect it again, and leave the "+
			"box for Google Sheets ticked.", named(who))
	case e.Code == http.StatusForbidden && hasReason(e, "SERVICE_DISABLED", "accessNotConfigured"):
		return say(clips.KindAccount, "The Google Sheets API is not enabled in the Google Cloud project. Enable it%s, wait a minute, and "+
			"run the sync again.", activation(r))
	case e.Code == http.StatusForbidden:
		return say(clips.KindNotShared, "Google does not let %s edit the spreadsheet. Open it, choose Share, and make %s an editor.", email, email)
	case e.Code == http.StatusNotFound:
		return say(clips.KindSpreadsheet, "There is no spreadsheet %s, or %s cannot see it: check the address, share the spreadsheet with %s as "+
			"an editor, or, if the account was connected for single files, pick the file for it again.", spreadsheet, email, email)
	case r.Error.Status == "FAILED_PRECONDITION" && has("not supported for this document"):
		return say(clips.KindSpreadsheet, "The file is an Excel workbook that Google only shows as a spreadsheet: open it, choose File, Save as "+
			"Google Sheets, and let the sync write to the new file.")
	case has("protected cell") || has("protected range"):
		return say(clips.KindTarget, "The cells are protected, and %s may not write there. Ask who protected them to let %s edit them (Data, "+
			"Protect sheets and ranges).", email, email)
	case has("increase the number of cells"):
		return say(clips.KindTooLarge, "The spreadsheet would have more than the 10,000,000 cells that Google allows, the empty ones of every "+
			"tab among them. Delete rows, columns or tabs that nobody needs, or write into another spreadsheet.")
	case has("maximum of 50000 characters"):
		return say(clips.KindTooLarge, "A text is longer than the 50,000 characters that a cell of Google Sheets holds: shorten it in the SQL.")
	case has("array formula"):
		return say(clips.KindTarget, "An array formula reaches into the cells to write. Let it end before them, or let the sync begin elsewhere.")
	case has("form data"):
		return say(clips.KindTarget, "The tab takes the answers of a Google Form, which nobody else may move. Choose another tab for the sync.")
	}
	return say(clips.KindTarget, "Google Sheets refused the change: %s", short(strings.TrimSpace(e.Message)))
}

func activation(r refusal) string {
	for _, d := range r.Error.Details {
		if url := d.Metadata["activationUrl"]; url != "" {
			return " at " + url
		}
	}
	return ""
}
