package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
)

// oracle answers after a second, with a link whose number is that of the question, and nothing for the hash 0.
type oracle struct {
	mu    sync.Mutex
	asked []int // how many hashes each question had
	err   error
}

func (o *oracle) ask(_ context.Context, hashes [][]byte) (map[[32]byte]opened, error) {
	o.mu.Lock()
	o.asked = append(o.asked, len(hashes))
	number, found, err := int64(len(o.asked)), map[[32]byte]opened{}, o.err
	o.mu.Unlock()
	for _, hash := range hashes {
		if hash[0] != 0 {
			found[[32]byte(hash)] = opened{link: clips.Link{ID: number}}
		}
	}
	time.Sleep(time.Second)
	return found, err
}

// read has readers ask, and gives the number of the question that answered each.
func read(l *lookups, hashes ...byte) []int64 {
	numbers := make([]int64, len(hashes))
	var all sync.WaitGroup
	for i, h := range hashes {
		all.Go(func() {
			o, err := l.find(context.Background(), [32]byte{h})
			if numbers[i] = o.link.ID; err != nil {
				numbers[i] = -1
			}
		})
	}
	all.Wait()
	return numbers
}

func TestReadersShareQuestions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o oracle
		l := &lookups{ask: o.ask}
		for range mostLookups { // these are on their way
			go l.find(t.Context(), [32]byte{1})
			synctest.Wait()
		}
		time.Sleep(time.Second / 2)
		numbers := read(l, 1, 2, 2, 3, 0)
		if want := []int64{3, 3, 3, 3, -1}; !slices.Equal(numbers, want) {
			t.Errorf("questions %v answered, want %v: one for all who came meanwhile, begun after they asked", numbers, want)
		}
		if want := []int{1, 1, 4}; !slices.Equal(o.asked, want) {
			t.Errorf("questions of %v hashes, want %v", o.asked, want)
		}
		l.work.Wait()
	})
}

func TestAReaderWhoLeavesTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var o oracle
		l := &lookups{ask: o.ask}
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, err := l.find(ctx, [32]byte{1}); left <- err }()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if got := read(l, 1); got[0] != 2 {
			t.Errorf("question %d answered", got[0])
		}
		l.work.Wait()
		o.err = errors.New("the database is away")
		if got := read(l, 1, 2); got[0] != -1 || got[1] != -1 {
			t.Errorf("questions that failed answered: %v", got)
		}
		l.work.Wait()
	})
}
