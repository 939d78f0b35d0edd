package clips

import (
	"fmt"
	"slices"
	"time"
)

// Role is what somebody may do: each one may do what those before it may.
type Role int

const (
	RoleNone   Role = iota
	RoleReader      // reads clips and their results
	RoleAuthor      // writes clips, shares them, keeps syncs
	RoleAdmin       // says who may do what
)

var roleNames = []string{"none", "reader", "author", "admin"}

// Roles are those somebody can be given, the least first.
func Roles() []Role { return []Role{RoleReader, RoleAuthor, RoleAdmin} }

func (r Role) String() string {
	if r < RoleNone || r > RoleAdmin {
		return fmt.Sprintf("Role(%d)", int(r))
	}
	return roleNames[r]
}

// ParseRole reads a role that somebody can be given.
func ParseRole(name string) (Role, error) {
	if i := slices.Index(roleNames, name); i > 0 {
		return Role(i), nil
	}
	return RoleNone, &Error{Kind: KindParameter, Notice: fmt.Sprintf("%q is not a role: choose reader, author or admin.", name)}
}

// Person is somebody who signed in, or a program with a key, which acts for one.
type Person struct {
	ID            int64  // 0: whoever sits at this machine, when there is no sign-in
	Email         string // in small letters; how we know people
	Name          string
	Role          Role
	Sources       []string // those they may read; nil is all
	CreatedAt     time.Time
	SeenAt        time.Time // zero: never; kept to the minute
	DeactivatedAt time.Time // zero: may sign in
}

// May tells whether the person may read what comes from a source. Admins are no exception: whom they let in, they see
// in one place.
func (p Person) May(source string) bool {
	return p.Role > RoleNone && (p.Sources == nil || slices.Contains(p.Sources, source))
}

// Active tells whether the person may sign in.
func (p Person) Active() bool { return p.DeactivatedAt.IsZero() }

// Identity is somebody as a provider of sign-ins vouches for them. Subject stays the same when an address changes.
type Identity struct {
	Issuer, Subject string
	Email, Name     string
}

// SignIn is what is kept of a browser that was sent away to sign in.
type SignIn struct {
	Back       string // the page they wanted: a path of ours
	Invitation []byte // hash of the invitation they came with; nil is none
	ExpiresAt  time.Time
}

// Session is a browser in which somebody is signed in. Its token is known to the browser alone.
type Session struct {
	ID        int64
	PersonID  int64
	Agent     string // the browser, as it says
	Address   string // where it signed in from
	CreatedAt time.Time
	SeenAt    time.Time // kept to the minute
	ExpiresAt time.Time // however much it is used
}

// APIKey lets a program act for the person who made it, with at most the role they have themselves.
type APIKey struct {
	ID         int64
	PersonID   int64
	Holder     string // the person's address
	Label      string
	Role       Role
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero: never
	LastUsedAt time.Time // zero: never; kept to the minute
}

// NewKey makes the secret of an API key. Its beginning says what it is, to those who look for secrets in the wrong places.
func NewKey() Token { return "clipsheet_" + NewToken() }
