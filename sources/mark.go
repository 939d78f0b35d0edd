package sources

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"sync"
)

// The most that a mark takes of the 63 bytes of an application_name.
const (
	mostOfName = 20
	mostOfHost = 22
)

// mark is a name for sessions that says whose they are: "clipsheet web1/1234.k5mwn2qa", of the program, the machine,
// the process, and a text of its own, since numbers of processes come again.
func mark(name string) string {
	return fmt.Sprintf("%.*s %s/%d.%s", mostOfName, name, machine(), os.Getpid(), thisProcess())
}

// machine is this machine's name, shortened.
var machine = sync.OnceValue(func() string {
	name, err := os.Hostname()
	if err != nil {
		name = "localhost"
	}
	name = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '/' {
			return '-'
		}
		return r
	}, name)
	return name[:min(len(name), mostOfHost)]
})

var thisProcess = sync.OnceValue(func() string { return strings.ToLower(rand.Text()[:8]) })
