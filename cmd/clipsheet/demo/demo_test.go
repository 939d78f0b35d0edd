package demo

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/internal/localpg"
	"clipsheet/internal/localpg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Runner(m).Run()) }

const readerPassword = `pass'word "quoted"`

var company struct {
	once   sync.Once
	err    error
	halted error // what the first, interrupted load returned
}

// load fills the shared server, after a load that is stopped in the middle.
func load(t *testing.T) *localpg.Server {
	t.Helper()
	server := pgtest.Follower(t)
	company.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		company.halted = Load(ctx, server.DSN(), "first", func(what string) {
			if strings.Contains(what, "ledger") {
				cancel()
			}
		})
		company.err = Load(context.Background(), server.DSN(), readerPassword, func(string) {})
	})
	if company.err != nil {
		t.Fatal(company.err)
	}
	return server
}

func open(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := connect(t.Context(), dsn, Database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func one[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func TestALoadThatWasStoppedStartsAgain(t *testing.T) {
	server := load(t)
	if !errors.Is(company.halted, context.Canceled) {
		t.Errorf("the stopped load returned %v", company.halted)
	}
	conn := open(t, server.DSN())
	if one[bool](t, conn, "select to_regnamespace('seed') is not null") {
		t.Error("the tools of the load are still there")
	}
	if n := one[int](t, conn, "select count(*) from customers where id <= 2100"); n != 2100 {
		t.Errorf("%d customers, not 2100", n)
	}
}

func TestALoadFindsWhatIsThere(t *testing.T) {
	server := load(t)
	conn := open(t, server.DSN())
	before := one[int64](t, conn, "select 'public.postings'::regclass::oid::bigint")
	if err := Load(t.Context(), server.DSN(), readerPassword, func(what string) { t.Errorf("loaded again: %s", what) }); err != nil {
		t.Fatal(err)
	}
	if after := one[int64](t, conn, "select 'public.postings'::regclass::oid::bigint"); after != before {
		t.Error("the ledger was made anew")
	}
}

func TestTheCompanyIsBelievable(t *testing.T) {
	conn := open(t, load(t).DSN())
	for _, c := range []struct {
		name, sql string
	}{
		{"300,000 postings", "select count(*) = 300000 from postings where id <= 300000"},
		{"every entry balances", unbalanced},
		{"every entry has postings", "select not exists (select from entries e where not exists (select from postings where entry_id = e.id))"},
		{"three years", "select min(booked_on) = (date_trunc('month', current_date) - interval '36 months')::date from entries"},
		{"up to today", "select max(booked_on) between current_date - 1 and current_date from entries"},
		{"nothing from tomorrow", "select not exists (select from entries where booked_on > current_date + 1)"},
		{"invoices are the sum of their lines", `select not exists (select from invoices i join invoice_lines l on l.invoice_id = i.id
			group by i.id having i.net <> sum(l.amount))`},
		{"receivables are what is unpaid", `select (select sum(amount) from postings where account = '0110')
			= (select sum(gross) from invoices where written_off_on is null) - (select sum(amount) from payments)`},
		{"eight currencies", "select count(distinct currency) = 8 from postings"},
		{"numbers beyond a double", "select min(processor_ref) > 9007199254740992 from payments"},
		{"leading zeros", "select bool_and(account_no like '0%') from customers where id <= 2100"},
		{"IBANs pass their check", `select bool_and((substr(iban, 5) || (ascii(left(iban, 1)) - 55) || (ascii(substr(iban, 2)) - 55)
			|| substr(iban, 3, 2))::numeric % 97 = 1) from customers where iban is not null`},
		{"a tenth of the names are in another script", "select count(*) filter (where name !~ '[a-zA-Z]') > count(*) / 10 from customers"},
		{"revenue grows", `select (select count(*) from subscriptions where ended_on is null)
			> 3 * (select count(*) from subscriptions where started_on < current_date - 1000 and coalesce(ended_on, current_date) > current_date - 1000)`},
		{"columns are explained", "select count(*) > 20 from pg_description where objsubid > 0 and objoid >= 16384"},
	} {
		if !one[bool](t, conn, c.sql) {
			t.Errorf("not so: %s", c.name)
		}
	}
}

const unbalanced = "select not exists (select from postings group by entry_id, currency having sum(amount) <> 0)"

func TestTheBooksRefuseAnEntryThatDoesNotBalance(t *testing.T) {
	conn := open(t, load(t).DSN())
	err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `with e as (insert into entries (booked_on, kind, memo) values (current_date, 'cost', 'Lunch') returning id)
			insert into postings (entry_id, line, account, currency, amount) select id, 1, '0010', 'EUR', -12.50 from e`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "does not balance") {
		t.Errorf("got %v", err)
	}
}

func TestTheReaderCanDoNoHarm(t *testing.T) {
	server := load(t)
	conn, err := pgx.Connect(t.Context(), server.DSNFor(Reader, readerPassword, Database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if n := one[int](t, conn, "select count(*) from accounts"); n == 0 {
		t.Error("it cannot read")
	}
	if _, err := conn.Exec(t.Context(), "set default_transaction_read_only = off"); err != nil {
		t.Fatal(err)
	}
	const insufficientPrivilege = "42501"
	for _, sql := range []string{
		"delete from customers",
		"create table t ()",
		"create temporary table t ()",
		"create schema s",
		"do $$ begin end $$",
		"select pg_advisory_lock(1)",
		"select pg_try_advisory_lock_shared(1, 2)",
		"select pg_terminate_backend(1)",
		"select pg_cancel_backend(1)",
		"select lo_creat(0)",
		"select * from pg_stat_activity",
		"select entry_balances()",
		"set temp_file_limit = -1",
		"set role harbour_app",
	} {
		_, err := conn.Exec(t.Context(), sql)
		if e, ok := errors.AsType[*pgconn.PgError](err); !ok || e.Code != insufficientPrivilege {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestTheWriterMovesDataAndTheBooksBalance(t *testing.T) {
	server := load(t)
	conn := open(t, server.DSN())
	before := one[int64](t, conn, "select max(id) from postings")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); Writer(ctx, server.DSN()) }()

	grows(t, conn, before)
	one[bool](t, conn, "select bool_and(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'harbour' and pid <> pg_backend_pid() and datname = current_database()")
	grows(t, conn, one[int64](t, conn, "select max(id) from postings"))

	cancel()
	<-done
	if !one[bool](t, conn, unbalanced) {
		t.Error("an entry does not balance")
	}
}

// grows waits until the ledger has postings after this one.
func grows(t *testing.T, conn *pgx.Conn, than int64) {
	t.Helper()
	pgtest.Eventually(t, "the writer to write", func() bool {
		return one[int64](t, conn, "select max(id) from postings") > than
	})
}
