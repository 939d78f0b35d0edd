package sheets

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// meter counts the bytes that are sent, and tells of each request.
type meter struct {
	base  http.RoundTripper
	count *atomic.Int64
	told  func(method, status string) // may be nil
}

func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	m.count.Add(max(0, req.ContentLength))
	base := m.base
	if base == nil {
		base = http.DefaultTransport
	}
	answer, err := base.RoundTrip(req)
	if m.told != nil {
		status := "none"
		if err == nil {
			status = strconv.Itoa(answer.StatusCode)
		}
		m.told(methodOf(req.URL.Path), status)
	}
	return answer, err
}

// methodOf names the method of the API that an address calls, without the spreadsheet that is in it.
func methodOf(path string) string {
	_, path, _ = strings.Cut(path, "/spreadsheets/")
	switch at := strings.IndexAny(path, ":/"); {
	case at < 0:
		return "get"
	case strings.HasPrefix(path[at:], "/values:batch"), strings.HasPrefix(path[at:], ":"):
		return strings.TrimLeft(strings.Replace(path[at:], "values:", "values.", 1), ":/")
	}
	return "other"
}
