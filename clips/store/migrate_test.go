package store_test

import (
	"strings"
	"testing"

	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

func TestFiveProcessesMayOpenAnEmptyDatabaseAtOnce(t *testing.T) {
	t.Parallel()
	dsn, _ := pgtest.Database(t)
	err := together(5, func(int) error {
		s, err := store.Open(t.Context(), dsn)
		if err == nil {
			defer s.Close()
			_, err = s.Clips(t.Context())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := pgtest.Query(t, dsn, "select count(*) from clipsheet.migrations where version_id = 1")[0]; n != "1" {
		t.Errorf("the first migration was noted %s times, want once", n)
	}
}

func TestEverythingIsInOneSchema(t *testing.T) {
	t.Parallel()
	_, dsn := open(t)
	schemas := pgtest.Query(t, dsn, `select distinct relnamespace::regnamespace from pg_class
		where oid >= 16384 and relnamespace::regnamespace::text not like 'pg_toast%'`)
	if len(schemas) != 1 || schemas[0] != "clipsheet" {
		t.Errorf("relations are in schemas %q, want clipsheet alone", schemas)
	}
}

func TestOpenRefusesADatabaseOfANewerVersion(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	s.Close()
	pgtest.Exec(t, dsn, "insert into clipsheet.migrations (version_id, is_applied) values (9999, true)")
	_, err := store.Open(t.Context(), dsn)
	wantSays(t, err, "newer clipsheet", "9999", "install")
}

func TestOpenRefusesAQueueOfANewerVersion(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	s.Close()
	pgtest.Exec(t, dsn, "insert into clipsheet.river_migration (line, version) values ('main', 9999)")
	_, err := store.Open(t.Context(), dsn)
	wantSays(t, err, "newer clipsheet", "9999", "install")
}

func TestOpenGoesOnWhereAKillStoppedIt(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	s.Close()
	// Killed after our migrations, before those of the queue.
	pgtest.Exec(t, dsn, `
		drop table clipsheet.river_migration, clipsheet.river_job, clipsheet.river_leader, clipsheet.river_queue,
			clipsheet.river_notification cascade;
		drop function clipsheet.river_job_state_in_bitmask;
		drop type clipsheet.river_job_state cascade`)
	openAt(t, dsn)
	if n := pgtest.Query(t, dsn, `select count(*) from clipsheet.river_job`)[0]; n != "0" {
		t.Errorf("%s jobs", n)
	}
}

func TestOpenRefusesAnotherEncoding(t *testing.T) {
	t.Parallel()
	pg := pgtest.Follower(t)
	pgtest.Exec(t, pg.DSN(), `create database store_latin1 encoding 'LATIN1' locale 'C' template template0`)
	_, err := store.Open(t.Context(), pg.DSNFor("", "", "store_latin1"))
	wantSays(t, err, "LATIN1", "encoding 'UTF8'")
}

func TestOpenNeedsNoRightToCreateSchemasOnceThereIsOne(t *testing.T) {
	t.Parallel()
	pg := pgtest.Follower(t)
	dsn, _ := pgtest.Database(t)
	db := dsn[strings.LastIndex(dsn, "/")+1:]
	db, _, _ = strings.Cut(db, "?")
	pgtest.Exec(t, dsn, `create role store_owner login password 'secret-word'`)
	as := pg.DSNFor("store_owner", "secret-word", db)

	_, err := store.Open(t.Context(), as)
	wantSays(t, err, "grant it CREATE")

	pgtest.Exec(t, dsn, `create schema clipsheet authorization store_owner`)
	openAt(t, as)
}

func TestRevisionsCannotBeChangedByHand(t *testing.T) {
	t.Parallel()
	_, dsn := openWith(t, "sales")
	for _, sql := range []string{"update clipsheet.revisions set sql = 'select 2'", "delete from clipsheet.revisions",
		"truncate clipsheet.revisions cascade"} {
		said := pgtest.Query(t, dsn, `do $do$ begin `+sql+`; raise exception 'it was allowed';
			exception when object_not_in_prerequisite_state then null; end $do$; select 'refused'`)
		if said[0] != "refused" {
			t.Errorf("%s: %s", sql, said)
		}
	}
}
