package web_test

import (
	"testing"

	"clipsheet/clips"
	"clipsheet/web/webtest"
)

// Somebody whose browser runs no scripts signs in, reads, and signs out.
func TestSignInWithoutScripts(t *testing.T) {
	c := newCompany(t)
	if _, err := c.store.AddPerson(t.Context(), clips.Person{Email: "ann@example.com", Role: clips.RoleReader}, clips.Act{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	c.provider.is("ann@example.com")
	page := webtest.Blank(t)
	page.WithoutScripts()
	page.Allow(c.provider.URL)
	page.Go(c.origin + "/clips/cash")
	page.Until(`location.pathname === "/signin"`)
	page.Push(page.MustElement("main button").MustText())
	page.Until(`location.pathname === "/clips/cash" && document.readyState === "complete"`)
	page.Shows("2461020.16")
	page.Turn("Ann <b>")
	page.Turn("Sign out everywhere")
	page.Go(c.origin + "/clips/cash")
	page.Shows("Sign in")
}
