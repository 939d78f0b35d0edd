package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSettingsHaveEveryKeyAndNoSecret holds the page against the config: a new key is a new line of it.
func TestSettingsHaveEveryKeyAndNoSecret(t *testing.T) {
	c := &Config{}
	for _, secret := range []*string{&c.Security.Key, &c.Auth.ClientSecret, &c.Google.ClientSecret, &c.Alerts.Webhook} {
		*secret = "very-secret"
	}
	c.State.DSN = "postgres://someone:very-secret@db.example.com/clipsheet?sslpassword=very-secret"
	c.Auth.Mode, c.Server.BaseURL = authOIDC, "https://clips.example.com"
	shown := settings(c, c)
	var keys []string
	for _, part := range shown.Parts {
		for _, s := range part.Settings {
			keys = append(keys, s.Key)
		}
	}
	for _, table := range []any{"server", c.Server, "state", c.State, "auth", c.Auth, "security", c.Security, "alerts", c.Alerts, "google", c.Google, "limits", c.Limits} {
		if name, ok := table.(string); ok {
			keys = append(keys, "/"+name)
			continue
		}
		name := strings.TrimPrefix(keys[len(keys)-1], "/")
		for field := range reflect.TypeOf(table).Fields() {
			if key := name + "." + field.Tag.Get("toml"); !slices.Contains(keys, key) {
				t.Errorf("the page of settings has no line for %s", key)
			}
		}
	}
	text := fmt.Sprintf("%+v", shown)
	if strings.Contains(text, "very-secret") || !strings.Contains(text, "the database clipsheet at db.example.com") {
		t.Errorf("it says %s", text)
	}
	c.State.DSN = "host=db password=very-secret"
	if text := fmt.Sprintf("%+v", settings(c, c)); strings.Contains(text, "very-secret") {
		t.Errorf("it says %s", text)
	}
}

func TestSettingsSayWhatWaitsForTheNextStart(t *testing.T) {
	begun, now := &Config{}, &Config{}
	begun.Limits.Patience, now.Limits.Patience = Duration(25*time.Second), Duration(time.Hour)
	for _, part := range settings(begun, now).Parts {
		for _, s := range part.Settings {
			if s.Key == "limits.patience" && (s.Value != "25s" || s.Pending != "1h") || s.Key != "limits.patience" && s.Pending != "" {
				t.Errorf("%+v", s)
			}
		}
	}
}

func TestSettingsAreWrittenAsTheConfigIs(t *testing.T) {
	for d, want := range map[time.Duration]string{25 * time.Second: "25s", 90 * time.Second: "1m30s", 5 * time.Minute: "5m", 12 * time.Hour: "12h",
		90 * time.Minute: "1h30m", 7 * 24 * time.Hour: "7d", 0: "0s", 30 * time.Hour: "30h"} {
		var read Duration
		if got := long(Duration(d)); got != want || read.UnmarshalText([]byte(got)) != nil || time.Duration(read) != d {
			t.Errorf("%v is written %s, want %s, and read as %v", d, got, want, time.Duration(read))
		}
	}
	for size, want := range map[Size]string{256 << 20: "256MiB", 2 << 30: "2GiB", 64 << 10: "64KiB", 1000: "1000 bytes"} {
		if got := large(size); got != want {
			t.Errorf("%d is written %s, want %s", size, got, want)
		}
	}
}
