package store

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// moment reads and writes a time whose zero is NULL.
func moment(t *time.Time) *zeronull.Timestamptz { return (*zeronull.Timestamptz)(t) }

// millis is a duration as it is kept: whole milliseconds.
type millis time.Duration

func (m millis) Int64Value() (pgtype.Int8, error) {
	return pgtype.Int8{Int64: time.Duration(m).Milliseconds(), Valid: true}, nil
}

func (m *millis) ScanInt64(v pgtype.Int8) error {
	*m = millis(time.Duration(v.Int64) * time.Millisecond)
	return nil
}

// list is never NULL, as our array columns are not.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
