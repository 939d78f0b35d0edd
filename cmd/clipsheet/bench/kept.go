package bench

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"clipsheet/clips"
)

// Kept is work with a result that is kept, in a file in this process.
type Kept struct {
	Bytes   int64   `json:"bytes"` // of the largest result that the service kept
	Rows    int64   `json:"rows"`
	Read    float64 `json:"read_seconds"`
	Rewrite float64 `json:"rewrite_seconds"` // read, and written again
	Page    float64 `json:"page_seconds"`    // a hundred rows from its middle
}

func (b *bench) kept(s *service) (k Kept, err error) {
	path, err := s.largest()
	if err != nil {
		return k, err
	}
	file, err := os.Open(path)
	if err != nil {
		return k, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return k, err
	}
	snapshot, err := clips.OpenSnapshot(file, info.Size())
	if err != nil {
		return k, err
	}
	k.Bytes, k.Rows = info.Size(), snapshot.NumRows()
	if k.Read, err = timed(b.Rounds, func() error { return walk(snapshot.Rows(0, -1)) }); err != nil {
		return k, err
	}
	if k.Page, err = timed(100, func() error { return walk(snapshot.Rows(k.Rows/2, 100)) }); err != nil {
		return k, err
	}
	k.Rewrite, err = timed(b.Rounds, func() error { return rewrite(snapshot, filepath.Join(b.dir, "rewritten")) })
	return k, err
}

// largest finds the largest result in the cache of a service.
func (s *service) largest() (path string, err error) {
	all, err := filepath.Glob(filepath.Join(s.folder, "cache", "snap-*"))
	var most int64
	for _, one := range all {
		if info, err := os.Stat(one); err == nil && info.Size() > most {
			path, most = one, info.Size()
		}
	}
	if path == "" && err == nil {
		err = fmt.Errorf("the service kept no result")
	}
	return path, err
}

func rewrite(snapshot *clips.Snapshot, path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	defer file.Close()
	w := bufio.NewWriterSize(file, 128<<10)
	if _, err := clips.WriteSnapshot(w, snapshot.Rows(0, -1), nil); err != nil {
		return err
	}
	return w.Flush()
}

func walk(rows clips.Rows) error {
	for rows.Next() {
	}
	return rows.Err()
}

// timed is the median time of some work.
func timed(rounds int, work func() error) (float64, error) {
	var all []float64
	for range rounds {
		began := time.Now()
		if err := work(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(began).Seconds())
	}
	return median(all), nil
}
