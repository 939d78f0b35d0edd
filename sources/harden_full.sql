
-- THE FULL SET
-- What is left then: reading what it was granted.

-- The role's own limits, for sessions that are not Clipsheet's. Others lose nothing.
alter role {role} set statement_timeout = {statement_timeout};
alter role {role} set lock_timeout = {lock_timeout};
alter role {role} set idle_in_transaction_session_timeout = '10s';
do $$
begin
    if current_setting('server_version_num')::int >= 140000 then
        alter role {role} set client_connection_check_interval = '1s'; -- the end of a dead client's query
    end if;
end
$$;

-- Objects of its own.
-- Others lose: temporary tables in this database, and creating tables, functions and schemas where they had it only
-- because everybody had.
grant temporary on database {database} to clipsheet_exempt;
revoke temporary, create on database {database} from public, {role};
do $$
declare
    s name;
begin
    for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
        execute format('revoke create on schema %I from public, %I', s, {role text});
    end loop;
end
$$;

-- Tables and sequences that everybody may write. Others lose that too.
do $$
declare
    t regclass;
    changes text;
begin
    for t, changes in
        select c.oid, case when c.relkind = 'S' then 'update on sequence' else 'insert, update, delete, truncate on table' end
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'f', 'm', 'S') and nspname !~ '^pg_' and nspname <> 'information_schema'
          and has_table_privilege({role text}, c.oid, 'insert, update, delete, truncate')
    loop
        execute format('revoke %s %s from public, %I', changes, t, {role text});
    end loop;
end
$$;

-- Functions of your applications, which may run with their owner's rights (SECURITY DEFINER), or run for ever.
-- Others lose: calling functions that they do not own and were not granted. Those of extensions stay, since operators
-- and types need them, unless they are SECURITY DEFINER. To let clips call one:
--     grant execute on function net_amount(numeric) to {role};
select pg_temp.take(array(
    select p.oid
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and (p.prosecdef or not exists (
          select from pg_depend d
          where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))));
-- The same for functions that will be made by whoever runs this; repeat it FOR ROLE each role that makes functions.
alter default privileges revoke execute on functions from public;

-- Settings, notifications, snapshots for others, numbers of transactions, waiting, and SQL inside of texts.
-- Others lose: set_config (pg_dump and PostgREST use it; SET stays), pg_notify (NOTIFY stays), pg_export_snapshot
-- (pg_dump --jobs uses it), txid_current and pg_current_xact_id, pg_logical_emit_message, pg_sleep, query_to_xml and
-- its kin, ts_stat, ts_rewrite.
select pg_temp.take(array(
    select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace
    and (proname in ('set_config', 'pg_notify', 'pg_export_snapshot', 'txid_current', 'txid_current_if_assigned',
            'pg_current_xact_id', 'pg_current_xact_id_if_assigned', 'pg_logical_emit_message', 'ts_stat')
        or proname ~ '^pg_sleep' or proname ~ '^(query|cursor|table|schema|database)_to_xml'
        or oid = 'ts_rewrite(tsquery, text)'::regprocedure)));
