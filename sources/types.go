package sources

import (
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/clips"
)

// builtin holds the types Clipsheet has a word for, by OID, and a few common ones it has none for, which spares
// looking them up. Built-in OIDs never change.
var builtin = map[uint32]clips.Type{
	16: clips.Bool, 17: clips.Bytes,
	21: clips.Int, 23: clips.Int, 20: clips.Int,
	1700: clips.Numeric, 700: clips.Float, 701: clips.Float,
	25: clips.Text, 1043: clips.Text, 1042: clips.Text, 19: clips.Text, 18: clips.Text,
	1082: clips.Date, 1083: clips.Time, 1266: clips.Time,
	1114: clips.Timestamp, 1184: clips.TimestampTZ, 1186: clips.Interval,
	2950: clips.UUID, 114: clips.JSON, 3802: clips.JSON,
	26: clips.Other, 790: clips.Other, 869: clips.Other, 650: clips.Other, 142: clips.Other, 600: clips.Other,
	2205: clips.Other, 3904: clips.Other, 3908: clips.Other, 3910: clips.Other, 3912: clips.Other, 3926: clips.Other,
	3614: clips.Other,
}

// arrayOf leads from an array type to the type of its elements. The two vectors (22, 30) print without braces, but
// their values are lists all the same.
var arrayOf = map[uint32]uint32{
	1000: 16, 1001: 17,
	1005: 21, 1007: 23, 1016: 20,
	1231: 1700, 1021: 700, 1022: 701,
	1009: 25, 1015: 1043, 1014: 1042, 1003: 19, 1002: 18,
	1182: 1082, 1183: 1083, 1270: 1266,
	1115: 1114, 1185: 1184, 1187: 1186,
	2951: 2950, 199: 114, 3807: 3802,
	22: 21, 30: 26, 1028: 26,
}

// What the server knows of types that the tables do not: whether it is an array, and what it, or its elements, are
// beneath any domains. A domain as a column needs no look-up: it arrives as its base type.
const sqlTypes = `
with recursive part as (
    select t.oid as asked,
           t.typcategory = 'A' and t.typelem <> 0 and t.typlen = -1 as is_array,
           case when t.typcategory = 'A' and t.typelem <> 0 and t.typlen = -1 then t.typelem else t.oid end as oid
    from pg_catalog.pg_type t
    where t.oid = any ($1::oid[])
    union all
    select p.asked, p.is_array, t.typbasetype
    from part p
    join pg_catalog.pg_type t on t.oid = p.oid
    where t.typtype = 'd'
)
select p.asked, p.is_array, p.oid, t.typcategory
from part p
join pg_catalog.pg_type t on t.oid = p.oid
where t.typtype <> 'd'`

// columns gives the fields their types, with at most one look-up, in the transaction of the query.
func (s *session) columns(fields []pgconn.FieldDescription) ([]clips.Column, error) {
	columns := make([]clips.Column, len(fields))
	unknown := map[uint32][]int{}
	for i, f := range fields {
		columns[i] = clips.Column{Name: f.Name, OID: f.DataTypeOID, Typmod: f.TypeModifier}
		if !setBuiltin(&columns[i]) {
			unknown[f.DataTypeOID] = append(unknown[f.DataTypeOID], i)
		}
	}
	if len(unknown) == 0 {
		return columns, nil
	}
	found, err := s.lookUp(unknown)
	for _, row := range found {
		for _, i := range unknown[oid(row[0])] {
			setFound(&columns[i], isTrue(row[1]), oid(row[2]), string(row[3]))
		}
	}
	return columns, err
}

func setBuiltin(c *clips.Column) bool {
	if elem, ok := arrayOf[c.OID]; ok {
		c.Type, c.Elem = clips.Array, builtin[elem]
		return true
	}
	t, ok := builtin[c.OID]
	c.Type = t
	return ok
}

// setFound types a column whose type was looked up. Extension types that are strings, like citext, are Text.
func setFound(c *clips.Column, isArray bool, base uint32, category string) {
	t := builtin[base]
	if t == clips.Other && category == "S" {
		t = clips.Text
	}
	c.Type = t
	if isArray {
		c.Type, c.Elem = clips.Array, t
	}
}

func (s *session) lookUp(types map[uint32][]int) ([][][]byte, error) {
	list := make([]string, 0, len(types))
	for id := range types {
		list = append(list, strconv.FormatUint(uint64(id), 10))
	}
	ctx, cancel := s.within(s.f.cfg.StatementTimeout)
	defer cancel()
	asked := [][]byte{[]byte("{" + strings.Join(list, ",") + "}")}
	result := s.conn.ExecParams(ctx, sqlTypes, asked, nil, nil, nil).Read()
	return result.Rows, s.explain(result.Err)
}

func oid(v []byte) uint32 {
	n, _ := strconv.ParseUint(string(v), 10, 32)
	return uint32(n)
}
