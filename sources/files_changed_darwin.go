package sources

import (
	"os"
	"syscall"
	"time"
)

// changed is when a file or its inode last changed. No program can set it back, unlike the time of modification.
func changed(info os.FileInfo) time.Time {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return time.Unix(st.Ctimespec.Unix())
	}
	return info.ModTime()
}
