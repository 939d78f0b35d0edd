// Cells for the clipboard, which a spreadsheet takes for what they are: numbers with all their digits, text that stays
// text, whatever it begins with. Of the same cells there is plain text, with tabs.
const MOST_HTML = 250000; // cells; more than that is for a download

// tabbed is what programs take that know no more than text.
export function tabbed(rows) {
  const quoted = (value) => (value === null ? "" : /[\t\n\r"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return rows.map((row) => row.map(quoted).join("\t")).join("\n");
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll("\n", '<br style="mso-data-placement:same-cell">');

// dayOf is a date as spreadsheets count days; null for one that they do not know: before March 1900 they disagree.
function dayOf(text) {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text + "T00:00:00Z") / 86400000 + 25569 : 0;
  return at > 60 ? at : null;
}

// marked is the same for Excel, Google Sheets and LibreOffice, each of which has a word of its own for what a cell is.
export function marked(rows, types) {
  if (rows.length * types.length > MOST_HTML) return "";
  const cell = (value, i) => {
    if (value === null) return "<td></td>";
    const digits = value.replace(/\D/g, "").replace(/^0+/, "").length;
    if (types[i] === "number" && /^-?\d+(\.\d+)?$/.test(value) && digits <= 15) {
      return `<td x:num="${value}" sdval="${value}" data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:${Number(value)}}">${value}</td>`;
    }
    if (types[i] === "boolean") return `<td sdval="${Number(value === "TRUE")}" sdnum="1033;0;BOOLEAN">${value}</td>`;
    const day = types[i] === "date" ? dayOf(value) : null;
    if (day) {
      return `<td style="mso-number-format:'yyyy-mm-dd'" x:num="${day}" sdval="${day}" sdnum="1033;0;YYYY-MM-DD" data-sheets-value="{&quot;1&quot;:3,&quot;3&quot;:${day}}" data-sheets-numberformat="{&quot;1&quot;:5,&quot;2&quot;:&quot;yyyy-mm-dd&quot;,&quot;3&quot;:1}">${value}</td>`;
    }
    if (types[i] === "date" || types[i] === "time") return `<td>${escaped(value)}</td>`;
    const said = escaped(JSON.stringify({ 1: 2, 2: value }));
    return `<td style="mso-number-format:'\\@'" sdnum="1033;0;@" data-sheets-value="${said}">${escaped(value)}</td>`;
  };
  return `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><meta charset="utf-8"><table>${
    rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("")}</table></html>`;
}
