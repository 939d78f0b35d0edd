package web

import (
	"net/http"
	"strconv"
)

// apiPage is a part of a list. Next, when it is not empty, is the cursor of the part after it.
type apiPage struct {
	Items any    `json:"items"`
	Next  string `json:"next,omitempty"`
}

const (
	usualItems = 100
	mostItems  = 1000
)

// pageOf cuts a list, which is sorted by key, to what ?cursor= and ?limit= ask for.
func pageOf[T, U any](r *http.Request, all []T, key func(T) string, show func(T) U) (apiPage, error) {
	limit, err := limitOf(r)
	if err != nil {
		return apiPage{}, err
	}
	cursor, items, next := r.URL.Query().Get("cursor"), []U{}, ""
	for i, item := range all {
		if cursor != "" {
			if key(item) == cursor {
				cursor = ""
			}
			continue
		}
		if len(items) == limit {
			next = key(all[i-1])
			break
		}
		items = append(items, show(item))
	}
	if cursor != "" {
		return apiPage{}, badRequest("cursor is %q, which is no longer in the list: begin again without one.", cursor)
	}
	return apiPage{Items: items, Next: next}, nil
}

// limitOf is how long a part of a list is to be.
func limitOf(r *http.Request) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usualItems, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostItems {
		return 0, badRequest("limit is %q: it counts from 1 to %d.", text, mostItems)
	}
	return n, nil
}
