package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"clipsheet/clips"
)

const (
	lookEvery   = time.Second
	lookTimeout = 5 * time.Second
	sayEvery    = 20 * time.Second // so that proxies do not take the silence for an end
	mostWatch   = 1000             // pages that are kept up to date at once
)

// watchers are the pages that are to be told when something happens. One look at the database a second serves them
// all, and none is taken while nobody watches.
type watchers struct {
	look func(context.Context) (string, error)

	mu    sync.Mutex
	last  string
	pages map[chan string]bool
	stop  context.CancelFunc
}

// add tells a page of each pulse there is from now on, the newest in place of one it has not taken. ok is false when
// too many watch.
func (h *watchers) add() (news chan string, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.pages) >= mostWatch {
		return nil, false
	}
	if len(h.pages) == 0 {
		ctx, stop := context.WithCancel(context.Background())
		h.pages, h.stop, h.last = map[chan string]bool{}, stop, ""
		go h.watch(ctx)
	}
	news = make(chan string, 1)
	h.pages[news] = true
	if h.last != "" {
		news <- h.last
	}
	return news, true
}

// remove forgets a page. With the last one the looking ends.
func (h *watchers) remove(news chan string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages, news)
	if len(h.pages) == 0 {
		h.stop()
	}
}

func (h *watchers) watch(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		asking, cancel := context.WithTimeout(ctx, lookTimeout)
		pulse, err := h.look(asking)
		cancel()
		if err == nil {
			h.tell(ctx, pulse)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (h *watchers) tell(ctx context.Context, pulse string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if pulse == h.last || ctx.Err() != nil {
		return
	}
	h.last = pulse
	for news := range h.pages {
		select {
		case <-news: // it was not taken, and is old by now
		default:
		}
		news <- pulse
	}
}

// events tells a page when to bring itself up to date. What happened it does not say, so there is nothing to keep from
// anybody. A browser that comes back names the last pulse it saw.
func (s *site) events(w http.ResponseWriter, r *http.Request, _ clips.Person) {
	news, ok := s.watchers.add()
	if !ok {
		w.Header().Set("Retry-After", "60")
		answer(w, http.StatusServiceUnavailable, "text/plain; charset=utf-8", "Too many pages are open: reload this one by hand.\n")
		return
	}
	defer s.watchers.remove(news)
	allowWaiting(w)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	tick := time.NewTicker(sayEvery)
	defer tick.Stop()
	seen := r.Header.Get("Last-Event-ID")
	say := "retry: 2000\n\n"
	for {
		if say != "" {
			out.SetWriteDeadline(time.Now().Add(sayEvery))
			if _, err := fmt.Fprint(w, say); err != nil || out.Flush() != nil {
				return
			}
		}
		say = ""
		select {
		case pulse := <-news:
			if pulse != seen {
				seen, say = pulse, "event: news\nid: "+pulse+"\ndata: look again\n\n"
			}
		case <-tick.C:
			say = ": still here\n\n"
		case <-s.Stopping:
			return
		case <-r.Context().Done():
			return
		}
	}
}
