-- Makes the role {role} safe for SQL that anybody wrote, in database {database}: for source {source} of Clipsheet.
--
-- Read it, then run it with psql on the PRIMARY, connected to {database}, as a superuser. It replicates.
-- It is one transaction, which leaves everything or nothing, and it may be run again: after an upgrade, after new
-- functions. Where a managed service refuses a line, take that line out; `clipsheet check` says what is left open.
--
-- PostgreSQL can only take these rights from PUBLIC, which is EVERY ROLE of this database but superusers and owners.
-- Each section says what other roles lose. All that is taken is given to the role clipsheet_exempt, so that
--     grant clipsheet_exempt to app_owner;
-- gives one of them all of it back. Those who may need it:
--     select rolname from pg_roles where rolcanlogin and not rolsuper;

begin;

do $$
begin
    if current_database() <> {database text} then
        raise exception 'this is database %: connect to %', current_database(), {database text};
    elsif pg_is_in_recovery() then
        raise exception 'this is a follower: run this on its primary';
    end if;
    if exists (select from pg_roles where rolname = {role text} and (rolsuper or rolname = current_user)) then
        raise exception 'role % is a superuser: put a role of its own into sources.{source}.dsn', {role text};
    end if;
    if not exists (select from pg_roles where rolname = {role text}) then
        create role {role} login; -- then give it a password, in psql: \password
    end if;
    if not exists (select from pg_roles where rolname = {watchdog text}) then
        create role {watchdog} login; -- likewise
    end if;
    if not exists (select from pg_roles where rolname = 'clipsheet_exempt') then
        create role clipsheet_exempt nologin;
    end if;
end
$$;

-- Takes functions from PUBLIC. What somebody granted to a role by its name stays. It goes at the end.
create function pg_temp.take(functions oid[]) returns text language plpgsql as $$
declare
    f regprocedure;
begin
    foreach f in array functions::regprocedure[] loop
        execute format('grant execute on routine %s to clipsheet_exempt', f);
        execute format('revoke execute on routine %s from public', f);
    end loop;
    return cardinality(functions) || ' functions';
end
$$;
