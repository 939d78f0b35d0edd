package selftest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"clipsheet/clips"

	"google.golang.org/api/googleapi"
)

// point is one thing we rely on.
type point struct {
	number, name string

	// try says what was found when Google behaves as we rely on, else an error: otherwise, untold, or whatever a request
	// came to. Tabs it makes with trial.tab are removed for it.
	try   func(context.Context, *trial) (string, error)
	avoid string // which part of Clipsheet to leave alone when the point does not hold
}

// otherwise is Google behaving otherwise than we rely on.
type otherwise struct{ want, got string }

func (e *otherwise) Error() string { return fmt.Sprintf("expected %s; saw %s", e.want, e.got) }

// untold is a point that cannot be told from here.
type untold struct {
	why     string
	instead string // how to try it by hand
}

func (e *untold) Error() string { return e.why }

// same is nil when Google shows what we expect.
func same(what, want, got string) error {
	if want == got {
		return nil
	}
	return &otherwise{what + ": " + want, got}
}

func (p point) subject() string { return "google " + p.number + ", " + p.name }

// finding is what came of trying the point. A refusal that the point did not look for is one more way to behave
// otherwise; trouble on the way tells nothing.
func (p point) finding(text string, err error) clips.Finding {
	f := clips.Finding{Level: clips.LevelOK, Subject: p.subject(), Text: text}
	if err == nil {
		return f
	}
	f.Text = err.Error()
	_, differs := errors.AsType[*otherwise](err)
	u, isUntold := errors.AsType[*untold](err)
	switch {
	case isRefused(err):
		f.Text = (&otherwise{"that Google takes the request", said(err)}).Error()
		fallthrough
	case differs:
		f.Level, f.Cure = clips.LevelFatal, p.avoid+" And please report this line."
	case isUntold:
		f.Level, f.Cure = clips.LevelWarning, u.instead
	default:
		f.Level, f.Text, f.Cure = clips.LevelWarning, "cannot be told: "+said(err), "Run the test again."
	}
	return f
}

// refused is a spreadsheet that the test could not begin in.
func (o Options) refused(err error) clips.Finding {
	f := clips.Finding{Level: clips.LevelFatal, Subject: "google",
		Text: "the spreadsheet cannot be used as " + o.who() + ": " + said(err)}
	e, isGoogles := errors.AsType[*googleapi.Error](err)
	u, isUntold := errors.AsType[*untold](err)
	_, isAccounts := errors.AsType[*clips.Error](err)
	switch {
	case isUntold:
		f.Text, f.Cure = u.why, u.instead
	case isAccounts, isGoogles && (e.Code == http.StatusUnauthorized || hasReason(e, scopeReasons...)):
		f.Cure = "Connect the account again, with leave to edit spreadsheets."
	case isGoogles && hasReason(e, "SERVICE_DISABLED", "accessNotConfigured"):
		f.Cure = "Enable the Google Sheets API in the project, wait a minute, and run the test again."
	case isGoogles && (e.Code == http.StatusForbidden || e.Code == http.StatusNotFound):
		f.Cure = "Check the address; in Google Sheets, choose Share and make " + o.who() + " an editor. An account that was " +
			"connected for single files sees only spreadsheets that Clipsheet made."
	case isGoogles && envelopeOf(e).Error.Status == "FAILED_PRECONDITION":
		f.Cure = "Take a spreadsheet of Google's own: an Excel file becomes one with File, Save as Google Sheets."
	case isUnclear(err):
		f.Level, f.Text, f.Cure = clips.LevelWarning, "the test could not begin: "+said(err), "Run it again."
	default:
		f.Cure = "Run the test again."
	}
	return f
}

func (o Options) who() string {
	if o.Email == "" {
		return "the account that writes"
	}
	return o.Email
}

// said is an error as people should read it.
func said(err error) string {
	if e, ok := errors.AsType[*clips.Error](err); ok {
		return e.Notice
	}
	if e, ok := errors.AsType[*url.Error](err); ok {
		return "no answer (" + short(e.Err.Error()) + ")"
	}
	e, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		return short(err.Error())
	}
	message := e.Message
	if message == "" {
		message = "no message of Google's form"
	}
	return short(strings.Join(strings.Fields(fmt.Sprint(e.Code, " ", envelopeOf(e).Error.Status, " ", message)), " "))
}

func short(text string) string {
	const most = 300
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
