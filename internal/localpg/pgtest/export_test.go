package pgtest

// Sweep is what the first use of the servers does.
var Sweep = sweep
