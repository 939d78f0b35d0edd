//go:build !linux && !darwin

package sources

import (
	"os"
	"time"
)

// changed is when a file last changed, as far as this platform tells.
func changed(info os.FileInfo) time.Time { return info.ModTime() }
