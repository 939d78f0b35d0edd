// The table of a clip, as cells: it scrolls, sorts, filters, copies, and adds up what is selected. Without scripts the
// page shows the first rows as a table, which stays until the cells are here.
import { drawChart } from "chart.js";
import { Lines } from "lines.js";
import { Total, grouped } from "numbers.js";
import { marked, tabbed } from "cells.js";

const HEIGHT = 28; // of a row, in pixels
const MOST = 200000; // rows that a browser holds with ease
const MOST_PRINTED = 5000; // rows; more than that is for a download
const QUICK = 20000; // cells that are added up while somebody drags

const place = document.getElementById("grid");
const all = JSON.parse(place.dataset.columns); // as they are in the rows that come
const columns = all.filter((column) => !column.hidden);
const known = Number(place.dataset.total);
const total = Math.min(known, MOST);

// typeOf is what a cell is for those who sort and copy it. A number that is shown as text is text.
function typeOf({ type, text }) {
  if (["integer", "numeric", "float"].includes(type)) return text ? "text" : "number";
  if (type === "date" || type === "boolean") return type;
  return ["time", "timestamp", "timestamptz"].includes(type) ? "time" : "text";
}
const types = columns.map(typeOf);

// Numbers are grouped, but for those that only count what something is called: ids, years.
const plain = columns.map((c, i) => types[i] !== "number" || c.type === "integer" && (c.named || /(^|[ _-])(id|key|no|nr|num|number|code|year|zip)$/i.test(c.name)));

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

class Grid {
  lines = new Lines(place.dataset.rows, total, all);
  order = null; // the numbers of the rows that are shown; null: all, as they came
  sorted = { column: -1, down: false };
  words = "";
  lacking = false; // rows that would be seen are not here yet
  from = { row: 0, column: 0 };
  to = { row: 0, column: 0 };

  constructor() {
    this.filter = element("input", { type: "search", placeholder: "Filter rows", ariaLabel: "Filter rows" });
    this.filter.addEventListener("input", () => { this.words = this.filter.value.toLowerCase(); this.arrange(); });
    this.head = element("tr");
    columns.forEach((column, i) => {
      const button = element("button", { type: "button", className: "sort", textContent: column.name || "(no name)", title: column.type });
      button.addEventListener("click", () => this.sort(i));
      this.head.append(element("th", { scope: "col", className: types[i] === "number" ? "number" : "" }, button));
    });
    this.body = element("tbody");
    const table = element("table", {}, element("thead", {}, this.head), this.body);
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", "The table");
    table.setAttribute("aria-colcount", columns.length);
    table.setAttribute("aria-multiselectable", "true");
    this.table = table;
    this.box = element("div", { className: "scroll tall cells", tabIndex: 0 }, table);
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", "The table: arrows move, Shift selects, Ctrl-A takes all, Ctrl-C copies");
    this.status = element("p", { className: "small status" });
    this.status.setAttribute("role", "status");
    this.box.addEventListener("scroll", () => this.draw());
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("pointerdown", (event) => this.press(event));
    this.box.addEventListener("pointerover", (event) => { if (event.buttons === 1) this.drag(event); });
    document.addEventListener("copy", (event) => this.copy(event));
    addEventListener("beforeprint", () => this.print());
    addEventListener("afterprint", () => this.draw());
  }

  // load fills the grid, which is on the page from its first rows on.
  async load() {
    await this.lines.load(() => {
      if (!this.box.isConnected && this.row(0)) {
        place.replaceChildren(element("div", { className: "form" }, this.filter), this.box, this.status);
        performance.mark("rows");
        this.draw();
      } else if (this.lacking) this.draw();
    });
    performance.mark("all rows");
    this.arrange();
  }

  get count() { return this.order ? this.order.length : total; }

  // row is null as long as it is not here.
  row(i) { return this.lines.row(this.order ? this.order[i] : i); }

  arrange() {
    const { column, down } = this.sorted;
    this.order = this.words || column >= 0 ? this.lines.find(this.words) : null;
    if (column >= 0) this.order = this.lines.sort(this.order, column, types[column], down);
    this.draw();
    this.tell();
    drawChart(columns, this.count, (i) => this.row(i));
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

  // print has more rows drawn than can be seen, for paper.
  print() {
    const last = Math.min(this.count, MOST_PRINTED);
    const rows = Array.from({ length: last }, (_, i) => this.drawn(i));
    this.body.replaceChildren(...rows);
    document.getElementById("printed").textContent = last < known ? `The first ${last.toLocaleString()} of ${known.toLocaleString()} rows.` : "";
  }

  // draw makes the rows that can be seen, and room for the others.
  draw() {
    const first = Math.max(0, Math.min(this.count, Math.floor(this.box.scrollTop / HEIGHT) - 10));
    const last = Math.min(this.count, first + Math.ceil(Math.max(this.box.clientHeight, innerHeight) / HEIGHT) + 20);
    const rows = [this.room(first)];
    this.lacking = false;
    for (let i = first; i < last; i++) rows.push(this.drawn(i));
    rows.push(this.room(this.count - last));
    this.body.replaceChildren(...rows);
    this.table.setAttribute("aria-rowcount", this.count + 1);
    this.hold();
  }

  // hold keeps columns as wide as they were, so that nothing jumps while it scrolls.
  hold() {
    const cells = [...this.head.children], widths = cells.map((cell) => cell.offsetWidth);
    cells.forEach((cell, i) => {
      if (widths[i] <= (Number(cell.dataset.width) || 0)) return;
      cell.dataset.width = widths[i];
      cell.style.minWidth = widths[i] + "px";
    });
  }

  room(rows) {
    const made = element("tr", { className: "room", ariaHidden: "true" });
    made.style.height = rows * HEIGHT + "px";
    return made;
  }

  drawn(i) {
    const row = this.row(i), made = element("tr");
    if (!row) {
      this.lacking = true;
      return this.room(1);
    }
    made.setAttribute("aria-rowindex", i + 2);
    row.forEach((value, j) => {
      const cell = element("td", { className: types[j] === "number" ? "number" : "", title: value !== null && value.length > 40 ? value : "" });
      const shown = value === null || plain[j] ? value : grouped(value);
      cell.textContent = shown === null ? "" : shown.length > 300 ? shown.slice(0, 300) + "…" : shown;
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
    return { top, bottom: Math.min(bottom, this.count - 1), left, right };
  }

  within(row, column) {
    const b = this.bounds();
    return row >= b.top && row <= b.bottom && column >= b.left && column <= b.right;
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / HEIGHT) - 2);
    const far = event.ctrlKey || event.metaKey;
    const last = { row: this.count - 1, column: columns.length - 1 };
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
      case " ": // as in a spreadsheet: Ctrl takes the columns whole, Shift the rows
        if (far) this.select(event, { row: 0, column: this.from.column }, { row: last.row, column });
        else if (event.shiftKey) this.select(event, { row: this.from.row, column: 0 }, { row, column: last.column });
        return;
      case "a": case "A":
        if (far) this.select(event, { row: 0, column: 0 }, last);
        return;
      default: return;
    }
    event.preventDefault();
    this.go({ row: Math.max(Math.min(row, last.row), 0), column: Math.max(Math.min(column, last.column), 0) }, event.shiftKey);
  }

  select(event, from, to) {
    event.preventDefault();
    Object.assign(this, { from, to });
    this.changed();
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
    this.box.setAttribute("aria-activedescendant", "here");
    clearTimeout(this.soon);
    const b = this.bounds();
    if ((b.bottom - b.top + 1) * (b.right - b.left + 1) <= QUICK) this.tell();
    else this.soon = setTimeout(() => this.tell(), 100);
  }

  // selected gives the rows of what is selected, as far as they are here.
  *selected() {
    const b = this.bounds();
    for (let i = b.top; i <= b.bottom; i++) {
      const row = this.row(i);
      if (row) yield row.slice(b.left, b.right + 1);
    }
  }

  copy(event) {
    if (document.activeElement !== this.box || !getSelection().isCollapsed) return;
    const b = this.bounds(), kinds = types.slice(b.left, b.right + 1);
    const said = (value, i) => (kinds[i] === "boolean" && value !== null ? (value === "yes" ? "TRUE" : "FALSE") : value);
    const rows = [...this.selected()].map((row) => row.map(said));
    event.clipboardData.setData("text/plain", tabbed(rows));
    const html = marked(rows, kinds);
    if (html) event.clipboardData.setData("text/html", html);
    event.preventDefault();
  }

  tell() {
    const parts = [this.order ? `${this.count.toLocaleString()} of ${total.toLocaleString()} rows` : `${total.toLocaleString()} rows`];
    if (this.lines.here < total) parts.push(`reading ${total.toLocaleString()} …`);
    else if (known > MOST) parts.push(`the first of ${known.toLocaleString()}: a download has them all`);
    const left = this.bounds().left, numbers = new Total();
    let count = 0;
    for (const row of this.selected()) {
      row.forEach((value, i) => {
        if (value === null) return;
        count++;
        if (types[left + i] === "number") numbers.add(value);
      });
    }
    if (count > 1) {
      if (numbers.sum !== null) {
        parts.push(`Sum ${grouped(numbers.sum)}`, `Average ${grouped(numbers.average)}`, `Min ${grouped(numbers.least)}`, `Max ${grouped(numbers.most)}`);
      }
      parts.push(`Count ${count.toLocaleString()}`);
    }
    this.status.textContent = parts.join(" · ");
  }
}

async function begin() {
  if (total === 0 || columns.length === 0) return;
  try {
    await new Grid().load();
  } catch (error) { // what is on the page already stays
    place.append(element("p", { className: "notice bad", role: "alert", textContent: error.message }));
  }
}
begin();
