// Package sync keeps targets equal to clips, on time. Elsewhere it is imported as clipsync.
//
// A [Schedule] says when a sync is due. Its slots become rows of the state database, one each, and such a row is all
// there is to know of a slot: who holds it, with which fence, what became of it. The queue (River) carries messages
// about rows. A message may be lost, late or doubled; the row decides.
//
// # From slot to spreadsheet
//
// Of all the nodes on a database River elects one that looks, every second, whether anything is due. If so, a sweep
// gives each sync that is due a run for its slot, in the transaction that notes the next slot and hands the run to the
// queue. After a standstill the last slot is run, and those before it are noted as skipped.
//
// A worker, on any node, claims the run. The claim is a lease, which the worker extends while it works, and a fence,
// higher than any before. It runs the clip, waits until it is the one writer of the spreadsheet, pushes, and notes the
// outcome, if the fence is still the highest.
//
// # What can go wrong
//
// A worker that dies stops extending its lease; the sweep hands its run over again. One that was frozen and thaws
// finds its fence too low: the database takes no word from it, and the target, which is told the fence, no rows. One
// that cannot reach the database stops before its lease is over.
//
// Trouble that passes (Google or the follower does not answer, a quota is used up) puts a run off, for longer each
// time, until the next slot takes its place. Trouble that stays fails it, with words for its owner. Neither stops a
// schedule.
package sync
