package clips_test

import (
	"testing"

	"clipsheet/clips"
)

func TestPersonMaySee(t *testing.T) {
	const ana = "ana@example.com"
	sees := map[clips.Visibility]map[clips.Role]bool{
		"":                      {clips.RoleReader: true, clips.RoleAuthor: true, clips.RoleAdmin: true},
		clips.VisibleToEveryone: {clips.RoleReader: true, clips.RoleAuthor: true, clips.RoleAdmin: true},
		clips.VisibleToAuthors:  {clips.RoleAuthor: true, clips.RoleAdmin: true},
		clips.VisibleToAdmins:   {clips.RoleAdmin: true},
		clips.VisibleToOwner:    {clips.RoleAdmin: true},
	}
	for visible, roles := range sees {
		clip := clips.Clip{Visibility: visible, Owner: "Ana@Example.com", Revision: clips.Revision{Source: "erp"}}
		for _, role := range append(clips.Roles(), clips.RoleNone) {
			bob := clips.Person{Email: "bob@example.com", Role: role}
			if got := bob.MaySee(clip); got != roles[role] {
				t.Errorf("a clip for %q is seen by a person of role %v: %v", visible, role, got)
			}
			owner, elsewhere := clips.Person{Email: ana, Role: role}, clips.Person{Email: ana, Role: role, Sources: []string{"crm"}}
			if got, want := owner.MaySee(clip), role > clips.RoleNone; got != want {
				t.Errorf("a clip for %q is seen by its owner, of role %v: %v", visible, role, got)
			}
			if elsewhere.MaySee(clip) {
				t.Errorf("a clip is seen by its owner, who may not read its source")
			}
		}
	}
	if (clips.Person{Role: clips.RoleReader}).Owns(clips.Clip{}) {
		t.Error("a clip without an owner belongs to a person without an address")
	}
}

func TestOwnersAndAdminsHandOver(t *testing.T) {
	mine, ours := clips.Clip{Owner: "ana@example.com"}, clips.Clip{}
	for _, c := range []struct {
		who  clips.Person
		clip clips.Clip
		want bool
	}{
		{clips.Person{Email: "ana@example.com", Role: clips.RoleAuthor}, mine, true},
		{clips.Person{Email: "ana@example.com", Role: clips.RoleReader}, mine, false},
		{clips.Person{Email: "bob@example.com", Role: clips.RoleAuthor}, mine, false},
		{clips.Person{Email: "bob@example.com", Role: clips.RoleAuthor}, ours, true},
		{clips.Person{Email: "eve@example.com", Role: clips.RoleAdmin}, mine, true},
	} {
		if got := c.who.MayHandOver(c.clip); got != c.want {
			t.Errorf("%s, %v, may hand over a clip of %q: %v", c.who.Email, c.who.Role, c.clip.Owner, got)
		}
	}
}

func TestVisibilitiesAreReadAsTheyAreWritten(t *testing.T) {
	for _, v := range clips.Visibilities() {
		if got, err := clips.ParseVisibility(string(v)); got != v || err != nil {
			t.Errorf("%q is read as %q, %v", v, got, err)
		}
	}
	if got, err := clips.ParseVisibility(""); got != clips.VisibleToEveryone || err != nil {
		t.Errorf("nothing is read as %q, %v", got, err)
	}
	if _, err := clips.ParseVisibility("me"); clips.KindOf(err) != clips.KindParameter {
		t.Errorf("me is read: %v", err)
	}
}
