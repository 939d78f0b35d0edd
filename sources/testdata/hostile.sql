-- Statements that somebody might write who means harm, or knows no better. Each has a line that says what it tries.
-- {primary} is a libpq connection to the primary, {pid} the process of another reader, {oid} a large object.

-- the lock table, all of it
select count(pg_advisory_lock(g)) from generate_series(1, 100000) g

-- a lock that is left behind
select pg_advisory_lock(1), pg_advisory_lock_shared(2)

-- locks on rows
select * from orders for update

-- a lock on a table
lock table orders in access exclusive mode

-- the end of another reader
select pg_terminate_backend({pid})

-- the end of everybody
select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = current_user

-- another reader's query
select pg_cancel_backend({pid})

-- replay held up
select pg_wal_replay_pause()

-- locks of the transaction, all of them
select count(pg_advisory_xact_lock(g)) from generate_series(1, 100000) g

-- locks that are tried
select bool_and(pg_try_advisory_lock_shared(g, g)) from generate_series(1, 1000) g

-- predicates locked for ever
select set_config('transaction_isolation', 'serializable', false), * from orders for share

-- the end of the server's own processes
select pg_terminate_backend(pid) from pg_stat_activity where backend_type <> 'client backend'

-- the end of any process
select pg_terminate_backend(g), pg_cancel_backend(g) from generate_series(1, 100) g

-- memory written to the log
select pg_log_backend_memory_contexts({pid})

-- replay let go
select pg_wal_replay_resume()

-- From here on they reach nobody else's session, or so one hopes, and are run several at once.

-- a write, plainly
insert into orders values (9, 9)

-- a write that gives rows
delete from orders returning *

-- a write in a WITH part
with w as (update orders set amount = 0 returning *) select * from w

-- a write by a function that runs with its owner's rights
select do_write()

-- a write by such a function, called for a row
select do_write() from orders

-- a write by such a function, called to sort
select 1 from orders order by do_write()

-- a second statement
select 1; select do_write()

-- an end of the transaction, then a write
commit; select do_write()

-- an end of the transaction that leaves a chain
rollback and chain; insert into orders values (9, 9)

-- an end of our comment or string that is not there
select 1 /* ; commit; select do_write() -- */

-- a transaction that may write
set transaction read write

-- a transaction that may write, by function
select set_config('transaction_read_only', 'off', false), do_write()

-- sessions that may write from now on
select set_config('default_transaction_read_only', 'off', false)

-- code of its own
do $$ begin commit; perform do_write(); end $$

-- a procedure
call do_it()

-- a table of its own
create temp table t as select 1

-- a table made by a query
select * into t from orders

-- a copy out
copy orders to program 'cat > /tmp/orders'

-- a copy in
copy orders from stdin

-- a file of the server
select pg_read_file('postgresql.conf')

-- the files of the server
select * from pg_ls_dir('.')

-- a large object
select lo_from_bytea(0, 'x')

-- a large object by number
select lo_create(424242)

-- an end of a large object
select lo_unlink({oid})

-- other bytes in a large object
select lo_put({oid}, 0, 'harm')

-- a large object from a file
select lo_import('/etc/passwd')

-- a file from a large object
select lo_export({oid}, '/tmp/harm')

-- a write on the primary, by dblink
select * from dblink('{primary}', 'insert into orders values (9, 9) returning id') as d(id int)

-- a write on the primary, by dblink_exec
select dblink_exec('{primary}', 'delete from orders')

-- a connection to elsewhere
select dblink_connect('{primary}')

-- a prepared statement left for the next reader
prepare next as select 'forged'

-- a statement of ours, forged
deallocate all

-- our own statement, run again
execute clip1

-- our transaction, closed with its cursors
close all

-- a cursor that outlives the transaction
declare c cursor with hold for select 1

-- settings for the next reader
select set_config('search_path', 'nowhere', false), set_config('TimeZone', 'Asia/Kolkata', false), set_config('DateStyle', 'German', false)

-- a limit lifted, plainly
set statement_timeout = 0

-- a message to others
select pg_notify('harm', 'x')

-- a message, plainly
notify harm

-- an ear
listen harm

-- a sequence
select nextval('numbers')

-- a sequence set back
select setval('numbers', 1)

-- a role
set role postgres

-- a password
alter role naive password 'mine'

-- others' passwords
select * from pg_authid

-- the connection to the primary
select conninfo from pg_stat_wal_receiver

-- an end of being a follower
select pg_promote()

-- the server's settings
alter system set hot_standby = off

-- a reload
select pg_reload_conf()

-- statistics
select pg_stat_reset()

-- a library
load 'auto_explain'

-- a plan that runs
explain analyze select do_write()

-- a snapshot for others
select pg_export_snapshot()

-- a number of a transaction
select txid_current()

-- the dice of the next reader
select setseed(0.5)

-- nothing
;

-- no end of a comment
select 1 /* 

-- a write in a WITH part of a WITH part
with a as (with b as (insert into orders values (9, 9) returning id) select * from b) select * from a

-- a write in a WITH part of a subquery
select (with w as (delete from orders returning id) select count(*) from w)

-- a write in SQL inside of a text
select query_to_xml('insert into orders values (9, 9) returning id', true, true, '')

-- an end of the transaction in SQL inside of a text
select query_to_xml('commit', true, true, ''), do_write()

-- a write in SQL inside of a text, by its schema
select query_to_xmlschema('select do_write()', true, true, ''), schema_to_xml('public', true, true, '')

-- a write in SQL for statistics of words
select * from ts_stat('select to_tsvector(do_write()::text)')

-- a write in SQL that rewrites words
select ts_rewrite('a & b'::tsquery, 'select to_tsquery(do_write()::text), ''c''::tsquery')

-- a write by a view on a table that is elsewhere
select * from elsewhere

-- a write by an aggregate, a window and a filter
select sum(do_write()) filter (where do_write() > 0) over (order by do_write()) from orders

-- a write in LATERAL, LIMIT and OFFSET
select * from orders o, lateral (select do_write()) w limit (select do_write()) offset (select do_write())

-- a write while it is planned
select * from orders where id = do_write_stably()

-- a write in VALUES
values (do_write())

-- rows merged
merge into orders using orders o on false when not matched then insert values (9, 9)

-- rows cut off
truncate orders

-- the rule of the gate, answered
for select 1

-- the cursor of the gate, by its name
select 1; fetch all from c; close c; select do_write()

-- the cursor of the gate, to write through
delete from orders where current of c

-- a second statement behind a dollar quote that ends early
select $a$ ; $b$ $a$; select do_write() -- $b$

-- a second statement behind a comment in a comment
select 1 /* /* */ ; */ ; select do_write() /* */

-- a second statement behind a backslash
select '\'; select do_write(); --'

-- a second statement behind an escape
select E'\'; select do_write(); --' || E'\\'; select do_write()

-- a second statement behind an escape of Unicode
select U&'\0027; select do_write(); --', U&"\0022; commit" from orders; select do_write()

-- a second statement behind an escape with a letter of its own
select U&'!0027' UESCAPE '!'; commit; select do_write()

-- a second statement behind a space that is none
select 1 ; select do_write()

-- strings that end elsewhere from now on
select set_config('standard_conforming_strings', 'off', false), set_config('backslash_quote', 'on', false)

-- an encoding in which a quote hides
select set_config('client_encoding', 'SJIS', false), 'x'

-- a function in front of another's
select set_config('search_path', 'pg_temp, public, pg_catalog', false), count(*) from orders

-- the end of all that a session holds
discard all

-- a statement of ours that is to come
execute clip2

-- a statement in the place of the next one
prepare clip2 (int) as insert into orders values (9, $1)

-- a cursor that is moved
move all in c

-- a checkpoint
checkpoint

-- a savepoint that is released
release savepoint part

-- a return to a savepoint of ours
rollback to savepoint part

-- a transaction in two halves
prepare transaction 'harm'

-- roles of others, by function
select set_config('role', 'postgres', false), set_config('session_authorization', 'postgres', true)

-- a session of somebody else
set session authorization postgres

-- what belongs to others
reassign owned by postgres to naive

-- a right
grant all on orders to public

-- a policy of rows off
select set_config('row_security', 'off', false), * from orders

-- rules of constraints off
select set_config('session_replication_role', 'replica', false)

-- a library before each session
select set_config('session_preload_libraries', 'auto_explain', false), set_config('local_preload_libraries', 'x', false)

-- files of the server, otherwise
select pg_read_binary_file('pg_hba.conf'), pg_stat_file('postgresql.conf')

-- other folders of the server
select * from pg_ls_logdir(), pg_ls_waldir(), pg_ls_tmpdir(), pg_ls_archive_statusdir()

-- who may connect
select * from pg_hba_file_rules, pg_file_settings

-- a file through XML
select xmlparse(document '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>')

-- a file by COPY, from a query
copy (select do_write()) to '/tmp/harm'

-- a program by COPY, to a table
copy orders from program 'id'

-- a server elsewhere
create server harm foreign data wrapper postgres_fdw

-- a language
create extension plpython3u

-- a function of its own
create function pg_temp.f() returns int language sql as 'select do_write()'

-- a trigger for others
create trigger t before insert on orders execute function do_write()

-- a large object, to write in
select lowrite(lo_open({oid}, 131072), 'harm'), lo_truncate(lo_open({oid}, 131072), 0)

-- a new large object, written in
select lo_put(lo_creat(-1), 0, 'harm'), lo_from_bytea(424243, 'harm')

-- another log file
select pg_rotate_logfile()

-- another file of the log of changes
select pg_switch_wal()

-- a point to go back to
select pg_create_restore_point('harm')

-- a backup that never ends
select pg_backup_start('harm')

-- a message in the log of changes
select pg_logical_emit_message(false, 'harm', 'x')

-- a slot that keeps all changes
select pg_create_physical_replication_slot('harm', true)

-- a slot of changes in words
select pg_create_logical_replication_slot('harm', 'test_decoding')

-- the follower's own slot
select pg_drop_replication_slot(slot_name) from pg_replication_slots

-- an origin of changes
select pg_replication_origin_create('harm')

-- shared statistics
select pg_stat_reset_shared('bgwriter'), pg_stat_reset_slru(null)

-- collations of the system
select pg_import_system_collations('public')

-- numbers of objects
select pg_nextoid('pg_class', 'oid', 'pg_class_oid_index')

-- what an upgrade does
select binary_upgrade_set_next_pg_type_oid('1'::oid)

-- what an extension keeps
select pg_extension_config_dump('orders', '')

-- pages of an index
select brin_summarize_new_values('orders'::regclass), gin_clean_pending_list('orders'::regclass)

-- others' statistics
select * from pg_statistic, pg_subscription, pg_user_mapping

-- a type that reads as a function
select 'do_write()'::regprocedure::oid::regproc::text::cstring

-- an input that fails inside of the server
select ''::internal, ''::pg_node_tree, array_in('{1}', 0, -1)

-- a key of a parameter
select :name, $1, ?

-- its own SQL, from the catalog
select query, pg_stat_get_backend_activity(1) from pg_stat_activity

-- From here on they take time, memory or disk.

-- a limit lifted
select set_config('statement_timeout', '0', false), pg_sleep(30)

-- time
select pg_sleep(30)

-- time in a subquery, for every row
select (select pg_sleep(10)) from generate_series(1, 100)

-- time in SQL inside of a text
select query_to_xml('select pg_sleep(30)', true, true, '')

-- time without end
with recursive r as (select 1 as n union all select n + 1 from r) select count(*) from r

-- a function that catches every cancel
select stubborn()

-- rows without end
select repeat('x', 1000), g from generate_series(1, 1000000000) g

-- a large value
select repeat('x', 100000000)

-- many columns of large values
select repeat('x', 1000000) as a, repeat('x', 1000000) as b, repeat('x', 1000000) as c

-- disk, by sorting
select count(*) from (select g, repeat('x', 1000) from generate_series(1, 10000000) g order by 2, 1 offset 1) s

-- a product of everything
select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b

-- a pattern that takes for ever
select repeat('a', 5000) ~ '(a+)+(a+)+(a+)+(a+)+$b'

-- time in several processes
select set_config('force_parallel_mode', 'on', false), count(pg_sleep(0.001)) from generate_series(1, 100000)

-- time until tomorrow
select pg_sleep_until('tomorrow'), pg_sleep_for('1 day')

-- a limit lifted in SQL inside of a text
select query_to_xml('set statement_timeout = 0', true, true, ''), pg_sleep(30)

-- all numbers
select max(g) from generate_series(1, 1000000000000) g

-- a union without end, of two that call each other
with recursive r as (select array[1] as n union all select n || n from r) select max(array_length(n, 1)) from r

-- a search without end
with recursive r(n) as (values (1) union all select n % 7 + 1 from r) search depth first by n set o select * from r

-- a product of tables that everybody has
select count(*) from pg_class a, pg_class b, pg_class c, pg_attribute d order by 1

-- a regular expression of a thousand branches
select regexp_matches(repeat('ab', 3000), '((a|ab|b)*)*(c|\1)$')

-- a regular expression too large to make
select 'x' ~ '((((x{1,255}){1,255}){1,255}){1,255})'

-- a pattern of LIKE that tries everything
select repeat('a', 20000) like repeat('%a', 3000) || 'b'

-- a text of a gigabyte
select length(repeat('x', 1000000000))

-- a text of more than that
select length(repeat(repeat('x', 1000000), 2000))

-- texts joined without end
select length(string_agg(repeat('x', 1000), ',')) from generate_series(1, 100000000)

-- an array of millions
select array_agg(g) from generate_series(1, 100000000) g

-- an array of six dimensions
select array_fill(0, array[100, 100, 100, 100, 10, 10])

-- JSON of millions
select jsonb_agg(jsonb_build_object('k', g)) from generate_series(1, 100000000) g

-- JSON in JSON in JSON
select (repeat('[', 100000) || repeat(']', 100000))::jsonb

-- a path of JSON that tries everything
select jsonb_path_query(jsonb_agg(g), '$[*] ? (@ > 0).** ? (@ > 0).**') from generate_series(1, 100000) g

-- XML that unfolds
select xmlparse(document '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]><x>&f;&f;&f;</x>')

-- a path of XML that tries everything
select xpath('//*[count(//*[count(//*) > 0]) > 0]', xmlparse(document '<x>' || repeat('<y/>', 200) || '</x>'))

-- a number of a hundred thousand digits
select 2::numeric ^ 100000 * 3::numeric ^ 100000

-- a factorial
select factorial(20000)

-- a value of many parts
select (select string_agg(o::text, '') from orders o, generate_series(1, 10000000)) from orders

-- disk, by joining
select count(*) from (select g, repeat('x', 100) from generate_series(1, 5000000) g) a join (select g, repeat('y', 100) from generate_series(1, 5000000) g) b using (g)

-- disk, by a window
select count(*) from (select lag(g) over (order by md5(g::text)), repeat('x', 500) from generate_series(1, 10000000) g) s

-- disk, by rows kept
with w as materialized (select g, repeat('x', 1000) from generate_series(1, 100000000) g) select count(*) from w a, w b

-- more memory for itself
select set_config('work_mem', '2000000', false), set_config('hash_mem_multiplier', '1000', false), count(distinct g) from generate_series(1, 100000000) g

-- memory for each row of a group
select count(*) from (select g, array_agg(g) from generate_series(1, 100000000) g group by g) s

-- sets in every grouping
select count(*) from (select g, g % 10, g % 100 from generate_series(1, 10000000) g group by cube (1, 2, 3)) s

-- a cube of too many
select count(*) from orders group by cube (id, id, id, id, id, id, id, id, id, id, id, id, id, id)

-- words without end
select to_tsvector(repeat('a1b2 ', 200000)), ts_headline(repeat('cat ', 1000000), 'cat')

-- the longest key
select md5(string_agg(md5(g::text), '')), digest from generate_series(1, 100000000) g, repeat('x', 100000000) as digest

-- an order that costs at each row
select g from generate_series(1, 100000000) g order by (select count(*) from generate_series(1, g)), random()

-- a date for each day there is
select d from generate_series('4713-01-01 BC'::timestamp, '294276-01-01'::timestamp, '1 microsecond') d offset 1000000000

-- a format of millions of places
select length(format('%10000000s', 'x'))

-- ranges in ranges
select range_agg(int4range(g, g + 1)) from generate_series(1, 100000000, 2) g
