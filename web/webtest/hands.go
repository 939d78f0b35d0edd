package webtest

import (
	"strconv"
	"strings"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"
)

// Keys has everything done with the keyboard alone from now on: what cannot be reached by Tab is out of reach.
func (t *Tab) Keys() { t.keys = true }

// reach goes to an element and gives it the focus.
func (t *Tab) reach(el *rod.Element) {
	t.t.Helper()
	if !t.keys {
		if err := (proto.DOMFocus{ObjectID: el.Object.ObjectID}).Call(t); err != nil {
			t.t.Fatalf("nothing can be typed into %s: %v", el.MustHTML(), err)
		}
		return
	}
	for range 400 {
		if el.MustEval(`() => document.activeElement === this`).Bool() {
			return
		}
		if t.MustEval(`() => document.activeElement.closest(".cm-editor") !== null`).Bool() {
			t.Press(input.Escape) // away with what it offers
			t.Press(input.Escape) // after which Tab leads on, as the page says
		}
		t.Press(input.Tab)
	}
	t.t.Fatalf("%s: no key leads to %s", t.address(), el.MustHTML())
}

// click is what a mouse does, and needs no script of the page as rod's own does. Like a hand, it waits until what it is
// after stays where it is, with nothing before it: pages put things in their place while they are read.
func (t *Tab) click(el *rod.Element) {
	t.t.Helper()
	for {
		if err := (proto.DOMScrollIntoViewIfNeeded{ObjectID: el.Object.ObjectID}).Call(t); err != nil {
			t.t.Fatalf("%s cannot be seen: %v", el.MustHTML(), err)
		}
		at := el.MustShape().OnePointInside()
		t.Mouse.MustMoveTo(at.X, at.Y)
		isThere := el.MustEval(`(x, y) => this.contains(document.elementFromPoint(x, y))`, at.X, at.Y).Bool()
		if still := el.MustShape().OnePointInside(); isThere && *still == *at {
			t.Mouse.MustClick(proto.InputMouseButtonLeft)
			return
		}
	}
}

// Push pushes the button, follows the link or opens the part of the page that says exactly this.
func (t *Tab) Push(words string) {
	t.t.Helper()
	el, err := t.ElementByJS(rod.Eval(`(words) => [...document.querySelectorAll("main button, a, summary")].find((e) =>
		e.textContent.trim() === words && e.checkVisibility())`, words))
	if err != nil {
		t.t.Fatalf("%s: there is nothing called %q: %v\n%s", t.address(), words, err, t.MustElement("body").MustText())
	}
	if !t.keys {
		t.click(el)
		return
	}
	t.reach(el)
	t.Press(input.Enter)
}

// Turn pushes what leads to another page, and waits until that is there.
func (t *Tab) Turn(words string) {
	t.t.Helper()
	t.MustEval(`() => { document.documentElement.id = "before" }`)
	t.Push(words)
	t.Until(`document.documentElement.id !== "before" && document.readyState === "complete"`)
}

// Fill writes into a field in the place of what is there, by its name.
func (t *Tab) Fill(name, text string) {
	t.t.Helper()
	t.Write(`main [name="`+name+`"]`, text)
}

// Write is Fill for a field that a selector finds.
func (t *Tab) Write(selector, text string) {
	t.t.Helper()
	t.reach(t.MustElement(selector))
	t.Press(input.ControlLeft, input.KeyA)
	t.MustInsertText(text)
}

// Choose types the beginning of an option into a list, by the name of the list.
func (t *Tab) Choose(name, option string) {
	t.t.Helper()
	el := t.MustElement(`main select[name="` + name + `"]`)
	t.reach(el)
	for _, r := range option {
		t.Keyboard.MustType(input.Key(r))
	}
	if got := el.MustEval(`() => this.selectedOptions[0].textContent`).Str(); !strings.HasPrefix(got, option) {
		t.t.Fatalf("typing %q chooses %q", option, got)
	}
}

// Shows waits until the page has these words.
func (t *Tab) Shows(words string) {
	t.t.Helper()
	if err := t.Wait(rod.Eval(`(words) => document.body.innerText.includes(words)`, words)); err != nil {
		t.t.Fatalf("%s does not say %s: %v\n%s", t.address(), strconv.Quote(words), err, t.MustElement("body").MustText())
	}
}
