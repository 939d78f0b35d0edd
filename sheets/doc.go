// Package sheets makes targets in Google Sheets hold results: a [Pusher] is given a result and a sync, and afterwards
// the sync's rectangle in the spreadsheet holds that result, whole, once, and nothing else of the spreadsheet has
// changed.
//
// # One push
//
// Read, decide, write. A push reads the layout of the spreadsheet and the cells of its target, which is one call;
// makes a plan, which is a pure function of layout, task and result; and sends the plan as one batchUpdate. Google
// applies a batch whole or not at all, so a viewer sees the rows of before or those of after, and a batch whose answer
// was lost has left one of two states. The answer brings the target as it is afterwards, and it is compared, all of a
// small one and stretches of a large one.
//
// A plan of more than 2 MB is brought into a hidden tab first, in pieces, and from there into place by one small
// batch. A plan that changes nothing sends nothing.
//
// # Marks
//
// A target is where its marks are: developer metadata on its tab, on the row of its headings, on its last row, and on
// each of its columns. Titles and A1 addresses say where a target begins when it is new, and nothing after that; so
// people may rename and move tabs, insert rows and columns, put columns in another order, sort rows. Marks that name
// another spreadsheet or tab are those of a copy, which is not ours.
//
// The mark on the tab is the state: which run wrote, with which fence, and a digest of what it wrote. It changes in
// the batch that brings the cells. Google has no precondition, so each batch also creates metadata whose id is made of
// the state it was planned from (the guard). Ids are unique in a spreadsheet: of all batches planned from one state,
// however late they arrive, Google applies one. After any answer that leaves a doubt the marks are read, and then it
// is known.
//
// What Google does not give is a guard on rows and columns: when somebody inserts a row in the moment between the look
// and the batch, the batch meets other cells than it meant. The answer shows it, and the push looks again and puts its
// target right at once.
//
// # Modes
//
// replace: the target holds the result. Rows are in its order. The grid only grows, and rows are emptied rather than
// deleted, since deleting them leaves #REF! in people's formulas.
//
// append: rows not written yet are added below the last one, and no row that is there changes. With a key, those are
// the rows whose key the sheet does not have; a row that people delete comes back while the clip has it. Without a
// key, a result that begins with all rows taken so far (their number and digest are in the state) goes on after them,
// whatever people did to the sheet; of any other result, the rows that the sheet does not have as a whole are added,
// the second of two equal ones too when the sheet has only one.
//
// upsert: rows are found by key wherever people sorted them, and changed in place; new ones are added below; rows that
// the result does not have stay.
//
// snapshot: a tab for each period, holding the last result of that period; with Keep, the oldest are deleted.
//
// column: a column for each period, in rows named by the clip's first column. Other periods' columns stay as they are;
// with Keep, the oldest are deleted, unless people have something above or below.
//
// value: one cell, without a heading.
//
// # When the clip's columns change
//
//   - Added: a column is inserted at the right edge of ours; people's columns move to the right, and what points to
//     them follows.
//   - Removed: its cells are emptied and its heading is left, in grey and with a note, since formulas may point there.
//     What people put below it from then on is theirs. Append leaves the cells, which are its history.
//   - Back: it returns to its place, unless something of people's stands there by now.
//   - Renamed: when it is the only one that came, another is the only one that went, and type and place in the clip
//     are the same, it is that column under a new name. Otherwise one is removed and one is added.
//   - Of another type: the same column, with the number format of the new type.
//   - In another order: nothing. The order in the sheet is people's.
//   - Deleted in the sheet: added again at the right edge.
//
// Headings are ours and put right like any other cell; [clips.ColumnFormat.Label] chooses them.
//
// # Values
//
// Numbers that fifteen digits say in full are numbers; longer ones, ids among them, are text, exact. Dates and times
// from 1900 to 9999 are numbers of days, with a number format; those with an offset are what the clocks of the
// spreadsheet's time zone show. NULL is an empty cell, and so is an empty text, which Google does not tell apart.
// Nothing is ever parsed: "=1+1" and "007" are text. A number format is set when a column is new or its type changed,
// and never again; rows that are added look like the row above them.
//
// # What is refused
//
// Other people's cells in the way, merged and protected cells, limits of Google, a target of which people deleted the
// headings, a tab that was deleted: each is a *clips.Error of kind clips.KindTarget or clips.KindTooLarge, which says
// what was found and what to do, and nothing has changed. kinds clips.KindQuota and clips.KindUnavailable pass by
// themselves; clips.KindAccount needs somebody; clips.KindSuperseded is a run that came too late.
//
// # Pace
//
// Requests to one spreadsheet are a second apart, as Google asks; a [Limiter] keeps accounts and project within their
// quotas, and several processes can share one. Pushes to one spreadsheet wait for each other in this process, and
// small ones that wait at the same time go in one call and one batch; when it is refused, each goes by itself.
// Between processes, leases keep them apart, and where those fail, the guards.
//
// # Parts
//
// The push of a workbook has parts, each with a target, and a tab, of its own. Their plans go in one batch: all are
// applied or none. A part that cannot be brought keeps the others from it, and so does one that cannot be put back.
package sheets
