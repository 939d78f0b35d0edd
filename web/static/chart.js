// A chart of what the table shows, inferred from its columns: over time as lines, by category as bars. What the reader
// chooses is in the address, after #, so that it can be sent to others, and is remembered for the clip in this browser.
const NS = "http://www.w3.org/2000/svg";
const WIDE = 900, HIGH = 300, LEFT = 90, BOTTOM = 40, TOP = 10;
const MOST = 2000; // points; more than that is no picture
const KINDS = ["none", "line", "area", "bar", "stacked"];

function shape(name, attributes, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

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
  const up = columns.map((c, i) => (isNumber(c) && i !== along ? i : -1)).filter((i) => i >= 0).slice(0, 6);
  return along < 0 || up.length === 0 ? null : { along, up, time: times >= 0 };
}

const remembered = "chart of " + location.pathname;

function choice(time) {
  const asked = new URLSearchParams(location.hash.slice(1)).get("chart");
  return [asked, recall()].find((kind) => KINDS.includes(kind)) ?? (time ? "line" : "bar");
}

// A browser may keep nothing for us, which is its owner's to say.
function recall() {
  try { return localStorage.getItem(remembered); } catch { return null; }
}

function remember(kind) {
  try { localStorage.setItem(remembered, kind); } catch { /* the address has it */ }
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
  const kind = choice(found.time);
  const select = document.createElement("select");
  for (const name of KINDS) select.append(new Option(name === "none" ? "no chart" : name, name, false, name === kind));
  select.setAttribute("aria-label", "Chart");
  select.addEventListener("change", () => {
    history.replaceState(null, "", "#chart=" + select.value);
    remember(select.value);
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
  place.append(picture(columns, order, found, kind), legend(columns, found.up), asTable(columns, order, found));
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

// scale widens a range to round numbers, and says how far its rules are apart.
function scale(least, most) {
  const about = (most - least || 1) / 4, unit = 10 ** Math.floor(Math.log10(about));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * unit).find((n) => n >= about * 0.999);
  return [Math.floor(least / step) * step, Math.max(Math.ceil(most / step) * step, step), step];
}

function picture(columns, rows, { along, up }, kind) {
  const values = rows.map((row) => up.map((i) => Number(row[i] ?? 0) || 0));
  const tops = kind === "stacked" ? values.map((v) => v.reduce((a, b) => a + Math.max(b, 0), 0)) : values.flat();
  const lows = kind === "stacked" ? values.map((v) => v.reduce((a, b) => a + Math.min(b, 0), 0)) : values.flat();
  const highest = tops.reduce((a, b) => Math.max(a, b), 0), lowest = lows.reduce((a, b) => Math.min(a, b), 0);
  const [least, most, ruled] = scale(lowest, highest);
  const y = (v) => TOP + (HIGH - TOP - BOTTOM) * (1 - (v - least) / (most - least || 1));
  const step = (WIDE - LEFT - 10) / rows.length;
  const x = (i) => LEFT + step * (i + 0.5);
  const svg = shape("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "chart", role: "img",
    "aria-label": `${kind} chart of ${up.map((i) => columns[i].name).join(", ")} by ${columns[along].name}` });
  for (let v = least; v <= most + ruled / 2; v += ruled) {
    svg.append(shape("line", { x1: LEFT, x2: WIDE, y1: y(v), y2: y(v), class: "rule" }),
      shape("text", { x: LEFT - 8, y: y(v) + 4, "text-anchor": "end" }, v.toLocaleString(undefined, { maximumSignificantDigits: 4, notation: "compact" })));
  }
  const every = Math.ceil(rows.length / 8);
  rows.forEach((row, i) => {
    if (i % every === 0) svg.append(shape("text", { x: x(i), y: HIGH - 18, "text-anchor": "middle" }, (row[along] ?? "–").slice(0, 16)));
  });
  const said = (i, k) => shape("title", {}, `${rows[i][along] ?? "–"} · ${columns[up[k]].name}: ${rows[i][up[k]] ?? "–"}`);
  if (kind === "line" || kind === "area") {
    up.forEach((_, k) => {
      const points = values.map((v, i) => `${x(i)},${y(v[k])}`);
      if (kind === "area") svg.append(shape("polygon", { points: [`${x(0)},${y(0)}`, ...points, `${x(rows.length - 1)},${y(0)}`].join(" "), class: `area s${k}` }));
      svg.append(shape("polyline", { points: points.join(" "), class: `line s${k}` }));
      if (rows.length <= 200) values.forEach((v, i) => {
        const dot = shape("circle", { cx: x(i), cy: y(v[k]), r: 3, class: `bar s${k}` });
        dot.append(said(i, k));
        svg.append(dot);
      });
    });
    return svg;
  }
  const thick = Math.max(1, kind === "stacked" ? step * 0.7 : (step * 0.8) / up.length);
  values.forEach((v, i) => {
    let above = 0, below = 0;
    v.forEach((value, k) => {
      let from = 0;
      if (kind === "stacked") { from = value < 0 ? below : above; if (value < 0) below += value; else above += value; }
      const left = kind === "stacked" ? x(i) - thick / 2 : x(i) - (thick * up.length) / 2 + thick * k;
      const bar = shape("rect", { x: left, width: thick, y: Math.min(y(from), y(from + value)), height: Math.abs(y(from) - y(from + value)), class: `bar s${k}` });
      bar.append(said(i, k));
      svg.append(bar);
    });
  });
  return svg;
}

function legend(columns, up) {
  const list = document.createElement("p");
  list.className = "small legend";
  up.forEach((i, k) => {
    const key = document.createElement("span");
    key.className = `key s${k}`;
    list.append(key, " ", columns[i].name || "(no name)", " ");
  });
  return list;
}
