// Ctrl-K or Cmd-K opens a search over everything, from anywhere. Without scripts the field in the bar leads to the page
// /search, which finds the same.
const waitForTyping = 120; // milliseconds
const remembered = "clipsheet.recent"; // addresses alone: names are the server's to tell, to whoever may see them

const field = /** @type {HTMLInputElement} */ (document.getElementById("find"));
let dialog;
let input;
let list;
let status;
let chosen = -1;
let timer;
let asking; // what can be given up when there is more to ask

addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open("");
  }
});
field?.addEventListener("click", () => open(field.value));
field?.addEventListener("input", () => {
  const typed = field.value;
  field.value = field.defaultValue;
  open(typed);
});
remember();

function remember() {
  const here = location.pathname;
  if (/^\/(clips|syncs|people)\/[^/]+$/.test(here) && !here.endsWith("/new")) {
    recent([here, ...recent().filter((address) => address !== here)].slice(0, 8));
  }
}

function recent(addresses) {
  try {
    if (addresses) {
      localStorage.setItem(remembered, JSON.stringify(addresses));
    }
    return JSON.parse(localStorage.getItem(remembered)) ?? [];
  } catch { // a browser that keeps nothing
    return [];
  }
}

function build() {
  dialog = element("dialog", { className: "search", ariaLabel: "Search everything" });
  input = element("input", { type: "search", placeholder: "Clips, syncs, sources, things to do …", autocomplete: "off", spellcheck: false, role: "combobox",
    ariaLabel: "Search everything", ariaExpanded: "true", ariaAutoComplete: "list" });
  list = element("ul", { id: "search-list", role: "listbox", ariaLabel: "Found" });
  status = element("p", { className: "small", role: "status" });
  input.setAttribute("aria-controls", list.id);
  dialog.append(input, status, list);
  document.body.append(dialog);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, waitForTyping);
  });
  dialog.addEventListener("keydown", onKey);
  dialog.addEventListener("click", (event) => {
    const hit = event.target.closest("[data-address]");
    if (hit) {
      go(hit, event.ctrlKey || event.metaKey);
    } else if (event.target === dialog) { // beside what is in it
      dialog.close();
    }
  });
  dialog.addEventListener("close", () => { // which comes later: it may be open again by then
    if (!dialog.open) {
      clearTimeout(timer);
      asking?.abort();
    }
  });
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function open(query) {
  if (!dialog) {
    build();
  }
  if (!dialog.open) {
    dialog.showModal(); // focus stays in it, and goes back when it closes
    say("");
    input.value = query;
    input.select();
    if (query) { // go on where they were typing
      input.setSelectionRange(query.length, query.length);
    }
    ask();
  }
}

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams({ q: input.value });
  for (const address of recent()) {
    query.append("recent", address);
  }
  try {
    const answer = await fetch("/search.json?" + query, { signal: asking.signal, redirect: "manual" });
    if (answer.ok) {
      show(await answer.json());
    } else {
      say(answer.type === "opaqueredirect" ? "You are signed out: reload the page." : "The search does not work at the moment: try again.");
    }
  } catch (error) {
    if (error.name !== "AbortError") {
      say("The server does not answer: try again.");
    }
  }
}

function say(words) {
  list.replaceChildren();
  status.textContent = words;
  choose(-1);
}

function show(found) {
  list.replaceChildren(...found.items.map((item, i) => {
    const hit = element("li", { id: `search-${i}`, role: "option", ariaSelected: "false" },
      element("span", { className: "badge quiet", textContent: item.kind }), " ",
      element("span", { className: "name", textContent: item.name }), " ",
      element("span", { className: "small", textContent: item.about ?? "" }));
    hit.dataset.address = item.address;
    return hit;
  }));
  const count = found.items.length;
  status.textContent = found.recent ? "Here lately, and what there is to do" : !count ? "Nothing has all of these words."
    : `${count} found${found.more ? `, the best of ${count + found.more}: another word narrows them down` : ""}`;
  choose(count ? 0 : -1);
}

function choose(i) {
  list.children[chosen]?.setAttribute("aria-selected", "false");
  chosen = i;
  const hit = list.children[chosen];
  hit?.setAttribute("aria-selected", "true");
  hit?.scrollIntoView({ block: "nearest" });
  if (hit) {
    input.setAttribute("aria-activedescendant", hit.id);
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function onKey(event) {
  const last = list.children.length - 1;
  const to = { ArrowDown: chosen < last ? chosen + 1 : 0, ArrowUp: chosen > 0 ? chosen - 1 : last, PageDown: Math.min(chosen + 8, last), PageUp: Math.max(chosen - 8, 0) }[event.key];
  if (to !== undefined && last >= 0) {
    event.preventDefault();
    choose(to);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (list.children[chosen]) {
      go(list.children[chosen], event.ctrlKey || event.metaKey);
    }
  } else if (event.key === "Escape" && input.value) { // the first one would empty the field alone
    event.preventDefault();
    dialog.close();
  } else if (event.key === "Tab") { // there is one thing to be at
    event.preventDefault();
    input.focus();
  }
}

function go(hit, apart) {
  dialog.close();
  if (apart) {
    window.open(hit.dataset.address, "_blank", "noopener");
  } else {
    location.assign(hit.dataset.address);
  }
}
