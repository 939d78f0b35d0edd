package sources

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"clipsheet/clips"
)

const (
	oldestVersion = 14              // the oldest with which the tests of the project would mean something
	muchLag       = 5 * time.Minute // worth a warning
)

// Check looks at the source as an operator would: does it answer, is it a follower and how far behind, and can its
// role do harm. It changes nothing, and nothing it finds keeps clips from running but what Open refuses too.
func (f *Follower) Check(ctx context.Context) []clips.Finding {
	c := &checkup{f: f}
	for i, sv := range f.servers {
		c.subject = f.subject(i)
		c.look(ctx, sv)
	}
	return c.findings
}

// subject names a server of the source, as findings do.
func (f *Follower) subject(i int) string {
	if len(f.servers) == 1 {
		return "source " + f.cfg.Name
	}
	return fmt.Sprintf("source %s, server %d of %d", f.cfg.Name, i+1, len(f.servers))
}

func (c *checkup) look(ctx context.Context, sv *server) {
	s, err := c.f.connect(ctx, sv, "", 0)
	if err != nil {
		c.failed(err)
		return
	}
	defer s.hangUp()
	data, err := s.age()
	if err == nil {
		c.server(s, data)
		err = c.safety(s, data)
	}
	if err != nil {
		c.failed(err)
	}
}

type checkup struct {
	f        *Follower
	subject  string
	findings []clips.Finding
}

func (c *checkup) add(level clips.Level, text, cure string) {
	c.findings = append(c.findings, clips.Finding{Level: level, Subject: c.subject, Text: text, Cure: cure})
}

func (c *checkup) failed(err error) {
	what, cure, _ := strings.Cut(clips.NoticeOf(err), ": ")
	c.add(clips.LevelFatal, what, cure)
}

func (c *checkup) server(s *session, data age) {
	asOf, lag := data.asOf()
	version := s.conn.ParameterStatus("server_version")
	switch {
	case !data.follower && c.f.cfg.AllowPrimary:
		c.add(clips.LevelOK, fmt.Sprintf("PostgreSQL %s, a primary, which the config allows", version), "")
	case !data.follower:
		c.failed(c.f.notFollower().err(nil))
	case lag > muchLag:
		c.add(clips.LevelWarning, fmt.Sprintf("PostgreSQL %s, a follower, %s behind: its data is as of %s",
			version, lag.Round(time.Second), asOf.Format("2006-01-02 15:04:05 MST")),
			"See whether the follower is connected to its primary, and whether replay is paused.")
	default:
		c.add(clips.LevelOK, fmt.Sprintf("PostgreSQL %s, a follower, %s behind", version, lag.Round(time.Millisecond)), "")
	}
	if major, _, _ := strings.Cut(version, "."); len(major) < 2 || major < strconv.Itoa(oldestVersion) {
		c.add(clips.LevelWarning, "PostgreSQL "+version+" is no longer supported by its makers",
			fmt.Sprintf("Upgrade to %d or later.", oldestVersion))
	}
	if s.conn.ParameterStatus("server_encoding") == "SQL_ASCII" {
		c.add(clips.LevelWarning, "the database has no encoding (SQL_ASCII), so texts may come out as they are, in any encoding",
			"Move it to a database in UTF8.")
	}
	if inTheClear(s.conn.Conn()) {
		c.add(clips.LevelWarning, "the connection is not encrypted", "Put sslmode=verify-full into sources."+c.f.cfg.Name+".dsn.")
	}
}

// inTheClear is a plain connection that leaves this machine.
func inTheClear(conn net.Conn) bool {
	if _, ok := conn.(*tls.Conn); ok {
		return false
	}
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && !tcp.IP.IsLoopback()
}

// What the role could do, one row a power: its name, and an example where there are many to choose from. A superuser
// can do everything, so that is all that is said of one. Ordered as they matter.
const sqlPowers = `
with me as (
    select * from pg_catalog.pg_roles where rolname = current_user
), tables as (
    select c.oid, c.relowner, c.oid::regclass::text as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'f', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
), functions as (
    select p.proname, p.prosecdef, p.oid::regprocedure::text as name, n.nspname = 'pg_catalog' as ours
    from pg_catalog.pg_proc p
    join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    where (p.prosecdef or p.proname ~ '^(dblink|pg_(try_)?advisory_|pg_(terminate|cancel)_backend)' and p.proname !~ 'unlock')
      and pg_catalog.has_function_privilege(p.oid, 'execute')
), powers (rank, power, example) as (
    select 1, 'attributes', concat_ws(', ', case when rolcreaterole then 'createrole' end,
               case when rolcreatedb then 'createdb' end, case when rolreplication then 'replication' end,
               case when rolbypassrls then 'bypassrls' end)
    from me where rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
    union all
    select 2, 'member', string_agg(r.rolname, ', ' order by r.rolname)
    from pg_catalog.pg_roles r, me
    where r.oid <> me.oid and pg_catalog.pg_has_role(me.oid, r.oid, 'member')
      and (r.rolsuper or r.rolname in ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files',
          'pg_write_all_data', 'pg_signal_backend', 'pg_database_owner', 'pg_maintain', 'pg_create_subscription'))
    having count(*) > 0
    union all
    select 3, 'owns', min(name) from tables, me where relowner = me.oid having count(*) > 0
    union all
    select 4, 'writes', min(name) from tables, me
    where relowner <> me.oid and pg_catalog.has_table_privilege(tables.oid, 'insert, update, delete, truncate')
    having count(*) > 0
    union all
    select 5, 'creates', min(nspname::text) from pg_catalog.pg_namespace n
    where nspname !~ '^pg_' and pg_catalog.has_schema_privilege(n.oid, 'create')
    having count(*) > 0
    union all
    select 6, 'definer', min(name) from functions where prosecdef and not ours having count(*) > 0
    union all
    select 7, 'dblink', min(name) from functions where proname ~ '^dblink' and not ours having count(*) > 0
    union all
    select 8, 'signals', min(name) from functions where proname ~ 'backend' and ours having count(*) > 0
    union all
    select 9, 'advisory', min(name) from functions where proname ~ 'advisory' and ours having count(*) > 0
    union all
    select 10, 'temporary files', null where pg_catalog.current_setting('temp_file_limit') = '-1'
    union all
    select 11, 'temporary tables', pg_catalog.quote_ident(pg_catalog.current_database())
    where pg_catalog.has_database_privilege(pg_catalog.current_database(), 'temporary')
)
select 'superuser', null from me where rolsuper
union all
(select power, example from powers where not (select rolsuper from me) order by rank)`

// powers says how bad each is, and what takes it away. The server's checks of each run stand before all of them:
// these are the second line.
var powers = map[string]struct {
	level clips.Level
	text  string // EXAMPLE stands for the example
	cure  string
}{
	"superuser": {clips.LevelFatal, "the role is a superuser, which nothing can hold back",
		"Make a role that only reads (create role clipsheet_reader login; grant pg_read_all_data to it, or select on what clips may see) and put it into sources.SOURCE.dsn."},
	"attributes": {clips.LevelFatal, "the role can do more than read: EXAMPLE", "Take these away with alter role … nocreaterole nocreatedb noreplication nobypassrls."},
	"member":     {clips.LevelFatal, "the role is a member of EXAMPLE", "Revoke that membership."},
	"owns":       {clips.LevelFatal, "the role owns tables, such as EXAMPLE", "Give them to another owner (reassign owned by … to …)."},
	"writes":     {clips.LevelFatal, "the role may write tables, such as EXAMPLE", "Revoke insert, update, delete and truncate from the role, or from public."},
	"creates":    {clips.LevelFatal, "the role may create objects in schema EXAMPLE", "On the primary: revoke create on schema EXAMPLE from public, or from the role."},
	"definer": {clips.LevelWarning, "the role may call functions that run with their owner's rights, such as EXAMPLE",
		"Revoke execute on them from public where a reader does not need them."},
	"dblink": {clips.LevelWarning, "the role may call dblink, which can write on other servers: EXAMPLE", "Revoke execute on the dblink functions from public."},
	"signals": {clips.LevelWarning, "one clip can end another: the role may call EXAMPLE",
		"On the primary, in this database: revoke execute on function pg_terminate_backend, pg_cancel_backend from public."},
	"advisory": {clips.LevelWarning, "one clip can use up the follower's locks: the role may call EXAMPLE and its kin",
		"On the primary, in this database: revoke execute on the pg_advisory… and pg_try_advisory… functions from public."},
	"temporary files":  {clips.LevelWarning, "one clip can fill the follower's disk: temp_file_limit is not set", "Set temp_file_limit = '1GB' on the follower, or for the role."},
	"temporary tables": {clips.LevelWarning, "the role may make temporary tables", "On the primary: revoke temporary on database EXAMPLE from public."},
}

// safety is what require_hardened is about, and then no warning is only a warning.
func (c *checkup) safety(s *session, data age) error {
	before := len(c.findings)
	if err := c.role(s); err != nil {
		return err
	}
	c.watchdog(s, data)
	for i := range c.findings[before:] {
		if f := &c.findings[before+i]; c.f.cfg.RequireHardened && f.Level == clips.LevelWarning {
			f.Level = clips.LevelFatal
		}
	}
	return nil
}

func (c *checkup) role(s *session) error {
	ctx, cancel := s.within(c.f.cfg.StatementTimeout)
	defer cancel()
	results, err := s.conn.Exec(ctx, sqlPowers).ReadAll()
	if err != nil {
		return s.explain(err)
	}
	for _, row := range results[0].Rows {
		p := powers[string(row[0])]
		fill := strings.NewReplacer("EXAMPLE", string(row[1]), "SOURCE", c.f.cfg.Name)
		c.add(p.level, fill.Replace(p.text), fill.Replace(p.cure))
	}
	if len(results[0].Rows) == 0 {
		c.add(clips.LevelOK, "the role can do nothing but read", "")
	}
	return nil
}
