// Package clips holds the nouns of Clipsheet: what a clip is, and what running it yields. Start reading here; the
// rest of the system is technologies set beside these nouns, and one command that wires them.
//
// # What the system does
//
// An analyst saves a query as a [Clip]. Finance reads its result where finance works: in a spreadsheet that pulls a
// CSV address, in a program that reads JSON, on a web page. Between the two stands a read-only Postgres follower,
// on which the query runs, and a promise: what a reader sees is one whole result of one moment, with that moment
// written on it, or a plain error. Never half, never blank, never cut.
//
// # The nouns
//
// A clip has [Revision]s. A revision is immutable: SQL, typed [Param]s, a source, a time zone. A changed query is a
// new revision, so a number can always be traced to the text that made it.
//
// [Bind] resolves a revision's parameters ("start of last month" becomes 2026-10-01) into a [Bound]: a [Query] with
// $1, $2 in place of the author's :names, the values bound by the server and never pasted in, and a key that says
// which results may stand for each other.
//
// A [Source] runs a Query on a follower and yields [Rows]: a [Header] with typed columns and the as-of moment, then
// rows of raw values. Values stay in the text form Postgres prints from the first byte to the last, NULL apart from
// empty. Nothing is decoded and printed again, which is both exact and the fastest way there is; only the edge that
// needs a number or a date parses one.
//
// An [Encoder] writes Rows as CSV (byte for byte what COPY writes), TSV, JSON (equal in value to json_agg) or NDJSON.
//
// A [Snapshot] is a result kept whole in one file: blocks of rows with checksums, an index that makes any page one
// seek, and a digest by which equal results are known. [SnapshotInfo] is its description. Every output is made from
// a snapshot, so nothing is ever sent that was not first in hand whole.
//
// A [Workbook] is several clips delivered together, their snapshots all of one moment, so that totals tie out.
//
// A [Link] is a capability: whoever holds its [Token] may read one clip, or one workbook. We keep only the token's hash.
//
// A [Run] is one attempt to refresh a clip, and what became of it. Failures are an [Error] of one of a few [Kind]s,
// with a sentence for people apart from the cause.
//
// # One request, down and up
//
// A spreadsheet asks for /d/TOKEN/name.csv. Package web hashes the token, finds link and clip in the store
// (package clips/store: Postgres), binds the parameters, and asks the cache (package sources) for an [Answer] to a
// [Request]. Young enough? The answer is the snapshot there is. Otherwise the first reader to ask starts the one run
// and the rest wait for it: a fresh connection to the follower, READ ONLY, rolled back (package sources), rows into
// a snapshot file, the file into the store. Then the encoder renders the snapshot into a file that is kept and served
// with its length. If the run fails or takes longer than a reader's patience, the last good answer is served with
// the reason beside it.
//
// # Who knows whom
//
//	cmd/clipsheet ──► web, sources, clips/store, internal/localpg ──► clips ──► standard library
//
// This package imports no sibling. The packages in the middle import it and never each other: each declares, as a
// small interface, the little it needs, and cmd/clipsheet hands it over. internal/localpg is a private Postgres on
// this machine, for the state database of a small installation, for the demo and for the tests.
package clips
