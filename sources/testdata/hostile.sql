-- Statements that somebody might write who means harm, or knows no better. Each has a line that says what it tries.
-- {primary} is a libpq connection to the primary, {pid} the process of another reader, {oid} a large object.

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

-- a limit lifted
select set_config('statement_timeout', '0', false), pg_sleep(30)

-- a limit lifted, plainly
set statement_timeout = 0

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

-- replay held up
select pg_wal_replay_pause()

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
