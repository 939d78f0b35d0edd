package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Usage is what one piece of work took.
type Usage struct {
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds,omitempty"`       // of the client, user and system
	Memory  int64   `json:"peak_memory_bytes,omitempty"` // 0 where the system does not tell
	Bytes   int64   `json:"bytes,omitempty"`             // of a file that was made
}

// measure runs a program to its end, its output to /dev/null.
func measure(ctx context.Context, command []string) (Usage, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return Usage{}, err
	}
	defer null.Close()
	cmd.Stdout = null
	var said bytes.Buffer
	cmd.Stderr = &said
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return Usage{}, err
	}
	peak := process{cmd.Process.Pid}.watchMemory()
	err = cmd.Wait()
	u := Usage{Seconds: time.Since(began).Seconds(), Memory: peak(),
		CPU: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()}
	if err != nil {
		return u, fmt.Errorf("%s: %w: %s", filepath.Base(command[0]), err, said.String())
	}
	return u, nil
}

// watchMemory looks at a process until stop, which gives the most memory it had; 0 where /proc does not tell. What wait
// tells of a child counts the memory of the process it was forked from.
func (p process) watchMemory() (stop func() int64) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		most := int64(0)
		for {
			select {
			case <-tick.C:
				most = max(most, p.memory("VmHWM"))
			case <-done:
				peak <- most
				return
			}
		}
	}()
	return func() int64 { close(done); return <-peak }
}

// process is one that runs, by its number.
type process struct{ pid int }

// cpu is what a process and its children have used, user and system; 0 where /proc does not tell.
func (p process) cpu() time.Duration {
	ticks := p.ticks()
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", p.pid, p.pid))
	for _, child := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			ticks += process{pid}.ticks()
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// ticks are the fields utime and stime of /proc/PID/stat, after the name in brackets: hundredths of a second.
func (p process) ticks() (all int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		return 0
	}
	if fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])); len(fields) > 12 {
		for _, field := range fields[11:13] {
			n, _ := strconv.ParseInt(field, 10, 64)
			all += n
		}
	}
	return all
}

// memory is a line of /proc/PID/status: VmRSS is what a process has, VmHWM the most it ever had.
func (p process) memory(line string) (bytes int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(text), line+":")
	fmt.Sscanf(after, "%d kB", &bytes)
	return bytes << 10
}

func median(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}
