package bench

import (
	_ "embed" // scripts live in files of their language
	"os/exec"
)

// script is a peer in another language, measured where its interpreter and libraries are installed.
type script struct {
	name     string
	programs []string // interpreters to try; the system's Python is the one that packages are for, and may not come first
	flag     string   // has them take a program from the command line
	imports  string   // a program that works where the libraries are there
	text     string
}

//go:embed peer.py
var pythonScript string

//go:embed peer.js
var nodeScript string

var scripts = []script{
	{"Python, psycopg2 and csv", []string{"python3", "/usr/bin/python3"}, "-c", "import psycopg2", pythonScript},
	{"Node, pg and csv-stringify", []string{"node"}, "-e", "require('pg'); require('csv-stringify')", nodeScript},
}

// find gives the command line of a script, or notes that it is missing.
func (b *bench) find(s script) []string {
	for _, program := range s.programs {
		if exec.Command(program, s.flag, s.imports).Run() == nil {
			return []string{program, s.flag, s.text, b.DSN, b.SQL}
		}
	}
	b.missing(s.name, "CSV beside it")
	return nil
}
