package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/internal/localpg/pgtest"
)

func addPerson(t *testing.T, s *store.Store, email string, role clips.Role) clips.Person {
	t.Helper()
	p, err := s.AddPerson(t.Context(), clips.Person{Email: email, Role: role}, clips.Act{Who: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// acts are the lines of the audit log, the first first.
func acts(t *testing.T, s *store.Store, f clips.ActFilter) []string {
	t.Helper()
	var all []string
	err := s.Acts(t.Context(), f, func(a clips.Act) error {
		all = append(all, fmt.Sprintf("%s: %s %s: %s -> %s", a.Who, a.What, a.Subject, a.Before, a.After))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

func TestChangesOfPeopleAreNoted(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ann := addPerson(t, s, "ann@example.com", clips.RoleReader)
	by := clips.Act{Who: "root@example.com", Address: "203.0.113.7"}
	changes := []func(*clips.Person) error{
		func(p *clips.Person) error { p.Role, p.Sources = clips.RoleAuthor, []string{"crm", "erp"}; return nil },
		func(p *clips.Person) error { p.Sources = []string{}; return nil },
		func(p *clips.Person) error { return nil },
		func(p *clips.Person) error { p.DeactivatedAt = time.Now(); return nil },
	}
	for _, change := range changes {
		if _, err := s.ChangePerson(t.Context(), ann.ID, by, change); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"test: person added ann@example.com:  -> reader, all sources",
		"root@example.com: role changed ann@example.com: reader -> author",
		"root@example.com: sources changed ann@example.com: all sources -> crm, erp",
		"root@example.com: sources changed ann@example.com: crm, erp -> no source",
		"root@example.com: sign-in changed ann@example.com: may sign in -> deactivated",
	}
	if got := acts(t, s, clips.ActFilter{}); !slices.Equal(got, want) {
		t.Errorf("the log is %q, want %q", got, want)
	}
	if got := acts(t, s, clips.ActFilter{Who: "ROOT", What: "role"}); len(got) != 1 {
		t.Errorf("narrowed to roles changed by root: %q", got)
	}
	_, err := s.ChangePerson(t.Context(), 99, by, changes[0])
	wantNotFound(t, err)
}

// TestTwoAdminsCannotRemoveEachOther: whichever comes second is told no.
func TestTwoAdminsCannotRemoveEachOther(t *testing.T) {
	t.Parallel()
	s, _ := open(t)
	ids := []int64{addPerson(t, s, "a@example.com", clips.RoleAdmin).ID, addPerson(t, s, "b@example.com", clips.RoleAdmin).ID}
	by := clips.Act{Who: "test"}
	for range 10 {
		err := together(2, func(i int) error {
			_, err := s.ChangePerson(t.Context(), ids[i], by, func(p *clips.Person) error { p.Role = clips.RoleReader; return nil })
			return err
		})
		wantSays(t, err, "only admin")
		admins := 0
		for _, id := range ids {
			p, err := s.Person(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if p.Role == clips.RoleAdmin {
				admins++
			}
			if _, err := s.ChangePerson(t.Context(), id, by, func(p *clips.Person) error { p.Role = clips.RoleAdmin; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if admins != 1 {
			t.Fatalf("%d admins are left, want 1", admins)
		}
	}
}

func TestAuditLogIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	s, dsn := open(t)
	if err := s.Note(t.Context(), clips.Act{Who: "a\x00b", What: "tried", Subject: "\xff"}); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{"update clipsheet.audit set who = 'eve'", "delete from clipsheet.audit", "truncate clipsheet.audit"} {
		said := pgtest.Query(t, dsn, `do $do$ begin `+sql+`; raise exception 'it was allowed';
			exception when object_not_in_prerequisite_state then null; end $do$; select 'refused'`)
		if said[0] != "refused" {
			t.Errorf("%s: %s", sql, said)
		}
	}
}
