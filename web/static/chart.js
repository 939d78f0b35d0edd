// A chart of what the table shows, inferred from its columns: over time as lines, by category as bars. What the reader
// chooses is in the address, after #, so that it can be sent to others, and is remembered for the clip in this browser.
import { SERIES, picture, sample } from "picture.js";

const MOST = 2000; // points; more than that is no picture
const KINDS = ["none", "line", "area", "bar", "stacked"];

// APART is how many times larger than another column one may be, to stand on one axis with it: what is smaller lies flat.
const APART = 20;

// infer finds what goes along the bottom and what goes up. A time along the bottom is one that moves on from row to row;
// otherwise it is the column that tells most rows apart.
function infer(columns, rows) {
  const isTime = (c) => ["date", "timestamp", "timestamptz"].includes(c.type);
  const isNumber = (c) => ["integer", "numeric", "float"].includes(c.type);
  const different = columns.map((_, i) => new Set(rows.map((row) => row[i])).size);
  const times = columns.findIndex((c, i) => isTime(c) && different[i] > rows.length / 2);
  let along = times;
  if (times < 0) {
    columns.forEach((c, i) => { if (!isNumber(c) && !isTime(c) && (along < 0 || different[i] > different[along])) along = i; });
  }
  const up = columns.map((c, i) => (isNumber(c) && i !== along ? i : -1)).filter((i) => i >= 0).slice(0, SERIES);
  return along < 0 || up.length === 0 ? null : { along, up, time: times >= 0 };
}

const remembered = "chart of " + location.pathname;

// choice is what the reader asked for: the address when it says something of the chart, or else what was chosen last.
function choice() {
  const address = new URLSearchParams(location.hash.slice(1));
  return address.has("chart") ? address : new URLSearchParams(recall());
}

function kindOf(chosen, time) {
  const kind = chosen.get("chart");
  return KINDS.includes(kind) ? kind : time ? "line" : "bar";
}

// readable are the columns that can be read on one axis: the largest, and what is not much smaller.
function readable(rows, up) {
  const sizes = up.map((i) => rows.reduce((most, row) => Math.max(most, Math.abs(Number(row[i] ?? 0)) || 0), 0));
  const least = Math.max(...sizes) / APART;
  return up.filter((_, k) => sizes[k] >= least);
}

// seriesOf are the columns to draw: those chosen by name, or else what can be read.
function seriesOf(chosen, columns, up, first) {
  const names = chosen.getAll("series"), asked = up.filter((i) => names.includes(columns[i].name));
  return asked.length || names.includes("") ? asked : first;
}

// A browser may keep nothing for us, which is its owner's to say.
function recall() {
  try { return localStorage.getItem(remembered) ?? ""; } catch { return ""; }
}

function remember(choice) {
  history.replaceState(null, "", "#" + choice);
  try { localStorage.setItem(remembered, choice); } catch { /* the address has it */ }
}

// drawChart draws so many rows, which it is given one by one.
export function drawChart(columns, count, row) {
  const place = document.getElementById("chart");
  const rows = Array.from({ length: Math.min(count, MOST) }, (_, i) => row(i)).filter(Boolean);
  const found = infer(columns, rows);
  if (!found || rows.length < 2) {
    place.hidden = true;
    return;
  }
  place.hidden = false;
  const chosen = choice(), kind = kindOf(chosen, found.time);
  const select = document.createElement("select");
  for (const name of KINDS) select.append(new Option(name === "none" ? "no chart" : name, name, false, name === kind));
  select.setAttribute("aria-label", "Chart");
  select.addEventListener("change", () => {
    chosen.set("chart", select.value);
    remember(chosen);
    drawChart(columns, count, row);
    place.querySelector("select").focus();
  });
  place.replaceChildren(select);
  if (kind === "none") return;
  if (count > MOST) {
    const note = document.createElement("p");
    note.className = "small";
    note.textContent = `A chart is drawn of up to ${MOST.toLocaleString()} rows: filter the table, and it appears.`;
    place.append(note);
    return;
  }
  const order = found.time ? rows.toSorted((a, b) => (a[found.along] ?? "").localeCompare(b[found.along] ?? "")) : rows;
  const first = readable(rows, found.up), drawn = { along: found.along, up: seriesOf(chosen, columns, found.up, first) };
  const hues = [...new Set([...first, ...found.up])]; // a column keeps its colour, whatever else is drawn
  const change = (up, name) => {
    chosen.set("chart", kind);
    chosen.delete("series");
    for (const i of up) chosen.append("series", columns[i].name);
    if (!up.length) chosen.append("series", "");
    remember(chosen);
    drawChart(columns, count, row);
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (place.querySelectorAll(".legend input"));
    [...boxes].find((box) => box.value === name)?.focus();
  };
  const key = legend(columns, found.up, drawn.up, kind, hues, change);
  if (!drawn.up.length) {
    place.append(key);
    return;
  }
  const of = drawn.up.map((i) => hues.indexOf(i));
  place.append(picture(columns, order, drawn, kind, of, place.clientWidth), key, asTable(columns, order, drawn));
}

// legend names the columns, and draws or leaves out those that are ticked or not; one alone is only named.
function legend(columns, all, drawn, kind, hues, change) {
  const list = document.createElement("fieldset"), heading = document.createElement("legend");
  list.className = "small legend";
  heading.textContent = drawn.length ? "Drawn" : "Tick what to draw";
  list.append(heading);
  all.forEach((i) => {
    const label = document.createElement("label"), name = columns[i].name;
    if (all.length > 1) {
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value: name, checked: drawn.includes(i) });
      box.addEventListener("change", () => change(all.filter((j) => (j === i ? box.checked : drawn.includes(j))), name));
      label.append(box);
    }
    label.append(sample(hues.indexOf(i), kind), name || "(no name)");
    list.append(label);
  });
  return list;
}

// asTable is the same for those who do not see it. It is made when somebody opens it.
function asTable(columns, rows, { along, up }) {
  const details = document.createElement("details"), summary = document.createElement("summary");
  summary.textContent = "The chart as a table";
  details.className = "small";
  details.append(summary);
  details.addEventListener("toggle", () => {
    if (details.querySelector("table")) return;
    const table = document.createElement("table"), used = [along, ...up];
    const head = table.createTHead().insertRow();
    for (const i of used) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = columns[i].name || "(no name)";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      used.forEach((i, k) => { Object.assign(line.insertCell(), { textContent: row[i] ?? "", className: k ? "number" : "" }); });
    }
    const box = document.createElement("div");
    box.className = "scroll tall";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "The chart as a table");
    box.append(table);
    details.append(box);
  });
  return details;
}
