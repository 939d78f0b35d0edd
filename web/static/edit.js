// The editor gains by scripts: colours and names that are offered as one types, runs without leaving the page, a stop
// for them, and the schema beside the SQL.
import { plain } from "field.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("editor"));
const field = /** @type {HTMLTextAreaElement} */ (document.getElementById("sql"));
const source = /** @type {HTMLSelectElement} */ (form.elements.namedItem("source"));
const run = /** @type {HTMLButtonElement} */ (document.getElementById("run"));
const explain = /** @type {HTMLButtonElement} */ (document.getElementById("explain"));
const layOut = document.getElementById("format");
const cancel = document.getElementById("cancel");
const said = document.getElementById("said");
const tables = document.getElementById("tables");
const preview = document.getElementById("preview");
let running = null;

const keys = { run: () => tryOut("run"), format: () => formatSQL() };
const text = form.dataset.editor ? await mounted(form.dataset.editor) : plain(field);

// mounted is the editor in the place of the field. Between reading it and building it the browser does what else waits.
async function mounted(address) {
  const { mount } = await import(address);
  await new Promise((done) => setTimeout(done));
  return mount(field, keys);
}

// tryOut sends the form, and takes of the answer what is about the SQL: what is wrong, rows, the plan, parameters. Of
// what is selected it runs that alone.
async function tryOut(what) {
  running?.abort();
  const mine = running = new AbortController();
  cancel.hidden = false;
  text.unmark();
  const began = Date.now();
  said.textContent = "Running …";
  forgetEarly();
  try {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    const { text: selected, at } = text.selection;
    body.set("do", what);
    if (selected.trim() !== "" && selected !== text.value) {
      body.set("selected", selected);
      body.set("selected_at", at);
    }
    const answer = await fetch(location.href, { method: "POST", body, signal: mine.signal, headers: { Accept: "application/x-ndjson" } });
    const page = await pageOf(answer, (news) => {
      if (running !== mine) return; // another run has begun, and this place is its
      said.textContent = progressOf(news, Date.now() - began);
      if (news.part) showEarly(news.part);
    });
    const early = forgetEarly();
    const isWrong = take(new DOMParser().parseFromString(page, "text/html"));
    said.textContent = isWrong && early ? `It failed after its first ${early} ${early === 1 ? "row" : "rows"}, which are gone from here: a part is no result.` : "";
  } catch (error) {
    if (running !== mine) return; // another run has begun, whose words stand there
    forgetEarly();
    said.textContent = error.name === "AbortError" ? "Stopped." : "The server cannot be reached: try again.";
  } finally {
    if (running === mine) cancel.hidden = true;
  }
}

// pageOf reads how a run goes, line by line, up to the page that ends it. What is no run is a page at once.
async function pageOf(answer, tell) {
  if (!answer.headers.get("Content-Type")?.startsWith("application/x-ndjson")) return answer.text();
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("the answer ends early");
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const news = JSON.parse(line);
      if (news.page) return news.page;
      tell(news);
    }
  }
}

function progressOf({ stage, rows }, milliseconds) {
  const seconds = `${Math.round(milliseconds / 1000)} s`;
  if (stage === "queued") return `Waiting for a place on the source, ${seconds} …`;
  return rows ? `${rows.toLocaleString()} rows so far, ${seconds} …` : `Running, ${seconds} …`;
}

// showEarly adds rows to those that have come, marked as what they are until the run has ended well.
function showEarly(part) {
  let early = document.getElementById("early");
  if (!early) {
    early = Object.assign(document.createElement("div"), { id: "early", innerHTML: `<p class=small><span class="badge busy">Still arriving</span> These are the first rows, and not the result yet.</p>
<section class="scroll tall" tabindex=0 role=region aria-busy=true aria-label="Rows that have come so far"></section>` });
    preview.replaceChildren(early);
  }
  const rows = new DOMParser().parseFromString(part.startsWith("<table>") ? part : `<table><tbody>${part}`, "text/html");
  const body = early.querySelector("tbody");
  if (body) body.append(...rows.querySelectorAll("tbody > tr"));
  else early.querySelector("section").append(rows.querySelector("table"));
}

// forgetEarly takes rows away that came before the end, and says how many they were.
function forgetEarly() {
  const early = document.getElementById("early");
  const rows = early?.querySelectorAll("tbody > tr").length ?? 0;
  early?.remove();
  return rows;
}

// take shows what came of a try, and says whether something is wrong with it.
function take(page) {
  for (const old of document.querySelectorAll("main > [role=alert]")) old.remove();
  const wrong = page.querySelector("main > [role=alert]");
  if (wrong) form.before(wrong);
  preview.replaceChildren(...(page.getElementById("preview")?.childNodes ?? []));
  form.querySelector("fieldset.params")?.remove();
  const params = page.querySelector("fieldset.params");
  if (params) preview.after(params);
  markWrong(page.getElementById("editor"), wrong);
  return Boolean(wrong);
}

// markWrong shows where the SQL is wrong, if the server knows.
function markWrong(from, wrong) {
  const position = Number(from?.dataset.position);
  if (position) text.mark(position, [...(wrong?.querySelectorAll("p") ?? [])].map((p) => p.textContent).join("\n"));
}

async function formatSQL() {
  if (!form.dataset.format) return;
  const { format } = await import(form.dataset.format);
  const laidOut = format(text.value);
  if (laidOut === null) {
    said.textContent = "This SQL is left as it is: it could not be laid out without a doubt that it says the same.";
    return;
  }
  text.value = laidOut;
  said.textContent = "";
  text.focus();
}

async function showTables() {
  const answer = await fetch("/tables?source=" + encodeURIComponent(source.value));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const schema = page.getElementById("schema");
  if (!schema) return;
  const all = /** @type {HTMLElement[]} */ ([...schema.children]);
  const filter = Object.assign(document.createElement("input"), { type: "search", placeholder: "Filter tables", ariaLabel: "Filter tables" });
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase();
    for (const table of all) table.hidden = !table.dataset.words.toLowerCase().includes(words);
  });
  text.offer(all.map(tableOf));
  for (const table of all) {
    const first = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "First 100 rows" });
    first.addEventListener("click", () => {
      if (text.value.trim() !== "" && !confirm("Put this in place of the SQL?")) return;
      text.value = `select *\nfrom ${table.dataset.name}\nlimit 100`;
      tryOut("run");
    });
    table.querySelector("summary").after(first);
    for (const name of table.querySelectorAll("[data-insert]")) {
      name.tabIndex = 0;
      name.setAttribute("role", "button");
      name.addEventListener("click", () => text.insert(name.dataset.insert));
      name.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault(); // a space would scroll
        text.insert(name.dataset.insert);
      });
    }
  }
  const wrong = page.querySelector("[role=alert]");
  tables.replaceChildren(filter, ...(wrong ? [wrong] : []), schema);
}

// tableOf is what the page says of a table.
function tableOf({ dataset, children }) {
  const columns = [...children].flatMap((child) => [...child.querySelectorAll("[data-insert]")])
    .map((column) => ({ plain: column.dataset.insert, type: column.dataset.type, comment: column.dataset.comment }));
  return { plain: dataset.name, kind: dataset.kind, comment: dataset.comment, columns };
}

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    tryOut("run");
  } else if (event.key === " " && event.ctrlKey && text.complete()) {
    event.preventDefault();
  }
});
for (const button of [run, explain]) {
  button?.addEventListener("click", (event) => { event.preventDefault(); tryOut(button.value); });
}
cancel.addEventListener("click", () => running?.abort());
if (form.dataset.format) {
  layOut.hidden = false;
  layOut.addEventListener("click", formatSQL);
}
source.addEventListener("change", showTables);
markWrong(form, document.querySelector("main > [role=alert]"));
showTables();
