package web

import (
	"context"
	"time"

	"github.com/go-chi/chi/v5"

	"clipsheet/clips"
)

// People are those who may sign in, their sessions, and the log of what everybody did. What changes something takes who
// does it, and notes that.
type People interface {
	SaveSignIn(ctx context.Context, hash [32]byte, in clips.SignIn) error
	TakeSignIn(ctx context.Context, hash [32]byte) (clips.SignIn, error)
	Enter(ctx context.Context, id clips.Identity, invitation []byte, session clips.Session, hash [32]byte) (clips.Person, error)

	InSession(ctx context.Context, hash [32]byte, idle time.Duration) (clips.Person, clips.Session, error)
	Sessions(ctx context.Context, person int64) ([]clips.Session, error)
	EndSession(ctx context.Context, id int64, by clips.Act) error
	EndSessions(ctx context.Context, by clips.Act) error

	People(ctx context.Context) ([]clips.Person, error)
	Person(ctx context.Context, id int64) (clips.Person, error)
	AddPerson(ctx context.Context, p clips.Person, by clips.Act) (clips.Person, error)
	ChangePerson(ctx context.Context, id int64, by clips.Act, change func(*clips.Person) error) (clips.Person, error)

	Keys(ctx context.Context, person int64) ([]clips.APIKey, error)
	CreateKey(ctx context.Context, k clips.APIKey, hash [32]byte, by clips.Act) (clips.APIKey, error)
	RotateKey(ctx context.Context, id int64, hash [32]byte, grace time.Duration, by clips.Act) (clips.APIKey, error)
	RevokeKey(ctx context.Context, id int64, by clips.Act) error
	RevokeAnyKey(ctx context.Context, id int64, by clips.Act) error
	WithKey(ctx context.Context, hash [32]byte) (clips.Person, error)

	Acts(ctx context.Context, f clips.ActFilter, each func(clips.Act) error) error
}

// peoplePages are the pages about who may do what.
func (s *site) peoplePages(r chi.Router) {
	if s.People != nil {
		r.Get("/audit", s.signedIn(clips.RoleAdmin, s.audit))
		r.Get("/audit.csv", s.signedIn(clips.RoleAdmin, s.auditCSV))
	}
	if s.SignIn == nil {
		return
	}
	s.provider = newProvider(*s.SignIn, s.BaseURL)
	r.Get("/signin", s.ownForms(s.signInPage))
	r.Post("/signin", s.ownForms(s.beginSignIn))
	r.Get(SignInCallback, s.ownForms(s.signInReturned))
	r.Post("/signout", s.signedIn(clips.RoleReader, s.signOut))

	r.Get("/me", s.signedIn(clips.RoleReader, s.profile))
	r.Post("/me/sessions/{id}/end", s.signedIn(clips.RoleReader, s.endSession))
	r.Post("/me/keys", s.signedIn(clips.RoleReader, s.makeKey))
	r.Post("/me/keys/{id}/rotate", s.signedIn(clips.RoleReader, s.rotateKey))
	r.Post("/me/keys/{id}/revoke", s.signedIn(clips.RoleReader, s.revokeKey))
	r.Get("/keys", s.signedIn(clips.RoleAdmin, s.allKeys))
	r.Post("/keys/{id}/revoke", s.signedIn(clips.RoleAdmin, s.revokeAnyKey))

	r.Get("/people", s.signedIn(clips.RoleAdmin, s.people))
	r.Post("/people", s.signedIn(clips.RoleAdmin, s.addPerson))
	r.Get("/people/{id}", s.signedIn(clips.RoleAdmin, s.person))
	r.Post("/people/{id}", s.signedIn(clips.RoleAdmin, s.changePerson))
	r.Post("/people/{id}/deactivate", s.signedIn(clips.RoleAdmin, s.deactivatePerson))
	r.Post("/people/{id}/activate", s.signedIn(clips.RoleAdmin, s.activatePerson))
}
