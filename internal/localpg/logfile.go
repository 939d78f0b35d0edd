package localpg

import (
	"io"
	"os"
	"strings"
)

// logLimit is where a log is put aside at a start, in the place of the one put aside before.
const logLimit = 10 << 20

// openLog opens a server's log to write at its end; begin is where that is.
func openLog(file string) (out *os.File, begin int64, err error) {
	if info, err := os.Stat(file); err == nil && info.Size() > logLimit {
		if err := os.Rename(file, file+".old"); err != nil {
			return nil, 0, err
		}
	}
	out, err = os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	if begin, err = out.Seek(0, io.SeekEnd); err != nil {
		out.Close()
		return nil, 0, err
	}
	return out, begin, nil
}

// tail is what a log says from an offset on, its last lines.
func tail(file string, begin int64) string {
	const most, lines = 8 << 10, 12
	f, err := os.Open(file)
	if err != nil {
		return "  (nothing)"
	}
	defer f.Close()
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		begin = max(begin, end-most)
	}
	text, err := io.ReadAll(io.NewSectionReader(f, begin, most))
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	if err != nil || all[0] == "" {
		return "  (nothing)"
	}
	return "  " + strings.Join(all[max(0, len(all)-lines):], "\n  ")
}
