// Package faults drives the clipsheet binary through what goes wrong where it runs: processes that are killed at every
// step, disks that fill up, servers and lines that stop, readers that crawl. What must hold in spite of it is in
// docs/faults.md; the tests are here, or beside the code where that can be shown without a process.
//
//	go test ./cmd/clipsheet/faults                           the short form, for every change
//	FAULTS=10m go test -timeout 1h ./cmd/clipsheet/faults    the long form, which make faults runs
//
// In the long form the loops go over more, and the storm lasts as long as FAULTS says.
package faults
