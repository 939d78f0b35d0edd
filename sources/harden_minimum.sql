
-- THE MINIMUM
-- Without these, one query can bring the follower down, end the runs of others, or outlive every timeout.

-- The role itself. Others lose nothing, but a {role} that did more than read loses that.
alter role {role} nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit {connections};
alter role {role} set default_transaction_read_only = on;
alter role {role} set temp_file_limit = '1GB'; -- of disk for one run: the one setting here that its SQL cannot lift

-- Advisory locks outlive errors and fill the lock table until the follower shuts down.
-- Others lose: pg_advisory_lock and its kin, which migration tools (Rails, Flyway, golang-migrate) and job queues use.
select pg_temp.take(array(
    select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^pg_(try_)?advisory_'));

-- Sessions of one role may end each other.
-- Others lose: pg_cancel_backend and pg_terminate_backend, for their own sessions too.
select pg_temp.take(array(
    select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace
    and proname in ('pg_cancel_backend', 'pg_terminate_backend')));

-- Large objects can be written in READ ONLY transactions, before version 16.
-- Others lose: large objects (lo_…). Columns of type bytea are another thing, and stay.
select pg_temp.take(array(
    select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_|loread$|lowrite$)'));

-- Code in PL/pgSQL can catch the timeout that should end it.
-- Others lose: DO blocks, and creating functions in PL/pgSQL. Functions that exist can be called as before.
grant usage on language plpgsql to clipsheet_exempt;
revoke usage on language plpgsql from public, {role};

-- Other sessions' queries, with the values in them.
-- Others lose: pg_stat_activity, pg_stat_replication and pg_stat_ssl. Members of pg_monitor keep them.
select pg_temp.take(array(
    select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace
    and proname in ('pg_stat_get_activity', 'pg_stat_get_backend_activity')));
grant execute on function pg_stat_get_activity, pg_stat_get_backend_activity to pg_monitor, pg_read_all_stats;
revoke select on pg_stat_activity from public, {role};
grant select on pg_stat_activity to clipsheet_exempt, pg_monitor, pg_read_all_stats;

-- dblink writes on other servers, the primary too, from a transaction that is READ ONLY here.
-- Others lose: dblink, where it is installed.
select pg_temp.take(array(select oid from pg_proc where proname ~ '^dblink'));

-- The watchdog ends what a cancel does not (sources.{source}.watchdog_dsn). It has to be another role; give it a
-- password, in psql: \password {watchdog}
-- Others lose nothing, but can be ended: it may cancel and terminate every session that is not a superuser's.
alter role {watchdog} nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit {connections};
grant pg_signal_backend, pg_read_all_stats to {watchdog};
grant execute on function pg_cancel_backend, pg_terminate_backend to {watchdog};
grant connect on database {database} to {role}, {watchdog};
