// The picture of a chart. Its columns are told apart by colour, and by marks, dashes and hatching too.
const NS = "http://www.w3.org/2000/svg";
const HIGH = 300, LEFT = 56, BOTTOM = 40, TOP = 10;

// MARKS are drawn around a point, HATCHES in squares of 6; one each for as many columns as a chart has.
const MARKS = ["M-3-3h6v6h-6z", "M0-4.5L4.5 4h-9z", "M0-5L5 0 0 5-5 0z", "M0 4.5L4.5-4h-9z", "M-4-1.5h2.5v-2.5h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5z", "M-5-1.5h10v3h-10z"];
const HATCHES = ["", "M0 6L6 0", "M0 3H6", "M3 0V6", "M0 0L6 6M0 6L6 0", "M0 3H6M3 0V6"];
export const SERIES = MARKS.length;

function shape(name, attributes, text) {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const mark = (x, y, hue) => shape("path", { d: MARKS[hue], transform: `translate(${x} ${y})`, class: `mark bar s${hue}` });

// A pattern is found by its id in the whole page, so each picture has ids of its own.
function hatches(id) {
  const all = shape("defs", {});
  HATCHES.forEach((d, hue) => {
    const pattern = shape("pattern", { id: id + hue, width: 6, height: 6, patternUnits: "userSpaceOnUse", class: `s${hue}` });
    pattern.append(shape("rect", { width: 6, height: 6, class: "bar" }), shape("path", { d, class: "hatch" }));
    all.append(pattern);
  });
  return all;
}

const filled = (hue, id) => ({ fill: `url(#${id}${hue})`, class: `block s${hue}` });

// sample is how a column looks in a chart of a kind, for the legend.
export function sample(hue, kind) {
  const svg = shape("svg", { viewBox: "0 0 34 12", width: 34, height: 12, class: "sample", "aria-hidden": "true" });
  if (kind === "bar" || kind === "stacked") {
    const id = `sample${hue}-`;
    svg.append(hatches(id), shape("rect", { width: 34, height: 12, ...filled(hue, id) }));
  } else {
    svg.append(shape("polyline", { points: "0,6 34,6", class: `line s${hue}` }), mark(17, 6, hue));
  }
  return svg;
}

// scale widens a range to round numbers, and says how far its rules are apart.
function scale(least, most) {
  const about = (most - least || 1) / 4, unit = 10 ** Math.floor(Math.log10(about));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * unit).find((n) => n >= about * 0.999);
  return [Math.floor(least / step) * step, Math.max(Math.ceil(most / step) * step, step), step];
}

// picture draws what is up by what is along, for a place so wide: on a telephone its words are as large as elsewhere.
// hues says which colour, mark and dashes each column has, of the many there are.
export function picture(columns, rows, { along, up }, kind, hues, room) {
  const wide = Math.min(Math.max(room, 300), 900);
  const values = rows.map((row) => up.map((i) => Number(row[i] ?? 0) || 0));
  const tops = kind === "stacked" ? values.map((v) => v.reduce((a, b) => a + Math.max(b, 0), 0)) : values.flat();
  const lows = kind === "stacked" ? values.map((v) => v.reduce((a, b) => a + Math.min(b, 0), 0)) : values.flat();
  const highest = tops.reduce((a, b) => Math.max(a, b), 0), lowest = lows.reduce((a, b) => Math.min(a, b), 0);
  const [least, most, ruled] = scale(lowest, highest);
  const y = (v) => TOP + (HIGH - TOP - BOTTOM) * (1 - (v - least) / (most - least || 1));
  const step = (wide - LEFT - 10) / rows.length;
  const x = (i) => LEFT + step * (i + 0.5);
  const svg = shape("svg", { viewBox: `0 0 ${wide} ${HIGH}`, class: "chart", role: "img",
    "aria-label": `${kind} chart of ${up.map((i) => columns[i].name).join(", ")} by ${columns[along].name}` });
  svg.append(hatches("hatch"));
  for (let v = least; v <= most + ruled / 2; v += ruled) {
    svg.append(shape("line", { x1: LEFT, x2: wide, y1: y(v), y2: y(v), class: "rule" }),
      shape("text", { x: LEFT - 8, y: y(v) + 4, "text-anchor": "end" }, v.toLocaleString(undefined, { maximumSignificantDigits: 4, notation: "compact" })));
  }
  const every = Math.ceil(rows.length / Math.floor((wide - LEFT) / 100));
  rows.forEach((row, i) => {
    if (i % every === 0) svg.append(shape("text", { x: x(i), y: HIGH - 18, "text-anchor": "middle" }, (row[along] ?? "–").slice(0, 16)));
  });
  const said = (i, k) => shape("title", {}, `${rows[i][along] ?? "–"} · ${columns[up[k]].name}: ${rows[i][up[k]] ?? "–"}`);
  if (kind === "line" || kind === "area") {
    up.forEach((_, k) => {
      const points = values.map((v, i) => `${x(i)},${y(v[k])}`);
      if (kind === "area") svg.append(shape("polygon", { points: [`${x(0)},${y(0)}`, ...points, `${x(rows.length - 1)},${y(0)}`].join(" "), class: `area s${hues[k]}` }));
      svg.append(shape("polyline", { points: points.join(" "), class: `line s${hues[k]}` }));
      if (rows.length <= 200) values.forEach((v, i) => {
        const dot = mark(x(i), y(v[k]), hues[k]);
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
      const bar = shape("rect", { x: left, width: thick, y: Math.min(y(from), y(from + value)), height: Math.abs(y(from) - y(from + value)), ...filled(hues[k], "hatch") });
      bar.append(said(i, k));
      svg.append(bar);
    });
  });
  return svg;
}
