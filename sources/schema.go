package sources

import (
	"context"
	"encoding/json"
	"fmt"

	"clipsheet/clips"
)

// sqlTables lists what the role may read, a table a row: as JSON, so that names and comments may hold anything.
const sqlTables = `
select pg_catalog.json_build_object(
	'schema', n.nspname,
	'name', c.relname,
	'plain', case when pg_catalog.pg_table_is_visible(c.oid) then '' else pg_catalog.quote_ident(n.nspname) || '.' end
		|| pg_catalog.quote_ident(c.relname),
	'kind', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
	'rows', case when c.relkind = 'v' then -1 else c.reltuples::bigint end,
	'comment', coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), ''),
	'columns', (
		select pg_catalog.json_agg(pg_catalog.json_build_object(
			'name', a.attname,
			'plain', pg_catalog.quote_ident(a.attname),
			'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
			'comment', coalesce(pg_catalog.col_description(c.oid, a.attnum), '')) order by a.attnum)
		from pg_catalog.pg_attribute a
		where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
			and pg_catalog.has_column_privilege(c.oid, a.attnum, 'select')))::text
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
	and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_toast%' and n.nspname not like 'pg\_temp%'
	and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_any_column_privilege(c.oid, 'select')
order by not pg_catalog.pg_table_is_visible(c.oid), n.nspname, c.relname
limit 5000`

// Tables lists the tables and views that queries on the follower may read, with their columns and comments: at most
// 5,000, those that need no schema in front first.
func (f *Follower) Tables(ctx context.Context) ([]clips.Table, error) {
	rows, err := f.Open(ctx, clips.Query{SQL: sqlTables, Limits: clips.Limits{Bytes: 64 << 20}})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []clips.Table{}
	for rows.Next() {
		var t clips.Table
		if err := json.Unmarshal(rows.Row()[0], &t); err != nil {
			return nil, fmt.Errorf("read the tables of source %s: %w", f.cfg.Name, err)
		}
		all = append(all, t)
	}
	return all, rows.Err()
}
