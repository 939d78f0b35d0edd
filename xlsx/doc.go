// Package xlsx makes Excel workbooks of results: one clip or several, each on a tab of its own, behind a cover sheet
// that says what they are, when they were true and what they add up to.
//
// # How a workbook is made
//
// [Write] reads the Rows of each sheet once, from first to last, and writes a zip file as it goes, in memory that does
// not grow with the rows and without temporary files. Two hands make it. Excelize makes what is small and intricate:
// styles, panes, properties, relationships. Our own writer makes what is large: the rows of a tab, as XML straight
// from the text that Postgres printed, deflated block by block, several side by side. A tab's part is cut at its
// sheetData, and the rows go in between.
//
// What is known only at the end (how far a table reaches, what a column adds up to) is in parts that come last in the
// file, whatever their place in the workbook.
//
// # What becomes of a value
//
// A number is a number when 15 digits say all of it, since Excel keeps no more; a longer one is text, exact, without
// the green triangle. Dates, times and lengths of time are numbers with a format when Excel's calendar has them, and
// otherwise the text of Postgres. NULL is a cell that is not there; an empty text is one that is. Nothing is cut
// unless [Book.CutLongText] asks for it, and then the cell says so, and the cover does.
//
// # Templates
//
// [OpenTemplate] takes a workbook that someone made, with pivots, charts and formulas, and [Template.Fill] puts
// results into its tables and named ranges. All it does not have to change is copied byte for byte.
package xlsx
