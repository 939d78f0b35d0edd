package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"clipsheet/clips"
)

// AlertsConfig is the [alerts] table: how owners hear of what needs them, beside the log.
type AlertsConfig struct {
	Webhook string `toml:"webhook"`
}

func (c *Config) checkAlerts(at places) error {
	u, err := url.Parse(c.Alerts.Webhook)
	if c.Alerts.Webhook != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		return at.errorf("alerts.webhook", "is no address: write https://HOST/PATH") // which is a secret, so it is not repeated
	}
	return nil
}

// alerts tells people, in the form that Slack, Mattermost and many others take: {"text": "…"}.
type alerts struct {
	webhook string // empty tells nobody
	client  http.Client
}

func newAlerts(c AlertsConfig) *alerts {
	return &alerts{webhook: c.Webhook, client: http.Client{Timeout: 10 * time.Second}}
}

// send is an error when the message was not taken; it does not have the address in it, which is a secret.
func (a *alerts) send(ctx context.Context, text string) error {
	if a.webhook == "" {
		return nil
	}
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.webhook, bytes.NewReader(body))
	if err != nil {
		return errNoWebhook("cannot be called")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.client.Do(req)
	if err != nil {
		return errNoWebhook("does not answer")
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode >= 300 {
		return errNoWebhook("answers " + resp.Status)
	}
	return nil
}

func errNoWebhook(what string) error { return fmt.Errorf("the address in alerts.webhook %s", what) }

// newsOfSync is what an owner should know of a run.
func newsOfSync(s clips.Sync, r clips.SyncRun) string {
	head := fmt.Sprintf("Clipsheet: sync %s (%s)", s.Name, s.Clip.Title)
	switch r.State {
	case clips.SyncDone:
		return head + " works again."
	case clips.SyncFailed:
		head += " failed"
	default:
		head += " is not done yet"
	}
	if s.Clip.Owner != "" {
		head += ", which is for " + s.Clip.Owner
	}
	return head + ": " + strings.TrimSpace(r.Notice)
}

func newsOfAccount(a clips.Account) string {
	return fmt.Sprintf("Clipsheet: the Google account %s has to be connected again, at the page /accounts of the server: %s", a.Name, a.Broken)
}
