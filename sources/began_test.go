package sources

import (
	"context"
	"testing"

	"clipsheet/clips"
)

// A query says when it begins, which is once there is a place for it.
func TestAQueryTellsWhenItBegins(t *testing.T) {
	t.Parallel()
	f := newFollower(t, newDatabase(t, "").reader, func(c *Config) { c.MaxConnections = 1 })
	begun := 0
	q := clips.Query{SQL: "select 1", Began: func() { begun++ }}
	first, err := f.Open(t.Context(), q)
	if err != nil || begun != 1 {
		t.Fatalf("it began %d times: %v", begun, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Open(gone, q); err == nil || begun != 1 {
		t.Errorf("it began %d times, the last without a place: %v", begun, err)
	}
	first.Close()
	if again, err := f.Open(t.Context(), q); err != nil || begun != 2 {
		t.Errorf("it began %d times: %v", begun, err)
	} else {
		again.Close()
	}
}
