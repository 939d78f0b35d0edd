package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"clipsheet/internal/localpg/pgtest"
	"clipsheet/web/webtest"
)

func TestMain(m *testing.M) {
	testscript.Main(webtest.Runner(pgtest.Runner(m)), map[string]func(){"clipsheet": main})
}

// TestScripts runs testdata/script/*.txtar: the command line as people use it, against a real follower.
func TestScripts(t *testing.T) {
	primary, follower := pgtest.Database(t)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		WorkdirRoot:   pgtest.Dir(t), // which the private database can enter when the tests run as root
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PRIMARY", primary)
			e.Setenv("FOLLOWER", follower)
			e.Setenv("TMPDIR", os.TempDir())
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "cells": cells},
	})
}

// exits runs a command and checks its exit code: exits 2 clipsheet run.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// cells prints what a tab of a workbook shows, a line for each row: cells FILE TAB. Without TAB it lists the tabs.
func cells(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || len(args) > 2 || neg {
		ts.Fatalf("usage: cells FILE [TAB]")
	}
	book, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer book.Close()
	if len(args) == 1 {
		fmt.Fprintln(ts.Stdout(), strings.Join(book.GetSheetList(), "|"))
		return
	}
	rows, err := book.GetRows(args[1])
	ts.Check(err)
	for _, row := range rows {
		fmt.Fprintln(ts.Stdout(), strings.Join(row, "|"))
	}
}
