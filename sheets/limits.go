package sheets

// What Google allows, and what we allow ourselves.
const (
	mostCells    = 10_000_000 // in a spreadsheet, the empty ones of every tab's grid too
	mostColumns  = 18_278     // in a tab
	longestTitle = 100        // of a tab
	longestText  = 50_000     // in a cell; one longer text fails the whole batch
	mostMetadata = 28_000     // characters of developer metadata on one tab; Google stops at 30,000
	mostRequests = 5_000      // in a batch; Google stops at 100,000

	// A payload of 2 MB is what Google recommends, and somewhere near 10 MB it refuses. What is larger goes into a hidden
	// tab first, in pieces, and from there into place by a batch that is small.
	mostBytes = 2_000_000

	// Up to so many cells the first read brings the cells along; a larger target is only read when its result changed.
	smallTarget = 40_000
)
