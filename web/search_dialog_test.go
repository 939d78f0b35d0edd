package web_test

import (
	"testing"

	"github.com/go-rod/rod/lib/input"
)

const dialogFound = `[...document.querySelectorAll("#search-list li .name")].map((name) => name.textContent)`

func TestTheSearchIsKeysAlone(t *testing.T) {
	w := newWorld(t)
	page := w.tab("/runs")
	page.wait(`document.readyState === "complete"`)
	page.MustEval(`() => document.querySelector("main select").focus()`)
	open := func() {
		t.Helper()
		page.press(input.ControlLeft, input.KeyK)
		page.wait(`document.querySelector("dialog.search")?.open && document.activeElement.role === "combobox"`)
	}
	open()
	page.wait(dialogFound + `.includes("New clip")`) // before anything is typed: things to do
	page.MustInsertText("revenue")
	page.wait(dialogFound + `.join() === "Revenue"`)
	page.wait(`document.querySelector("dialog [role=status]").textContent === "1 found"`)
	page.press(input.Tab) // focus stays in the dialog
	page.wait(`document.activeElement.role === "combobox"`)
	page.press(input.Escape)
	page.wait(`!document.querySelector("dialog.search").open && document.activeElement.name === "span"`) // and goes back

	open()
	page.MustInsertText("re")
	page.wait(`/^[0-9]+ found/.test(document.querySelector("dialog [role=status]").textContent)`) // and not what came before the words
	page.wait(`document.getElementById(document.activeElement.getAttribute("aria-activedescendant")).id === "search-0"`)
	page.press(input.ArrowUp) // round the end
	page.wait(`document.querySelector("#search-list [aria-selected=true]") === document.querySelector("#search-list").lastChild`)
	page.press(input.ArrowDown)
	page.press(input.ArrowDown)
	page.wait(`document.querySelector("#search-list [aria-selected=true]").id === "search-1"`)
	page.press(input.Escape)
	open()
	page.MustInsertText("<by>")
	page.wait(dialogFound + `.join() === "Cash <by> account"`)
	page.press(input.Enter)
	page.wait(`location.pathname === "/clips/cash" && document.readyState === "complete"`)

	// What it was at last comes first, on any page.
	page.press(input.ControlLeft, input.KeyK)
	page.wait(dialogFound + `[0] === "Cash <by> account"`)
	page.wait(`localStorage.getItem("clipsheet.recent") === '["/clips/cash"]'`)
}
