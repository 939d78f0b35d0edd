package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// Settings are what this server is set to, for people who may change it. They hold no secret.
type Settings struct {
	Config string // where the file is
	PID    int    // of the process that reads it again at a SIGHUP
	Parts  []SettingsPart
}

// SettingsPart is one table of the config.
type SettingsPart struct {
	Title    string
	Settings []Setting
}

// Setting is one key of the config, or something that follows from several.
type Setting struct {
	Key     string // "limits.rows"; empty for what no key changes
	Name    string // in words
	Value   string
	Pending string // what the file says by now, of a key that takes effect at the next start; empty when that is Value
}

func (s *site) settingsPages(r chi.Router) {
	if s.Settings != nil {
		r.Get("/settings", s.signedIn(clips.RoleAdmin, s.showSettings))
	}
}

func (s *site) showSettings(w http.ResponseWriter, r *http.Request, who clips.Person) {
	s.show(w, r, who, "settings.html", http.StatusOK, "Settings", s.Settings())
}
