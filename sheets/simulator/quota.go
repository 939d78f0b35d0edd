package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"clipsheet/sheets/simulator/internal/wire"
)

// Quota is how many calls of the Sheets API are served in a minute. A zero is Google's number, a negative one is no
// limit.
type Quota struct {
	UserReads, UserWrites, ProjectReads, ProjectWrites int
}

// Unlimited serves any number of calls.
var Unlimited = Quota{-1, -1, -1, -1}

func (q Quota) orGoogles() Quota {
	or := func(n *int, googles int) {
		if *n == 0 {
			*n = googles
		}
	}
	or(&q.UserReads, 60)
	or(&q.UserWrites, 60)
	or(&q.ProjectReads, 300)
	or(&q.ProjectWrites, 300)
	return q
}

// SetQuota changes the quotas from now on.
func (s *Simulator) SetQuota(q Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Quota = q.orGoogles()
}

// spend counts a call against the quotas of its user and its project, or refuses it, and then it does not count.
//
// Google refills its buckets every minute, at a moment nobody knows. Any sixty seconds are held to the limit here:
// what passes here passes at every such moment.
func (s *Simulator) spend(who caller, read bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, perUser, perProject := "Write", s.o.Quota.UserWrites, s.o.Quota.ProjectWrites
	if read {
		kind, perUser, perProject = "Read", s.o.Quota.UserReads, s.o.Quota.ProjectReads
	}
	user := kind + " user " + who.client.Project + " " + who.email
	project := kind + " project " + who.client.Project
	switch {
	case s.full(user, perUser):
		return overQuota(kind, "PerMinutePerUser", " per minute per user", who.client.Project, perUser)
	case s.full(project, perProject):
		return overQuota(kind, "PerMinutePerProject", " per minute", who.client.Project, perProject)
	}
	s.used[user] = append(s.used[user], s.now())
	s.used[project] = append(s.used[project], s.now())
	return nil
}

// full forgets what is older than a minute and tells whether the rest is all there may be.
func (s *Simulator) full(bucket string, limit int) bool {
	since := s.now().Add(-time.Minute)
	recent := s.used[bucket]
	for len(recent) > 0 && !recent[0].After(since) {
		recent = recent[1:]
	}
	s.used[bucket] = recent
	return limit >= 0 && len(recent) >= limit
}

func overQuota(kind, limit, words, project string, value int) *apiError {
	metric := strings.ToLower(kind) + "_requests"
	e := refuse("RESOURCE_EXHAUSTED", fmt.Sprintf(
		"Quota exceeded for quota metric '%s requests' and limit '%s requests%s' of service 'sheets.googleapis.com' "+
			"for consumer 'project_number:%s'.",
		kind, kind, words, project))
	e.details = []*wire.Message{errorInfo("RATE_LIMIT_EXCEEDED", "googleapis.com", wire.New(
		"consumer", "projects/"+project, "quota_limit", kind+"Requests"+limit, "quota_limit_value", fmt.Sprint(value),
		"quota_location", "global", "quota_metric", "sheets.googleapis.com/"+metric, "service", "sheets.googleapis.com"))}
	return e
}

// tooManyRequests is what a scripted 429 says.
func tooManyRequests(project string, retryAfter time.Duration) *apiError {
	e := overQuota("Write", "PerMinutePerUser", " per minute per user", project, 60)
	if retryAfter > 0 {
		e.header = http.Header{"Retry-After": {fmt.Sprint(int(retryAfter.Round(time.Second) / time.Second))}}
	}
	return e
}
