package accounttest_test

import (
	"testing"

	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
)

func TestMemory(t *testing.T) {
	accounttest.TestStore(t, func(*testing.T) account.Store { return &accounttest.Memory{} })
}
