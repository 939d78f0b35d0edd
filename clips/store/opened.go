package store

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"clipsheet/clips"
)

// memory remembers what links open, and asks the database only whether their rows are still those.
type memory struct {
	pool *pgxpool.Pool

	mu    sync.Mutex
	known map[[32]byte]opened
}

// mostOpened bounds what is remembered.
const mostOpened = 10_000

// opened is a link and the clip that it opens, if it is one's. All readers have the same, and change nothing in it.
type opened struct {
	version version
	link    clips.Link
	clip    clips.Clip
}

// version says which rows of a link and its clip were read, by the transactions that wrote them; 0 is no clip. Revisions
// do not change.
type version struct{ link, clip uint32 }

// find finds some links: those that changed, or were never seen, with a second question.
func (m *memory) find(ctx context.Context, hashes [][]byte) (map[[32]byte]opened, error) {
	versions, err := m.versions(ctx, hashes)
	if err != nil {
		return nil, err
	}
	found, others := m.recall(versions)
	if len(others) == 0 {
		return found, nil
	}
	if err := m.read(ctx, others, found); err != nil {
		return nil, err
	}
	m.remember(found)
	return found, nil
}

// recall gives what is remembered of some versions, and the hashes of the others.
func (m *memory) recall(versions map[[32]byte]version) (found map[[32]byte]opened, others [][]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found = make(map[[32]byte]opened, len(versions))
	for hash, v := range versions {
		if o, ok := m.known[hash]; ok && o.version == v {
			found[hash] = o
		} else {
			others = append(others, slices.Clone(hash[:]))
		}
	}
	return found, others
}

func (m *memory) remember(found map[[32]byte]opened) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known)+len(found) > mostOpened {
		m.known = map[[32]byte]opened{}
	}
	maps.Copy(m.known, found)
}

// versions finds the links among some hashes. One to a clip that is retired is not there.
func (m *memory) versions(ctx context.Context, hashes [][]byte) (map[[32]byte]version, error) {
	rows, _ := m.pool.Query(ctx, `
		select l.token_hash, l.xmin, coalesce(c.xmin, '0')
		from clipsheet.links l
		left join clipsheet.clips c on c.id = l.clip_id
		where l.token_hash = any($1) and c.retired_at is null`, hashes)
	all := make(map[[32]byte]version, len(hashes))
	var hash []byte
	var v version
	_, err := pgx.ForEachRow(rows, []any{&hash, &v.link, &v.clip}, func() error {
		all[[32]byte(hash)] = v
		return nil
	})
	return all, err
}

// read adds to found what some links open.
func (m *memory) read(ctx context.Context, hashes [][]byte, found map[[32]byte]opened) error {
	rows, _ := m.pool.Query(ctx, `
		select l.token_hash, l.xmin, coalesce(c.xmin, '0'), `+linkColumns+`, `+clipColumns+`
		from clipsheet.links l
		join clipsheet.clips c on c.id = l.clip_id
		join clipsheet.revisions r on r.clip_id = c.id and r.number = c.revision
		where l.token_hash = any($1) and c.retired_at is null`, hashes)
	err := each(rows, func(o *opened) []any { return append(linkFields(&o.link), clipFields(&o.clip)...) }, found)
	if err != nil || covers(found, hashes) {
		return err
	}
	rows, _ = m.pool.Query(ctx, `
		select l.token_hash, l.xmin, coalesce(c.xmin, '0'), `+linkColumns+`
		from clipsheet.links l
		left join clipsheet.clips c on c.id = l.clip_id
		where l.token_hash = any($1) and l.workbook <> ''`, hashes)
	return each(rows, func(o *opened) []any { return linkFields(&o.link) }, found)
}

// each reads rows that begin with a hash and a version.
func each(rows pgx.Rows, fields func(*opened) []any, found map[[32]byte]opened) error {
	defer rows.Close()
	for rows.Next() {
		var hash []byte
		var o opened
		if err := rows.Scan(append([]any{&hash, &o.version.link, &o.version.clip}, fields(&o)...)...); err != nil {
			return err
		}
		found[[32]byte(hash)] = o
	}
	return rows.Err()
}

func covers(found map[[32]byte]opened, hashes [][]byte) bool {
	return !slices.ContainsFunc(hashes, func(hash []byte) bool { _, ok := found[[32]byte(hash)]; return !ok })
}
