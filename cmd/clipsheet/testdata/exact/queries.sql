-- One query a line. What COPY makes of each is what CSV is; what json_agg makes of it is what JSON is equal to.

-- Shapes.
select 1 as a where false
select 1 as a, 'x' as b where false
select 2 as "?column?", 3 as "a,b", 4 as "say ""hi""", 5 as "Zwei Wörter", 6 as "__proto__"
select repeat('n', 63) as "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
select null as a
select null::int as a, '' as b, null::text as c
select '' as a
select * from (values (''), (null), (' ')) t (a)
select '\.' as a
select * from (values ('\.'), ('\\.'), ('x\.')) t (a)
select '\.' as a, '\.' as b
values (1, 'one'), (2, 'two'), (3, null)
table pg_catalog.pg_am order by oid
with recursive n (n) as (select 1 union all select n + 1 from n where n < 500) select n, n * n as square, repeat('x', n) as x from n
select g as n, g::text as t, md5(g::text) as h from generate_series(1, 20000) g order by n
select g as a, g as b, g as c, g as d, g as e, g as f, g as h, g as i from generate_series(1, 3000) g order by g
select repeat('long ', 200000) as a, repeat('"', 100000) as b, repeat(E'\n', 1000) as c
select * from (select 1 as a) x order by a -- a comment at the end
/* one before */ select 1 as a;

-- Text.
select * from (values ('a,b'), ('say "hi"'), ('"'), ('""'), (E'two\nlines'), (E'cr\rlf\r\n'), (E'tab\there'), (E'\b\f\x01\x1f\x7f'), ('back\slash'), ('''quote'''), (' lead'), ('trail '), ('null'), ('NULL'), ('0012'), ('1e5'), ('TRUE'), ('=1+1'), ('<b>&amp;'), ('é ł 桜 🌸 مرحبا'), (U&'\2028\2029\FEFF\00A0')) t (a)
select * from (values (1, 'a;b'), (2, 'a|b'), (3, '#x'), (4, '--')) t (n, a)
select 'abc'::char(10) as a, 'abc'::varchar(5) as b, 'x'::"char" as c, 'name'::name as d, ''::char(3) as e, 'text'::text collate "C" as f
select E'caf\u00e9'::text as a, chr(1114109) as b, lpad('7', 3, '0') as c
select 'one'::text as a union all select null union all select '' order by 1

-- Numbers.
select * from (values (0::int2), (-32768), (32767), (null)) t (a)
select * from (values (0), (-2147483648), (2147483647), (null)) t (a)
select * from (values (0::int8), (-9223372036854775808), (9223372036854775807), (9007199254740992), (9007199254740993), (-9007199254740993), (null)) t (a)
select * from (values (0::numeric), (-0.0), (1200.00), (0.1), (1e-20), (1e400), (-1e-300), ('NaN'), ('Infinity'), ('-Infinity'), (9007199254740992.5), (123456789012345678901234567890.123456789), (.5), (null)) t (a)
select 12.5::numeric(14,2) as a, 1200::numeric(20,4) as b, 1234.5::numeric(6,-2) as c, (1::numeric / 3) as d, 1e100::numeric as e
select * from (values (0::float8), ('-0'), (1.5), (1e-20), (1e300), (1e22), (123456789.123456789), ('NaN'), ('Infinity'), ('-Infinity'), (4.9e-324), (1.7976931348623157e308), (9007199254740993), (null)) t (a)
select * from (values (0::float4), (0.1), (1e-30), (3.4e38), (16777217), ('NaN'), ('-Infinity')) t (a)
select 12.34::money as a, (-1234567.89)::money as b
select 26::oid as a, 'pg_class'::regclass as b, 'int4'::regtype as c, 'now'::regproc as d, '1'::xid as e, '(0,1)'::tid as f, '1'::cid as g, '1'::xid8 as h
select avg(g), sum(g), count(*), stddev(g), sum(g::int8) as s8, sum(g::float8) as sf, min(g::text) from generate_series(1, 100) g

-- Dates and times.
select * from (values ('2026-11-24'::date), ('0001-01-01'), ('0044-03-15 BC'), ('4713-01-01 BC'), ('5874897-12-31'), ('infinity'), ('-infinity'), ('1900-02-28'), (null)) t (a)
select * from (values ('2026-11-24 09:05:00'::timestamp), ('2026-11-24 09:05:00.123456'), ('2026-11-24 09:05:00.1'), ('0044-03-15 12:00:00 BC'), ('294276-12-31 23:59:59.999999'), ('infinity'), ('-infinity'), (null)) t (a)
select * from (values ('2026-11-24 09:05:00+01'::timestamptz), ('2026-03-29 01:00:00+00'), ('2026-10-25 00:30:00.5+00'), ('1891-03-15 00:00:00+00'), ('0044-03-15 12:00:00+00 BC'), ('294276-12-31 23:59:59+00'), ('infinity'), ('-infinity'), (null)) t (a)
select * from (values ('00:00'::time), ('23:59:59.999999'), ('24:00:00'), (null)) t (a)
select * from (values ('00:00+00'::timetz), ('23:59:59.5+05:30'), ('24:00:00-12'), ('12:00:00+00:09:21')) t (a)
select * from (values ('1 year 2 months 3 days 04:05:06.7'::interval), ('-1 days'), ('0'), ('1000000 hours'), ('-1 month +1 day -00:00:01'), ('99999 years'), (null)) t (a)
select '2026-11-24 09:05:00.123456'::timestamp(0) as a, '2026-11-24 09:05:00.129'::timestamptz(2) as b, '09:05:06.789'::time(1) as c, '1 day 1.5 seconds'::interval second(0) as d

-- Everything else.
select true as a, false as b, null::bool as c
select '8c6d2a52-6c5b-4b0e-8e1c-0d8a2c3b4d5e'::uuid as a
select '\x'::bytea as a, '\x00ff22'::bytea as b, decode('5c', 'hex') as c
select * from (values ('{"a": [1, 2.50, null], "b": "x\ny"}'::json), ('[]'), ('"text"'), ('null'), ('1e5'), (E'{"a":\n 1}'), ('{"k":1}'), (null)) t (a)
select * from (values ('{"b": 1, "a": {"c": 1e400}}'::jsonb), ('[1, 2]'), ('"say \"hi\" \u00e9"'), ('null'), ('123456789012345678901234567890'), (null)) t (a)
select '(1,2)'::point as a, '[(0,0),(1,1)]'::lseg as b, '((0,0),(1,1))'::box as c, '((0,0),(1,1),(2,0))'::polygon as d, '<(0,0),5>'::circle as e, '{1,2,3}'::line as f, '[(0,0),(1,1)]'::path as g
select '192.168.0.1/24'::inet as a, '10.0.0.0/8'::cidr as b, '08:00:2b:01:02:03'::macaddr as c, '08:00:2b:01:02:03:04:05'::macaddr8 as d, '::1'::inet as e
select b'1010'::bit(4) as a, b'101'::varbit as b, b''::varbit as c
select '[1,5)'::int4range as a, 'empty'::int8range as b, '[2026-01-01,)'::daterange as c, '(,1.5]'::numrange as d, '["2026-01-01 00:00","2026-01-02 00:00")'::tsrange as e, '{[1,3),[5,9)}'::int4multirange as f
select 'a fat cat'::tsvector as a, 'fat & cat'::tsquery as b, '<a>&amp;</a>'::xml as c, '$.a[*]'::jsonpath as d, '16/B374D848'::pg_lsn as e, '10:20:10'::pg_snapshot as f
select oid, typname, typlen, typbyval, typtype, typdefault from pg_type where oid < 100 order by oid
select indkey, indclass, indoption from pg_index where indexrelid < 3000 order by indexrelid
select proargtypes, proargnames, proallargtypes from pg_proc where oid < 1500 order by oid

-- Arrays.
select * from (values ('{}'::int[]), ('{1,2,NULL}'), ('{{1,2},{3,4}}'), ('[0:2]={7,8,9}'), ('[-1:0][2:3]={{1,2},{3,4}}'), ('{{{1}}}'), (null)) t (a)
select * from (values ('{}'::text[]), ('{a,"b c","",NULL,"NULL","x,y","{}","\"","\\"}'), (array[E'two\nlines', 'é', ' ', 'null'])) t (a)
select '{9007199254740993,1}'::int8[] as a, '{1.50,NaN,1e30}'::numeric[] as b, '{1e-20,NaN,-Infinity}'::float8[] as c, '{t,f,NULL}'::bool[] as d
select '{2026-11-24,infinity}'::date[] as a, '{"2026-11-24 09:05:00"}'::timestamp[] as b, '{"2026-11-24 09:05:00+01",-infinity}'::timestamptz[] as c, '{09:05}'::time[] as d, '{"1 day"}'::interval[] as e
select array['{"a": 1}'::json, '[1,2]', '"x"', 'null'] as a, array['{"a": 1}'::jsonb, '1'] as b, array['\x00ff'::bytea] as c, array['8c6d2a52-6c5b-4b0e-8e1c-0d8a2c3b4d5e'::uuid] as d
select array['(0,0),(1,1)'::box, '(2,2),(3,3)'] as a, array['(1,2)'::point] as b, array['1.2.3.4'::inet] as c, array[b'10'] as d, array['[1,2)'::int4range] as e, array['12.5'::money] as f
select array['x'::char(3), 'yy'] as a, array['v'::varchar] as b, array['n'::name] as c, array['c'::"char"] as d, array[1::oid, 2] as e, array[1::int2] as f, array[0.5::float4] as g
select array_agg(g order by g) as a, array_agg(g::text order by g) as b from generate_series(1, 500) g
