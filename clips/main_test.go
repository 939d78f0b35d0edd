package clips

import (
	"os"
	"testing"

	"clipsheet/internal/localpg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Runner(m).Run()) }
