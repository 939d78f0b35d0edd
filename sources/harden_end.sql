
drop function pg_temp.take(oid[]);

commit;

-- What clips may read is yours to say; this script grants none of it. For a whole schema:
--     grant usage on schema public to {role};
--     grant select on all tables in schema public to {role};
--     alter default privileges for role app_owner in schema public grant select on tables to {role};
-- Rather these than pg_read_all_data, which also reads password hashes and the tables of every other schema.
