// Prints the cells of a workbook as SheetJS reads them: one JSON array [tab, cell, kind, value, format] a line.
const XLSX = require("xlsx");

const book = XLSX.readFile(process.argv[2], { cellNF: true, sheetStubs: true });
const kinds = { n: "number", s: "text", b: "boolean", e: "error" };
const lines = [];
for (const name of book.SheetNames) {
  for (const [address, cell] of Object.entries(book.Sheets[name])) {
    if (address[0] === "!" || cell.t === "z" && cell.f === undefined) continue;
    const kind = cell.f !== undefined ? ["formula", "=" + cell.f] : [kinds[cell.t], cell.v];
    lines.push(JSON.stringify([name, address, ...kind, cell.z ?? ""]));
  }
}
process.stdout.write(lines.join("\n") + "\n");
