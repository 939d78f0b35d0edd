package store

// Why a slot was not run to its end, for people.
const (
	saysPaused     = "The sync was paused."
	saysRetired    = "The sync was taken out of use."
	saysStandstill = "Nobody was there to run it: the service did not run, or had too much to do."
	saysOvertaken  = "It had not begun when the next slot was due, and the run of that one took its place."
	saysLost       = "The service stopped before this run was finished."
	saysPoison     = "Again and again the service stopped in the middle of this run, so it was given up: the log of the " +
		"server says what of."
)
