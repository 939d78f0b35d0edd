// The editor gains by scripts: colours and names that are offered as one types, runs without leaving the page, a stop
// for them, and the schema beside the SQL.
import { plain } from "field.js";

const form = document.getElementById("editor");
const field = document.getElementById("sql");
const run = document.getElementById("run");
const explain = document.getElementById("explain");
const layOut = document.getElementById("format");
const cancel = document.getElementById("cancel");
const said = document.getElementById("said");
const tables = document.getElementById("tables");
let running = null;

const keys = { run: () => tryOut("run"), format: () => formatSQL() };
const text = form.dataset.editor ? (await import(form.dataset.editor)).mount(field, keys) : plain(field);

// tryOut sends the form, and takes of the answer what is about the SQL: what is wrong, rows, the plan, parameters. Of
// what is selected it runs that alone.
async function tryOut(what) {
  running?.abort();
  const mine = running = new AbortController();
  cancel.hidden = false;
  text.unmark();
  const began = Date.now();
  said.textContent = "Running …";
  try {
    const body = new URLSearchParams(new FormData(form));
    const { text: selected, at } = text.selection;
    body.set("do", what);
    if (selected.trim() !== "" && selected !== text.value) {
      body.set("selected", selected);
      body.set("selected_at", at);
    }
    const answer = await fetch(location.href, { method: "POST", body, signal: mine.signal, headers: { Accept: "application/x-ndjson" } });
    const page = await pageOf(answer, (news) => { said.textContent = progressOf(news, Date.now() - began); });
    take(new DOMParser().parseFromString(page, "text/html"));
    said.textContent = "";
  } catch (error) {
    if (running !== mine) return; // another run has begun, whose words stand there
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
  return rows ? `${rows} rows so far, ${seconds} …` : `Running, ${seconds} …`;
}

function take(page) {
  for (const old of document.querySelectorAll("main > [role=alert]")) old.remove();
  const wrong = page.querySelector("main > [role=alert]");
  if (wrong) form.before(wrong);
  const preview = document.getElementById("preview");
  preview.replaceChildren(...(page.getElementById("preview")?.childNodes ?? []));
  form.querySelector("fieldset.params")?.remove();
  const params = page.querySelector("fieldset.params");
  if (params) preview.after(params);
  markWrong(page.getElementById("editor"), wrong);
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
  text.offer([...schema.children].map(tableOf));
  for (const table of schema.children) {
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
      name.addEventListener("keydown", (event) => { if (event.key === "Enter") text.insert(name.dataset.insert); });
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
form.elements.source.addEventListener("change", showTables);
markWrong(form, document.querySelector("main > [role=alert]"));
showTables();
