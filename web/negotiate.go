package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"clipsheet/clips"
)

// coding is a content coding we can send. The suffix keeps the ETags of the codings apart, as they must be.
type coding struct {
	name   string
	suffix string
}

var (
	identity = coding{name: "identity"}
	codings  = []coding{{"zstd", "-zstd"}, {"gzip", "-gzip"}} // the first wins when the reader has no preference
)

// codingFor chooses the coding a reader likes best, of those we have.
func codingFor(h http.Header) coding {
	weights := acceptEncoding(strings.Join(h.Values("Accept-Encoding"), ","))
	best, most := identity, weights["identity"]
	for _, c := range codings {
		if w := weights[c.name]; w > 0 && (w > most || best == identity && w == most) {
			best, most = c, w
		}
	}
	return best
}

// acceptEncoding reads the weights out of an Accept-Encoding header. A coding that is not named counts as not wanted,
// even with "*": who says so may not be able to read ours, and identity is always right.
func acceptEncoding(header string) map[string]float64 {
	all := map[string]float64{}
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if w, ok := quality(params); ok && name != "" {
			all[strings.TrimPrefix(name, "x-")] = w
		}
	}
	return all
}

func quality(params string) (float64, bool) {
	name, value, found := strings.Cut(strings.TrimSpace(params), "=")
	if !found {
		return 1, name == ""
	}
	w, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return w, err == nil && strings.EqualFold(strings.TrimSpace(name), "q") && w >= 0 && w <= 1
}

// validators are what a reader may compare its copy with.
type validators struct {
	etag  string    // without quotes and without the suffix of a coding
	asOf  time.Time // zero: the moment does not tell one body from another
	coded coding
}

// unchanged tells whether the copy a reader has is as good as what we would send, and under which ETag it knows it.
// A copy in another coding of the same bytes is, too.
func (v validators) unchanged(h http.Header) (etag string, ok bool) {
	if lines := h.Values("If-None-Match"); len(lines) > 0 {
		return v.match(strings.Join(lines, ","))
	}
	since, err := http.ParseTime(h.Get("If-Modified-Since"))
	return v.quoted(), err == nil && !v.asOf.IsZero() && since.Equal(v.asOf.Truncate(time.Second))
}

func (v validators) match(list string) (string, bool) {
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		if item == "*" {
			return v.quoted(), true
		}
		opaque := strings.Trim(strings.TrimPrefix(item, "W/"), `"`)
		for _, c := range append(codings, identity) {
			if opaque == v.etag+c.suffix {
				return `"` + opaque + `"`, true
			}
		}
	}
	return "", false
}

func (v validators) quoted() string { return `"` + v.etag + v.coded.suffix + `"` }

// datedBy is the as-of of a result when it can tell that result from others, else zero. A follower that is behind can
// give the same as-of to two results, of two revisions for example, some time apart; one that is not cannot, since
// results are not made that often.
func datedBy(info clips.SnapshotInfo) time.Time {
	if info.Header.Lag >= clips.MinFreshAge {
		return time.Time{}
	}
	return info.Header.AsOf
}
