package clips

import "time"

// SnapshotInfo is what is known of a snapshot without opening it.
type SnapshotInfo struct {
	ID        int64 // that of the run that made it
	ClipID    int64
	Revision  int
	ParamsKey string // Bound.Key of the parameters it was run with
	Header    Header
	Rows      int64
	Bytes     int64  // of the text values, all together
	Size      int64  // of the file
	Digest    string // hex SHA-256 of the columns and rows; equal results have equal digests, whatever their as-of
	CreatedAt time.Time
}
