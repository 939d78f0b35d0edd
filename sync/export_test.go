package sync

// Jitter is how long after its slot a sync starts.
var Jitter = jitter
