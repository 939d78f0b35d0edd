package account

import (
	"fmt"
	"strings"
	"time"

	"clipsheet/clips"
)

// Google does not say why a permission ended, so the likely reason is told from the calendar. These are its rules.
const (
	testingLife = 7 * 24 * time.Hour   // of a permission for an app in Testing
	idleMost    = 180 * 24 * time.Hour // after which an unused permission ends
	slack       = time.Hour            // clocks differ
)

const publishTheApp = "publish the app, or make its user type Internal, in the Google Cloud console; then connect the account anew"

// whyEnded is what Account.Broken says after invalid_grant.
func whyEnded(a clips.Account, t tokens, now time.Time) string {
	worked := a.ConnectedAt // when we last know it did
	if got := t.Until.Add(-usualLife); got.After(worked) {
		worked = got
	}
	week := a.ConnectedAt.Add(testingLife)
	switch {
	case !a.ExpiresAt.IsZero() && !now.Before(a.ExpiresAt.Add(-slack)) && !inTesting(a):
		return fmt.Sprintf("Google's permission was good until %s: connect the account anew.", day(a.ExpiresAt))
	case now.Sub(worked) > idleMost:
		return fmt.Sprintf("Google ended the permission, since it was not used after %s, and six months without use are the most: "+
			"connect the account anew.", day(worked))
	case !now.Before(week.Add(-slack)) && worked.Before(week.Add(slack)):
		return fmt.Sprintf("Google ended the permission, most likely since it lasts seven days while the app is in Testing: %s.", publishTheApp)
	}
	return "Google ended the permission: someone took it back at myaccount.google.com/permissions, an administrator or a " +
		"new password ended it, or it was given too many times elsewhere. Connect the account anew."
}

// Warning is what people should know of an account that still works: that it will stop, and when. It may be empty.
func Warning(a clips.Account) string {
	switch {
	case a.ExpiresAt.IsZero() || a.Broken != "":
		return ""
	case inTesting(a):
		return fmt.Sprintf("This connection ends on %s, since the app is in Testing: %s.", day(a.ExpiresAt), publishTheApp)
	}
	return fmt.Sprintf("This connection ends on %s: connect the account anew before.", day(a.ExpiresAt))
}

func inTesting(a clips.Account) bool {
	return !a.ExpiresAt.IsZero() && a.ExpiresAt.Sub(a.ConnectedAt) <= testingLife+slack
}

func day(t time.Time) string { return t.Format("2 January 2006") }

// clockMost is how wrong a clock may be before Google refuses what it signed.
const clockMost = 5 * time.Minute

// whyRefused is for a refusal that is cured elsewhere than in the account: it says where.
func (a *Accounts) whyRefused(account clips.Account, r *refusal) string {
	switch {
	case account.Kind == clips.AccountOAuth:
		return whyClientRefused(r)
	case r.skew.Abs() > clockMost:
		return fmt.Sprintf("the clock of this machine is off by %s: set it.", r.skew.Abs())
	case account.Kind == clips.AccountDelegated && (r.code == "unauthorized_client" || r.code == "access_denied" || r.code == "invalid_scope"):
		return fmt.Sprintf("the service account may not act for people of the domain: in the Admin console, under Security, API controls, "+
			"Domain-wide delegation, allow client %s the scopes %s. It can take a day to count.",
			a.cfg.Service.clientID, strings.Join(a.cfg.ServiceScopes, ","))
	case account.Kind == clips.AccountDelegated && !strings.Contains(r.words, "Signature"):
		return fmt.Sprintf("see that %s is a person of the domain, and that the key in google.service_account_file still exists.", account.Email)
	}
	return fmt.Sprintf("see in the Google Cloud console that the service account %s is enabled and that the key in "+
		"google.service_account_file still exists, or put a new one there.", a.cfg.Service.email)
}

// whyClientRefused is for who we are, rather than whom we act for.
func whyClientRefused(r *refusal) string {
	switch r.code {
	case "invalid_client", "unauthorized_client", "deleted_client", "disabled_client":
		return "it does not know this program any more: correct google.client_id and google.client_secret in the config."
	case "invalid_scope", "access_denied", "admin_policy_enforced", "org_internal":
		return "it does not allow what the program asks for: have an administrator of the domain allow it, then connect anew."
	}
	return "it refuses the request: look at the detail, and at the app in the Google Cloud console."
}

// errBroken is for an account whose permission ended.
func errBroken(a clips.Account) error {
	return &clips.Error{Kind: clips.KindAccount, Notice: fmt.Sprintf("The Google account %q does not work any more. %s", a.Name, a.Broken)}
}

func errNoClient() error {
	return &clips.Error{Kind: clips.KindAccount,
		Notice: "No one can connect a Google account yet: put google.client_id and google.client_secret in the config."}
}
