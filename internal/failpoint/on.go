//go:build failpoints

package failpoint

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// order is what the variable asks for.
type order struct {
	step, action string
	turn         int64 // the time at which the step is struck, from 1
}

var (
	ordered = parse(os.Getenv("CLIPSHEET_FAILPOINT"))
	times   atomic.Int64 // that the step was passed
)

func parse(text string) order {
	step, rest, _ := strings.Cut(text, "=")
	action, turn, _ := strings.Cut(rest, "@")
	n, err := strconv.ParseInt(turn, 10, 64)
	if err != nil {
		n = 1
	}
	return order{step, action, n}
}

// At is a step. Its error is that of the step.
func At(step string) error {
	if step != ordered.step || times.Add(1) != ordered.turn {
		return nil
	}
	fmt.Fprintln(os.Stderr, "failpoint", step, ordered.action)
	switch ordered.action {
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "panic":
		panic("failpoint " + step)
	}
	return errors.New("failpoint " + step)
}
