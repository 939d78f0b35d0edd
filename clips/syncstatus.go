package clips

// SyncStatus is a sync with how it gets on.
type SyncStatus struct {
	Sync Sync
	Last SyncRun // the newest that was done or has failed; its ID is 0 when there is none
	Open SyncRun // the one that runs, or else waits; its ID is 0 when there is none
}
