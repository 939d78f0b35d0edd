// The editor gains by scripts: runs without leaving the page, a stop for them, the schema beside the SQL, and names
// that are there at a click or as one types.
const form = document.getElementById("editor");
const sql = document.getElementById("sql");
const run = document.getElementById("run");
const cancel = document.getElementById("cancel");
const tables = document.getElementById("tables");
let running = null;

// tryOut sends the form, and takes of the answer what is about the SQL: what is wrong, rows, parameters.
async function tryOut() {
  running?.abort();
  running = new AbortController();
  run.disabled = true;
  cancel.hidden = false;
  run.textContent = "Running …";
  try {
    const body = new URLSearchParams(new FormData(form));
    body.set("do", "run");
    const answer = await fetch(location.href, { method: "POST", body, signal: running.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("main > [role=alert]")) old.remove();
    const wrong = page.querySelector("main > [role=alert]");
    if (wrong) form.before(wrong);
    document.getElementById("preview").replaceChildren(...(page.getElementById("preview")?.childNodes ?? []));
    const params = page.querySelector("fieldset.params"), had = form.querySelector("fieldset.params");
    if (had) had.remove();
    if (params) document.getElementById("preview").after(params);
    mark(Number(page.getElementById("editor")?.dataset.position));
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    run.disabled = false;
    cancel.hidden = true;
    run.textContent = "Run";
  }
}

// mark selects the word where the SQL is wrong. Positions count characters, as Postgres does, and not halves of them.
function mark(position) {
  if (!position) return;
  const start = [...sql.value].slice(0, position - 1).join("").length;
  const word = /^\w*/.exec(sql.value.slice(start))[0];
  sql.focus();
  sql.setSelectionRange(start, start + Math.max(word.length, 1));
}

function insert(text) {
  sql.focus();
  sql.setRangeText(text, sql.selectionStart, sql.selectionEnd, "end");
}

let names = [];

async function showTables() {
  const source = form.elements.source.value;
  const answer = await fetch("/tables?source=" + encodeURIComponent(source));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const schema = page.getElementById("schema");
  if (!schema) return;
  const filter = Object.assign(document.createElement("input"), { type: "search", placeholder: "Filter tables", ariaLabel: "Filter tables" });
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase();
    for (const table of schema.children) table.hidden = !table.dataset.words.toLowerCase().includes(words);
  });
  for (const table of schema.children) {
    const first = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "First 100 rows" });
    first.addEventListener("click", () => {
      if (sql.value.trim() !== "" && !confirm("Put this in place of the SQL?")) return;
      sql.value = `select *\nfrom ${table.dataset.name}\nlimit 100`;
      tryOut();
    });
    table.querySelector("summary").after(first);
    names.push(table.dataset.name);
    for (const name of table.querySelectorAll("[data-insert]")) {
      names.push(name.dataset.insert);
      name.tabIndex = 0;
      name.setAttribute("role", "button");
      name.addEventListener("click", () => insert(name.dataset.insert));
      name.addEventListener("keydown", (event) => { if (event.key === "Enter") insert(name.dataset.insert); });
    }
  }
  names = [...new Set(names)].sort();
  const wrong = page.querySelector("[role=alert]");
  tables.replaceChildren(filter, ...(wrong ? [wrong] : []), schema);
}

// complete puts the rest of a name where one has begun, and goes on to the next name when asked again.
let begun = null;
function complete() {
  const at = sql.selectionStart;
  if (!begun || begun.end !== at) {
    const word = /[\w."]*$/.exec(sql.value.slice(0, at))[0];
    const part = word.slice(word.lastIndexOf(".") + 1);
    const fits = names.filter((name) => part !== "" && name.startsWith(part) && name !== part);
    if (fits.length === 0) return false;
    begun = { start: at - part.length, fits, next: 0 };
  }
  const name = begun.fits[begun.next++ % begun.fits.length];
  sql.setRangeText(name, begun.start, at, "end");
  begun.end = begun.start + name.length;
  return true;
}

sql.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    tryOut();
  } else if (event.key === " " && event.ctrlKey && complete()) {
    event.preventDefault();
  }
});
run.addEventListener("click", (event) => { event.preventDefault(); tryOut(); });
cancel.addEventListener("click", () => running?.abort());
form.elements.source.addEventListener("change", () => { names = []; showTables(); });
mark(Number(form.dataset.position));
showTables();
