// Numbers as text, with all their digits: JavaScript's own would lose cents of large sums, and the ends of long ids.

// taken is a number as whole units of its last digit; null when the text is none, such as NaN.
function taken(text) {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text);
  if (!found) return null;
  const part = found[3] ?? "", places = part.length - Number(found[4] ?? 0);
  const digits = found[1] + found[2] + part;
  return places < 0 ? { digits: digits + "0".repeat(-places), places: 0 } : { digits, places };
}

const raised = (digits, places) => BigInt(digits) * 10n ** BigInt(places);

// written is so many units of the last of so many places.
function written(units, places) {
  const text = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  return (units < 0n ? "-" : "") + text.slice(0, text.length - places) + (places ? "." + text.slice(-places) : "");
}

// Total adds numbers as one does on paper. It is of nothing when one of them is no number.
export class Total {
  count = 0;
  least = null;
  most = null;
  plain = true;
  near = new Map(); // places → units that fit into a number, which add up much faster
  far = new Map(); // places → the others

  add(text) {
    const number = taken(text);
    if (!number) {
      this.plain = false;
      return;
    }
    this.count++;
    if (this.least === null || compare(text, this.least) < 0) this.least = text;
    if (this.most === null || compare(text, this.most) > 0) this.most = text;
    const { digits, places } = number;
    const units = digits.length < 16 ? Number(digits) : NaN;
    const near = (this.near.get(places) ?? 0) + units;
    if (Math.abs(near) < Number.MAX_SAFE_INTEGER / 2) this.near.set(places, near);
    else this.far.set(places, (this.far.get(places) ?? 0n) + BigInt(digits));
  }

  /** units are the sum and the places it has. @returns {[bigint, number]} */
  units() {
    const all = [...this.near].map(([places, units]) => [places, BigInt(units)]).concat([...this.far]);
    const places = Math.max(0, ...all.map(([places]) => places));
    return [all.reduce((sum, [has, units]) => sum + raised(units, places - has), 0n), places];
  }

  get sum() {
    return this.plain && this.count ? written(...this.units()) : null;
  }

  // average is rounded to four places more than the numbers have.
  get average() {
    if (!this.plain || !this.count) return null;
    const [units, places] = this.units(), count = BigInt(this.count);
    const twice = units * 20000n, half = units < 0n ? -count : count;
    return written((twice + half) / (2n * count), places + 4).replace(/0{1,4}$/, "").replace(/\.$/, "");
  }
}

// compare puts numbers in order, also those that JavaScript takes for the same. NaN is the largest, as in Postgres.
export function compare(a, b) {
  if (a === b) return 0;
  const x = Number(a), y = Number(b);
  if (x !== y && !Number.isNaN(x) && !Number.isNaN(y)) return x < y ? -1 : 1;
  const p = taken(a), q = taken(b);
  if (!p || !q) return Number(a === "NaN") - Number(b === "NaN");
  const places = Math.max(p.places, q.places);
  const left = raised(p.digits, places - p.places), right = raised(q.digits, places - q.places);
  return left < right ? -1 : left > right ? 1 : 0;
}

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0, numberingSystem: "latn" });
const point = new Intl.NumberFormat(undefined, { numberingSystem: "latn" }).formatToParts(1.5).find((part) => part.type === "decimal").value;

// grouped is a number as the reader's own country writes it, with all its digits. What is no plain number stays.
export function grouped(text) {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!found) return text;
  return found[1] + whole.format(BigInt(found[2])) + (found[3] === undefined ? "" : point + found[3]);
}
