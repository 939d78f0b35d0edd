package clips

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Visibility is who sees a clip, of those who may read its source. Its owner and admins always do. Links are another
// matter: one opens the clip for whoever has it.
type Visibility string

const (
	VisibleToEveryone Visibility = "everyone" // who is signed in
	VisibleToAuthors  Visibility = "authors"
	VisibleToAdmins   Visibility = "admins"
	VisibleToOwner    Visibility = "owner"
)

// Visibilities are those there are, the widest first.
func Visibilities() []Visibility {
	return []Visibility{VisibleToEveryone, VisibleToAuthors, VisibleToAdmins, VisibleToOwner}
}

// ParseVisibility reads a visibility; the empty one is everyone.
func ParseVisibility(name string) (Visibility, error) {
	if name == "" {
		return VisibleToEveryone, nil
	}
	if v := Visibility(name); slices.Contains(Visibilities(), v) {
		return v, nil
	}
	return "", &Error{Kind: KindParameter, Notice: fmt.Sprintf("There is no visibility %q: choose everyone, authors, admins or owner.", name)}
}

// Sees lists the visibilities of the clips that the person sees, whoever owns them.
func (p Person) Sees() []Visibility {
	switch p.Role {
	case RoleAdmin:
		return Visibilities()
	case RoleAuthor:
		return []Visibility{VisibleToEveryone, VisibleToAuthors}
	case RoleReader:
		return []Visibility{VisibleToEveryone}
	}
	return []Visibility{}
}

// Owns tells whether a clip is the person's own: its owner is their address.
func (p Person) Owns(c Clip) bool {
	return p.Email != "" && strings.ToLower(c.Owner) == p.Email
}

// MaySee tells whether the person may see a clip and all that comes from it. One they may not see is not there for them.
func (p Person) MaySee(c Clip) bool {
	return p.May(c.Revision.Source) && (p.Owns(c) || slices.Contains(p.Sees(), cmp.Or(c.Visibility, VisibleToEveryone)))
}

// MayHandOver tells whether the person may say who owns a clip, and who sees it. A clip that nobody owns is any
// author's to take.
func (p Person) MayHandOver(c Clip) bool {
	return p.Role == RoleAdmin || p.Role == RoleAuthor && (c.Owner == "" || p.Owns(c))
}
