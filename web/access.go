package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"clipsheet/clips"
)

// visibilityNames say who sees a clip, in the words of the form.
var visibilityNames = map[clips.Visibility]string{
	clips.VisibleToEveryone: "everyone who is signed in",
	clips.VisibleToAuthors:  "authors",
	clips.VisibleToAdmins:   "admins",
	clips.VisibleToOwner:    "its owner alone",
}

// visibilityChoices are those of the form, the widest first.
func visibilityChoices() (all []choice) {
	for _, v := range clips.Visibilities() {
		all = append(all, choice{string(v), visibilityNames[v]})
	}
	return all
}

// seenBy says who sees a clip when that is not everyone; otherwise it is empty.
func seenBy(c clips.Clip) string {
	if c.Visibility == "" || c.Visibility == clips.VisibleToEveryone {
		return ""
	}
	return visibilityNames[c.Visibility]
}

// handOver says who owns a clip, and who sees it.
func (s *site) handOver(w http.ResponseWriter, r *http.Request, who clips.Person) {
	clip, ok := s.findClip(w, r, who)
	switch {
	case !ok:
		return
	case !who.MayHandOver(clip):
		refused(w, r, errNotYours.text)
		return
	}
	owner := cmp.Or(strings.TrimSpace(r.PostFormValue("owner")), clip.Owner)
	visible, err := clips.ParseVisibility(cmp.Or(r.PostFormValue("visibility"), string(clip.Visibility)))
	if err == nil {
		err = s.checkAccess(r.Context(), who, clip, owner, visible)
	}
	if err == nil {
		err = s.Store.HandOverClip(r.Context(), asRead(r, clip), owner, visible, s.actor(r, who))
	}
	if errors.Is(err, clips.ErrEdited) {
		if clip, ok = s.findClip(w, r, who); !ok {
			return
		}
		err = editedMeanwhile("Who owns the clip or who sees it has been changed by somebody else meanwhile: below is what they saved. "+
			"You chose the owner %s, for %s: save that again if it still holds.", owner, visibilityNames[visible])
	}
	if err != nil {
		s.showShared(w, r, who, clip, "", "", err)
		return
	}
	clip.Owner, clip.Visibility = owner, visible
	http.Redirect(w, r, clipAddress(who, clip), http.StatusSeeOther)
}

// asRead is a clip with the owner and visibility that it had on the page a form was on.
func asRead(r *http.Request, clip clips.Clip) clips.Clip {
	if r.PostForm.Has("was_owner") {
		clip.Owner, clip.Visibility = r.PostForm.Get("was_owner"), clips.Visibility(r.PostForm.Get("was_visibility"))
	}
	return clip
}

// editedMeanwhile is clips.ErrEdited in words.
func editedMeanwhile(text string, a ...any) error {
	return &clips.Error{Kind: clips.KindParameter, Notice: fmt.Sprintf(text, a...), Cause: clips.ErrEdited}
}

// clipAddress leads to a clip; to the list, when the person does not see it any more.
func clipAddress(who clips.Person, clip clips.Clip) string {
	if !who.MaySee(clip) {
		return "/"
	}
	return "/clips/" + clip.Slug
}

var errNotYours = apiError{http.StatusForbidden, "forbidden",
	"Only the owner of a clip and admins say who owns it and who sees it: ask one of them."}

// checkAccess finds what keeps a person from giving a clip another owner or visibility; an empty one stays as it is. A
// clip that its owner alone is to see needs one who can.
func (s *site) checkAccess(ctx context.Context, who clips.Person, clip clips.Clip, owner string, visible clips.Visibility) error {
	owner, visible = cmp.Or(owner, clip.Owner), cmp.Or(visible, clip.Visibility)
	if owner == clip.Owner && visible == clip.Visibility || clip.Declared { // of which the store says what is wrong
		return nil
	}
	if !who.MayHandOver(clip) {
		return errNotYours
	}
	if visible != clips.VisibleToOwner || s.People == nil {
		return nil
	}
	all, err := s.People.People(ctx)
	if err != nil {
		return err
	}
	clip.Owner = owner
	if !slices.ContainsFunc(all, func(p clips.Person) bool { return p.Owns(clip) && p.Active() }) {
		return badRequest("nobody signs in here as %q, so nobody could see the clip: write the address of its owner.", owner)
	}
	return nil
}
