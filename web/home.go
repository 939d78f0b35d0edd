package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"clipsheet/clips"
)

// homePage is the front page.
type homePage struct {
	Clips     []homeClip
	Workbooks []homeWorkbook
	Local     bool // whoever reads it sits at this machine
	Error     string
}

type homeClip struct {
	clips.Clip
	Address string // of its page; empty when we know no link to it
}

type homeWorkbook struct {
	clips.Workbook
	Address string // of the file; likewise
}

// home lists the clips and workbooks for people at this machine. Others get a page that names nothing.
func (s *site) home(w http.ResponseWriter, r *http.Request) {
	p := homePage{Local: s.Local && fromHere(r) && s.isOurName(r.Host)}
	if p.Local {
		all, err := s.Store.Clips(r.Context())
		if err != nil {
			visitOf(r).err = err
			p.Error = clips.NoticeOf(err)
		}
		for _, c := range all {
			p.Clips = append(p.Clips, homeClip{c, s.Home[c.Slug]})
		}
		if s.Workbooks != nil {
			for _, w := range s.Workbooks.List() {
				p.Workbooks = append(p.Workbooks, homeWorkbook{w, s.Home[w.Name]})
			}
		}
	}
	showPage(w, r, "home.html", http.StatusOK, p)
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
