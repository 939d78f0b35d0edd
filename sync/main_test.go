package sync_test

import (
	"flag"
	"os"
	"testing"

	"clipsheet/internal/localpg/pgtest"
)

// A test binary that is told to be a node is one, to be killed or frozen: see node_test.go.
func TestMain(m *testing.M) {
	if spec := os.Getenv(nodeVariable); spec != "" {
		os.Exit(beNode(spec))
	}
	// These tests wait more than they work: for a node to be elected, for a second to strike.
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	os.Exit(pgtest.Runner(m).Run())
}
