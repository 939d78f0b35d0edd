// Prints the cells of a workbook as ExcelJS reads them: one JSON array [tab, cell, kind, value, format] a line.
const ExcelJS = require("exceljs");

const dayOne = Date.UTC(1899, 11, 30);

function kindOf(cell) {
  let value = cell.value;
  if (value && value.formula !== undefined) return ["formula", "=" + value.formula];
  if (value && value.richText) value = value.richText.map((r) => r.text).join("");
  if (value && value.hyperlink !== undefined) value = value.text;
  if (value instanceof Date) return ["number", (value.getTime() - dayOne) / 86400000];
  if (typeof value === "boolean") return ["boolean", value];
  if (typeof value === "number") return ["number", value];
  // Like openpyxl, it leaves ST_Xstring to the caller.
  return ["text", (value ?? "").replace(/_x([0-9A-Fa-f]{4})_/g, (_, code) => String.fromCharCode(parseInt(code, 16)))];
}

(async () => {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(process.argv[2]);
  const lines = [];
  book.eachSheet((tab) =>
    tab.eachRow((row) =>
      row.eachCell((cell) => lines.push(JSON.stringify([tab.name, cell.address, ...kindOf(cell), cell.numFmt ?? ""])))));
  process.stdout.write(lines.join("\n") + "\n");
})();
