package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A link is read by as many spreadsheets as it was given to, all at once when it is new; so its bucket is deep. Who
// asks for links that are not there is looking for some.
const (
	linkRate, linkBurst         = 200, 2500
	strangerRate, strangerBurst = 1, 120
)

// mostBuckets bounds each of the two generations of buckets.
const mostBuckets = 20_000

// buckets are token buckets by key, bounded in number: when there are too many, those not used for a generation are
// forgotten, which fills them up again.
type buckets[K comparable] struct {
	rate  rate.Limit
	burst int

	mu       sync.Mutex
	now, old map[K]*rate.Limiter
}

func newBuckets[K comparable](perSecond float64, burst int) *buckets[K] {
	return &buckets[K]{rate: rate.Limit(perSecond), burst: burst, now: map[K]*rate.Limiter{}}
}

// take takes one token. When there is none it says how long until there is.
func (b *buckets[K]) take(key K, at time.Time) time.Duration {
	bucket := b.of(key)
	if bucket.AllowN(at, 1) {
		return 0
	}
	missing := 1 - bucket.TokensAt(at)
	return time.Duration(missing / float64(b.rate) * float64(time.Second))
}

func (b *buckets[K]) of(key K) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if bucket, ok := b.now[key]; ok {
		return bucket
	}
	if len(b.now) >= mostBuckets {
		b.now, b.old = map[K]*rate.Limiter{}, b.now
	}
	bucket, ok := b.old[key]
	if !ok {
		bucket = rate.NewLimiter(b.rate, b.burst)
	}
	b.now[key] = bucket
	return bucket
}

// tooManyError is more than a bucket holds; it says when to come again.
type tooManyError struct{ wait time.Duration }

func tooMany(wait time.Duration) error { return &tooManyError{max(wait, time.Second)} }

func (e *tooManyError) Error() string { return fmt.Sprintf("too many requests: wait %s", e.wait) }

// peer is the address a request comes from; of IPv6 the network, since whoever has one address has them all. Behind a
// proxy it is the proxy's: a header that says otherwise can be made up.
func peer(r *http.Request) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := at.Addr().Unmap()
	if addr.Is6() {
		network, _ := addr.WithZone("").Prefix(64)
		return network.Addr()
	}
	return addr
}
