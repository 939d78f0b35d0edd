// The table of a clip, as cells: it scrolls, sorts, filters, copies, and adds up what is selected. The rows come in
// pages; without scripts the page shows the first of them as a table, which stays until the cells are here.
import { drawChart } from "chart.js";

const HEIGHT = 28; // of a row, in pixels
const PAGE = 25000;
const MOST = 200000; // rows that a browser holds with ease

const place = document.getElementById("grid");
const all = JSON.parse(place.dataset.columns); // as they are in the rows that come
const columns = all.filter((column) => !column.hidden);
const total = Number(place.dataset.total);
const numeric = columns.map((c) => ["integer", "numeric", "float"].includes(c.type));

// load reads the rows, one page after the other, and tells after each.
async function load(each) {
  const rows = [];
  while (rows.length < Math.min(total, MOST)) {
    const answer = await fetch(`${place.dataset.rows}&_offset=${rows.length}&_limit=${PAGE}`);
    if (!answer.ok) throw new Error((await answer.json()).message);
    const page = await answer.json();
    if (page.length === 0) break;
    for (const row of page) rows.push(row.filter((_, i) => !all[i].hidden));
    each(rows);
  }
}

// sum adds as one does on paper, so that cents stay cents. It is null when something is no plain number.
export function sum(values) {
  let units = 0n, digits = 0;
  for (const value of values) {
    const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
    if (!found) return null;
    const part = found[3] ?? "";
    if (part.length > digits) {
      units *= 10n ** BigInt(part.length - digits);
      digits = part.length;
    }
    units += BigInt(found[1] + found[2] + part.padEnd(digits, "0"));
  }
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, "0");
  return (units < 0n ? "-" : "") + text.slice(0, text.length - digits) + (digits ? "." + text.slice(-digits) : "");
}

// grouped is a number as the reader's own country writes it, with all its digits.
function grouped(text) {
  const [whole, part] = text.split(".");
  const sign = (1.5).toLocaleString().charAt(1);
  return BigInt(whole).toLocaleString() + (part ? sign + part : "");
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class Grid {
  rows = [];
  shown = []; // the rows that are left by the filter, in order
  sorted = { column: -1, down: false };
  words = "";
  from = { row: 0, column: 0 };
  to = { row: 0, column: 0 };

  constructor() {
    this.filter = element("input", { type: "search", placeholder: "Filter rows", ariaLabel: "Filter rows" });
    this.filter.addEventListener("input", () => { this.words = this.filter.value.toLowerCase(); this.arrange(); });
    this.head = element("tr");
    columns.forEach((column, i) => {
      const button = element("button", { type: "button", className: "sort", textContent: column.name || "(no name)", title: column.type });
      button.addEventListener("click", () => this.sort(i));
      const cell = element("th", { scope: "col", className: numeric[i] ? "number" : "" }, button);
      this.head.append(cell);
    });
    this.body = element("tbody");
    const table = element("table", {}, element("thead", {}, this.head), this.body);
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", "The table");
    table.setAttribute("aria-colcount", columns.length);
    this.table = table;
    this.box = element("div", { className: "scroll tall cells", tabIndex: 0 }, table);
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", "The table: arrows move, Shift selects, Ctrl-C copies");
    this.status = element("p", { className: "small status" });
    this.status.setAttribute("role", "status");
    this.box.addEventListener("scroll", () => this.draw());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("pointerdown", (event) => this.press(event));
    this.box.addEventListener("pointerover", (event) => { if (event.buttons === 1) this.drag(event); });
    document.addEventListener("copy", (event) => {
      if (document.activeElement !== this.box) return;
      event.clipboardData.setData("text/plain", this.copied());
      event.preventDefault();
    });
  }

  take(rows) {
    this.rows = rows;
    this.arrange();
  }

  arrange() {
    this.shown = this.words ? this.rows.filter((row) => row.some((v) => v !== null && v.toLowerCase().includes(this.words))) : this.rows.slice();
    const { column, down } = this.sorted;
    if (column >= 0) {
      const compare = numeric[column] ? (a, b) => Number(a) - Number(b) : new Intl.Collator(undefined, { numeric: true }).compare;
      this.shown.sort((a, b) => {
        const x = a[column], y = b[column];
        if (x === null || y === null) return (x === null) - (y === null); // what is missing comes last, either way
        return down ? compare(y, x) : compare(x, y);
      });
    }
    this.table.setAttribute("aria-rowcount", this.shown.length + 1);
    this.draw();
    this.tell();
    drawChart(columns, this.shown);
  }

  sort(column) {
    const same = this.sorted.column === column;
    this.sorted = same && this.sorted.down ? { column: -1, down: false } : { column, down: same };
    [...this.head.children].forEach((cell, i) => {
      if (i === this.sorted.column) cell.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    this.arrange();
  }

  // draw makes the rows that can be seen, and room for the others.
  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / HEIGHT) - 10);
    const last = Math.min(this.shown.length, first + Math.ceil(Math.max(this.box.clientHeight, innerHeight) / HEIGHT) + 20);
    const rows = [this.room(first)];
    for (let i = first; i < last; i++) rows.push(this.row(i));
    rows.push(this.room(this.shown.length - last));
    this.body.replaceChildren(...rows);
    this.hold();
  }

  // hold keeps columns as wide as they were, so that nothing jumps while it scrolls.
  hold() {
    for (const cell of this.head.children) {
      const width = cell.offsetWidth;
      if (width > (Number(cell.dataset.width) || 0)) {
        cell.dataset.width = width;
        cell.style.minWidth = width + "px";
      }
    }
  }

  room(rows) {
    const made = element("tr", { className: "room", ariaHidden: "true" });
    made.style.height = rows * HEIGHT + "px";
    return made;
  }

  row(i) {
    const made = element("tr");
    made.setAttribute("aria-rowindex", i + 2);
    this.shown[i].forEach((value, j) => {
      const cell = element("td", { className: numeric[j] ? "number" : "", title: value !== null && value.length > 40 ? value : "" });
      cell.textContent = value === null ? "" : value.length > 300 ? value.slice(0, 300) + "…" : value;
      if (value === null) cell.classList.add("none");
      cell.dataset.row = i;
      cell.dataset.column = j;
      if (this.within(i, j)) cell.setAttribute("aria-selected", "true");
      if (i === this.to.row && j === this.to.column) { cell.classList.add("here"); cell.id = "here"; }
      made.append(cell);
    });
    return made;
  }

  bounds() {
    const order = (a, b) => (a < b ? [a, b] : [b, a]);
    const [top, bottom] = order(this.from.row, this.to.row), [left, right] = order(this.from.column, this.to.column);
    return { top, bottom: Math.min(bottom, this.shown.length - 1), left, right };
  }

  within(row, column) {
    const b = this.bounds();
    return row >= b.top && row <= b.bottom && column >= b.left && column <= b.right;
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / HEIGHT) - 2);
    const far = event.ctrlKey || event.metaKey;
    const last = { row: this.shown.length - 1, column: columns.length - 1 };
    let { row, column } = this.to;
    switch (event.key) {
      case "ArrowDown": row = far ? last.row : row + 1; break;
      case "ArrowUp": row = far ? 0 : row - 1; break;
      case "ArrowRight": column = far ? last.column : column + 1; break;
      case "ArrowLeft": column = far ? 0 : column - 1; break;
      case "PageDown": row += page; break;
      case "PageUp": row -= page; break;
      case "Home": column = 0; if (far) row = 0; break;
      case "End": column = last.column; if (far) row = last.row; break;
      case "a": case "A":
        if (!far) return;
        event.preventDefault();
        this.from = { row: 0, column: 0 };
        this.to = last;
        this.changed();
        return;
      default: return;
    }
    event.preventDefault();
    this.go({ row: Math.min(Math.max(row, 0), last.row), column: Math.min(Math.max(column, 0), last.column) }, event.shiftKey);
  }

  go(to, extend) {
    this.to = to;
    if (!extend) this.from = to;
    const top = to.row * HEIGHT, room = this.box.clientHeight - 3 * HEIGHT;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    if (top > this.box.scrollTop + room) this.box.scrollTop = top - room;
    this.changed();
    document.getElementById("here")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  at(event) {
    const cell = event.target.closest("td[data-row]");
    return cell && { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
  }

  press(event) {
    const at = this.at(event);
    if (!at || event.button !== 0) return;
    event.preventDefault();
    this.box.focus();
    this.go(at, event.shiftKey);
  }

  drag(event) {
    const at = this.at(event);
    if (at) this.go(at, true);
  }

  changed() {
    this.draw();
    this.tell();
    this.box.setAttribute("aria-activedescendant", "here");
  }

  selected() {
    const b = this.bounds();
    return this.shown.slice(b.top, b.bottom + 1).map((row) => row.slice(b.left, b.right + 1));
  }

  // copied is what a spreadsheet takes for cells.
  copied() {
    const quoted = (v) => (v === null ? "" : /[\t\n"]/.test(v) ? `"${v.replaceAll('"', '""')}"` : v);
    return this.selected().map((row) => row.map(quoted).join("\t")).join("\n");
  }

  tell() {
    const rows = this.shown.length === this.rows.length ? `${this.rows.length.toLocaleString()} rows`
      : `${this.shown.length.toLocaleString()} of ${this.rows.length.toLocaleString()} rows`;
    const parts = [rows];
    if (this.rows.length < Math.min(total, MOST)) parts.push(`reading ${total.toLocaleString()} …`);
    else if (total > MOST) parts.push(`the first of ${total.toLocaleString()}: a download has them all`);
    const b = this.bounds();
    const cells = this.selected().flatMap((row) => row.filter((v, i) => v !== null && numeric[b.left + i]));
    if (cells.length > 1) {
      const all = sum(cells);
      if (all !== null) {
        parts.push(`Sum ${grouped(all)}`);
        parts.push(`Average ${(Number(all) / cells.length).toLocaleString(undefined, { maximumFractionDigits: 4 })}`);
      }
      parts.push(`Count ${cells.length.toLocaleString()}`);
    }
    this.status.textContent = parts.join(" · ");
  }
}

async function begin() {
  if (total === 0 || columns.length === 0) return;
  const grid = new Grid();
  const bar = element("div", { className: "form" }, grid.filter);
  try {
    await load((rows) => {
      if (!grid.box.isConnected) place.replaceChildren(bar, grid.box, grid.status);
      grid.take(rows);
    });
  } catch (error) { // what is on the page already stays
    place.append(element("p", { className: "notice bad", role: "alert", textContent: error.message }));
  }
}
begin();
