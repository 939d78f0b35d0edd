package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"clipsheet/clips"
)

// home is the list of clips for whoever may see it. Others get a page that names nothing.
func (s *site) home(w http.ResponseWriter, r *http.Request) {
	if s.SignIn == nil && (!s.Local || !fromHere(r) || !s.isOurName(r.Host)) {
		showPage(w, r, "home.html", http.StatusOK, nil)
		return
	}
	s.signedIn(clips.RoleReader, s.listClips)(w, r)
}

// fromHere tells whether a request comes from this machine, and not through a proxy on it.
func fromHere(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// isOurName refuses names that somebody else's site could have pointed at this machine (DNS rebinding).
func (s *site) isOurName(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if ip, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil && ip.IsLoopback() || name == "localhost" {
		return true
	}
	base, err := url.Parse(s.BaseURL)
	return host == s.Listen || err == nil && strings.EqualFold(host, base.Host)
}
