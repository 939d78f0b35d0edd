package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	peak := watchMemory(cmd.Process.Pid)
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
func watchMemory(pid int) (stop func() int64) {
	done, peak := make(chan struct{}), make(chan int64)
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		most := int64(0)
		for {
			select {
			case <-tick.C:
				most = max(most, memory(pid, "VmHWM"))
			case <-done:
				peak <- most
				return
			}
		}
	}()
	return func() int64 { close(done); return <-peak }
}

// memory is a line of /proc/PID/status: VmRSS is what a process has, VmHWM the most it ever had.
func memory(pid int, line string) (bytes int64) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
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
