package web

import (
	"fmt"
	"sync"
	"time"

	"clipsheet/clips"
)

const (
	lessonAge   = 10 * time.Minute // a schema changes rarely, and a plan that old teaches as well
	mostLessons = 500
)

// lessons keep what the follower said of clips for a while, since many read the same. The zero value is ready.
type lessons struct {
	mu   sync.Mutex
	kept map[string]told
}

// told is what a follower said of a clip, at a moment.
type told struct {
	tables []clips.Table
	plan   *planShown
	at     time.Time
}

// lessonOf names what is said of a revision with some values.
func lessonOf(clip clips.Clip, given map[string]string) string {
	return fmt.Sprintf("%d %d %q", clip.ID, clip.Revision.Number, given)
}

func (l *lessons) find(name string, now time.Time) (told, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.kept[name]
	return t, ok && now.Sub(t.at) < lessonAge
}

func (l *lessons) keep(name string, t told) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept == nil || len(l.kept) >= mostLessons { // with the old ones go some that are not; they are told again
		l.kept = map[string]told{}
	}
	l.kept[name] = t
}
