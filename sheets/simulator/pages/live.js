// Keeps the page as the spreadsheet is: when anything changes, the part with the id "live" is fetched again, and the
// cells that show something else are marked for a moment. A click on a cell puts it into the form.
(() => {
  "use strict";
  const live = () => document.getElementById("live");
  if (!document.querySelector("[data-live]") || !window.EventSource) return;

  const shown = () => new Map([...live().querySelectorAll("td[data-at]")].map((td) => [td.dataset.at, td.textContent]));

  async function refresh() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
    if (!next) return;
    const before = shown();
    const scroll = live().querySelector(".scroll");
    const at = scroll ? [scroll.scrollLeft, scroll.scrollTop] : null;
    live().replaceWith(document.adoptNode(next));
    if (at) live().querySelector(".scroll").scrollTo(...at);
    for (const td of live().querySelectorAll("td[data-at]")) {
      if (before.has(td.dataset.at) && before.get(td.dataset.at) !== td.textContent) td.classList.add("changed");
    }
  }

  // One refresh at a time, and one more when something changed meanwhile.
  let busy = false;
  let again = false;
  async function changed() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    do {
      again = false;
      try {
        await refresh();
      } catch {
        // The next event, or the next connection, tries again.
      }
    } while (again);
    busy = false;
  }

  const events = new EventSource("/events");
  let first = true;
  events.onmessage = () => {
    if (!first) changed();
    first = false;
  };
  events.onerror = () => {
    first = false;
  };

  document.addEventListener("click", (event) => {
    const td = event.target.closest("td[data-at]");
    const form = document.querySelector("form.formula");
    if (!td || !form) return;
    form.elements.cell.value = td.dataset.at;
    form.elements.value.value = td.dataset.typed || "";
    form.elements.value.select();
  });
})();
