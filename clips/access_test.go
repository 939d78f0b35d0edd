package clips_test

import (
	"testing"

	"clipsheet/clips"
)

func TestRolesAreReadAsTheyAreWritten(t *testing.T) {
	for _, role := range clips.Roles() {
		if got, err := clips.ParseRole(role.String()); got != role || err != nil {
			t.Errorf("%v is read as %v, %v", role, got, err)
		}
	}
	for _, name := range []string{"", "none", "Admin", "root"} {
		if got, err := clips.ParseRole(name); err == nil || got != clips.RoleNone {
			t.Errorf("%q is read as %v", name, got)
		}
	}
}

func TestPersonMay(t *testing.T) {
	for _, c := range []struct {
		who  clips.Person
		want bool
	}{
		{clips.Person{Role: clips.RoleReader}, true},
		{clips.Person{Role: clips.RoleReader, Sources: []string{"crm", "erp"}}, true},
		{clips.Person{Role: clips.RoleReader, Sources: []string{"crm"}}, false},
		{clips.Person{Role: clips.RoleAdmin, Sources: []string{}}, false},
		{clips.Person{}, false},
	} {
		if got := c.who.May("erp"); got != c.want {
			t.Errorf("%v with sources %q may read erp: %v", c.who.Role, c.who.Sources, got)
		}
	}
}
