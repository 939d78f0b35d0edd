-- The role that clips run as: it may read this company's tables and can do no harm. These grants are the least a
-- database of yours should have too; they replicate, so they are made on the primary.

do $$
begin
    if not exists (select from pg_roles where rolname = 'clipsheet_reader') then
        create role clipsheet_reader login;
    end if;
    if not exists (select from pg_roles where rolname = 'clipsheet_watchdog') then
        create role clipsheet_watchdog login;
    end if;
end
$$;
alter role clipsheet_reader nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 50;
alter role clipsheet_reader set default_transaction_read_only = on;
alter role clipsheet_reader set statement_timeout = '10min';
alter role clipsheet_reader set lock_timeout = '5s';
alter role clipsheet_reader set idle_in_transaction_session_timeout = '1min';
alter role clipsheet_reader set temp_file_limit = '2GB'; -- the one setting here that its SQL cannot lift

-- Ends what a cancel does not; it may read nothing here.
grant pg_signal_backend, pg_read_all_stats to clipsheet_watchdog;

grant usage on schema public to clipsheet_reader;
grant select on all tables in schema public to clipsheet_reader;
alter default privileges for role harbour_app in schema public grant select on tables to clipsheet_reader;

-- What every role may do unless it is taken back: temporary tables, code of its own, functions of the app.
revoke all on database harbour from public;
grant connect on database harbour to clipsheet_reader, clipsheet_watchdog;
revoke create on schema public from public;
revoke usage on language plpgsql from public;
revoke execute on all functions in schema public from public;
alter default privileges for role harbour_app revoke execute on functions from public;

-- Locks that outlive a transaction, other people's sessions, large objects, other databases.
do $$
declare
    f regprocedure;
begin
    for f in
        select oid::regprocedure
        from pg_proc
        where proname ~ '^(pg_(try_)?advisory_|pg_terminate_backend$|pg_cancel_backend$|lo_|lowrite$|dblink)'
           or proname in ('pg_stat_get_activity', 'pg_stat_get_backend_activity', 'pg_notify')
    loop
        execute format('revoke execute on function %s from public', f);
    end loop;
end
$$;
revoke select on pg_stat_activity from public;
grant execute on function pg_cancel_backend, pg_terminate_backend, pg_stat_get_activity to clipsheet_watchdog;
grant select on pg_stat_activity to clipsheet_watchdog;
