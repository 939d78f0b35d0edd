package localpg

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// DSN connects to the primary as superuser, for pgx and for psql.
func (s *Server) DSN() string { return s.DSNFor("", "", "") }

// FollowerDSN connects to the follower as superuser; it is empty without one.
func (s *Server) FollowerDSN() string { return s.FollowerDSNFor("", "", "") }

// DSNFor connects to the primary. An empty user is the superuser with its password, an empty database "postgres".
func (s *Server) DSNFor(user, password, database string) string {
	return s.dsn(s.primary, user, password, database)
}

// FollowerDSNFor connects to the follower; it is empty without one.
func (s *Server) FollowerDSNFor(user, password, database string) string {
	if s.follower == nil {
		return ""
	}
	return s.dsn(s.follower, user, password, database)
}

func (s *Server) dsn(p *postmaster, user, password, database string) string {
	if user == "" {
		user, password = superuser, s.password
	}
	if database == "" {
		database = "postgres"
	}
	port := strconv.Itoa(p.portNumber())
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + database}
	q := url.Values{"sslmode": {"disable"}}
	if s.o.TCP {
		u.Host = net.JoinHostPort("127.0.0.1", port)
	} else {
		q.Set("host", s.sockets)
		q.Set("port", port)
	}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20") // a plus is a plus to pgx and libpq
	return u.String()
}
