package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Export is what some results, made and sent at once, added to the memory of a service that was idle.
type Export struct {
	What   string `json:"what"`
	Goal   int64  `json:"goal_bytes,omitempty"`
	Memory int64  `json:"memory_bytes"` // the peak of all, above idle
}

// exports measures each in a service of its own, since a peak is one for ever.
func (b *bench) exports(ctx context.Context) (all []Export, err error) {
	b.say("Memory …")
	for _, e := range []struct {
		what  string
		goal  int64
		forms []string
	}{
		{"CSV", 20 << 20, []string{"csv"}},
		{"JSON", 20 << 20, []string{"json"}},
		{"XLSX", 64 << 20, []string{"xlsx"}},
		{"ten at once, one to a slow reader", 0, []string{"csv", "csv", "csv", "csv", "csv", "json", "json", "json", "xlsx", "xlsx"}},
	} {
		memory, err := b.export(ctx, strings.Fields(e.what)[0], e.forms)
		if err != nil {
			return nil, fmt.Errorf("export %s: %w", e.what, err)
		}
		all = append(all, Export{e.what, e.goal, memory})
	}
	return all, nil
}

func (b *bench) export(ctx context.Context, folder string, forms []string) (int64, error) {
	all, slugs := make([]clip, len(forms)), make([]string, len(forms))
	for i := range all {
		slugs[i] = fmt.Sprintf("export-%d", i)
		all[i] = clip{slugs[i], fmt.Sprintf("select * from (%s) q offset %d", b.SQL, i)}
		if len(forms) > 1 {
			all[i].sql += fmt.Sprintf(" limit %d", b.Rows/5)
		}
	}
	s, err := b.serve(ctx, "export-"+folder, all)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	urls, err := s.links(ctx, len(forms), slugs...)
	if err != nil {
		return 0, err
	}
	idle := s.memory("VmRSS")
	slow, leave := context.WithCancel(ctx)
	defer leave()
	if len(forms) > 1 {
		go dawdle(slow, urls[0])
		urls, forms = urls[1:], forms[1:]
	}
	err = together(len(urls), func(i int) error {
		answer, err := ask(ctx, plain, strings.TrimSuffix(urls[i], "csv")+forms[i])
		if err != nil {
			return err
		}
		_, err = drain(answer)
		return err
	})
	return s.memory("VmHWM") - idle, err
}

// dawdle takes a few kilobytes now and then, until it may leave.
func dawdle(ctx context.Context, url string) {
	answer, err := ask(ctx, plain, url)
	if err != nil {
		return
	}
	defer answer.Body.Close()
	for {
		if _, err := io.CopyN(io.Discard, answer.Body, 4<<10); err != nil && !errors.Is(err, io.EOF) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}
