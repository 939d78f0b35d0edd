// The rows of a result, as they come over: each is a line of text, and is taken apart when somebody looks at it, since
// most never are.
import { compare } from "numbers.js";

const FIRST = 1000; // rows to begin with, so that something is there at once
const PAGE = 25000;
const AT_ONCE = 4; // requests

export class Lines {
  texts = []; // those that are here and have not been looked at
  rows = []; // the others
  lower = []; // the texts in small letters, for searches
  here = 0;

  constructor(address, total, columns) {
    this.address = address;
    this.total = total;
    this.hidden = columns.some((column) => column.hidden) ? columns.map((column) => !column.hidden) : null;
  }

  // load reads all rows, several pages at a time, and tells after each page.
  async load(each) {
    const pages = [[0, FIRST]];
    for (let at = FIRST; at < this.total; at += PAGE) pages.push([at, Math.min(PAGE, this.total - at)]);
    const work = async () => {
      for (let page = pages.shift(); page; page = pages.shift()) {
        await this.read(...page);
        each();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async read(offset, limit) {
    const answer = await fetch(`${this.address}&_offset=${offset}&_limit=${limit}`);
    if (!answer.ok) throw new Error((await answer.json()).message);
    const text = await answer.text();
    const lines = text.length > 2 ? text.slice(1, -1).split(",\n") : []; // within a row there is no line's end
    lines.forEach((line, i) => { this.texts[offset + i] = line; });
    this.here += lines.length;
  }

  // row is null as long as it is not here.
  row(i) {
    if (this.rows[i]) return this.rows[i];
    const text = this.texts[i];
    if (text === undefined) return null;
    const row = JSON.parse(text);
    return (this.rows[i] = this.hidden ? row.filter((_, j) => this.hidden[j]) : row);
  }

  // find gives the numbers of the rows that are here and have some words in one of their cells.
  find(words) {
    const found = [];
    const asWritten = !/["\\<>&\u0000-\u001f\u2028\u2029]/.test(words); // then a line that has it not, has no cell that does
    for (let i = 0; i < this.total; i++) {
      if (this.texts[i] === undefined) continue;
      if (words && asWritten && !(this.lower[i] ??= this.texts[i].toLowerCase()).includes(words)) continue;
      if (words && !this.row(i).some((value) => value !== null && value.toLowerCase().includes(words))) continue;
      found.push(i);
    }
    return found;
  }

  // sort puts rows in the order of a column. What is missing comes last, either way; what is equal stays as it came.
  sort(numbers, column, type, down) {
    const value = (i) => this.row(i)[column];
    const none = numbers.filter((i) => value(i) === null), some = numbers.filter((i) => value(i) !== null);
    const order = type === "number" ? byNumber(some, value, this.total) : byRank(some, value, this.total, type);
    const turn = down ? -1 : 1;
    return some.sort((a, b) => turn * order(a, b) || a - b).concat(none);
  }
}

function byNumber(numbers, value, total) {
  const keys = new Float64Array(total);
  for (const i of numbers) keys[i] = Number(value(i));
  return (a, b) => keys[a] - keys[b] || compare(value(a), value(b));
}

// byRank compares each two different texts once, which is what takes long.
function byRank(numbers, value, total, type) {
  const texts = [...new Set(numbers.map(value))];
  texts.sort(type !== "text" ? undefined : new Intl.Collator(undefined, { numeric: true }).compare);
  const ranks = new Map(texts.map((text, rank) => [text, rank]));
  const keys = new Float64Array(total);
  for (const i of numbers) keys[i] = ranks.get(value(i));
  return (a, b) => keys[a] - keys[b];
}
