package main

import (
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"clipsheet/cmd/clipsheet/demo"
	"clipsheet/sheets/simulator"
)

// demoSheets is a Google on this machine, with the spreadsheets of the sample company.
type demoSheets struct {
	google   *simulator.Simulator
	server   *http.Server
	address  string
	readable *demo.Sheets
}

const (
	demoPerson  = "cfo@harbour.example"
	demoService = "clipsheet@harbour.iam.gserviceaccount.com"
)

// startSheets starts the simulator, and prepares spreadsheets as people of the company would have.
func startSheets(dir string) (*demoSheets, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &demoSheets{google: simulator.New(simulator.Options{}), address: "http://" + listener.Addr().String(), readable: &demo.Sheets{}}
	d.server = &http.Server{Handler: d.google, ReadHeaderTimeout: 5 * time.Second}
	go d.server.Serve(listener) // until close
	return d, d.prepare(dir)
}

func (d *demoSheets) prepare(dir string) error {
	d.google.AddUser(demoPerson)
	service := d.google.AddServiceAccount(demoService)
	d.readable.KeyFile = filepath.Join(dir, "google-key.json")
	if err := os.WriteFile(d.readable.KeyFile, service.KeyFile(d.address), 0o600); err != nil {
		return err
	}
	d.readable.Endpoints = simulator.EndpointsAt(d.address)
	d.readable.Board = d.google.Create(demoPerson, "Board pack", "Summary", "MRR")
	d.readable.Treasury = d.google.Create(demoPerson, "Treasury", "Payments", "Cash")
	d.google.Share(d.readable.Board, demoService, simulator.Writer)
	d.google.Share(d.readable.Treasury, demoService, simulator.Writer)
	person := d.google.As(demoPerson)
	return errors.Join(
		person.Type(d.readable.Board, "MRR!A1", []any{"As of"}, []any{}, []any{"", "", "", "", "", "Growth"}),
		person.Type(d.readable.Board, "MRR!F4", []any{`=IF(ISNUMBER(D4), D4 / (C4 - D4), "")`}),
		person.Type(d.readable.Board, "Summary!A1",
			[]any{"Numbers for the board", ""},
			[]any{"Best month so far", "=MAX(MRR!C4:C200)"},
			[]any{"Average of all months", "=ROUND(AVERAGE(MRR!C4:C200), 2)"},
			[]any{"Customers now", "=MAX(MRR!B4:B200)"}),
		person.Type(d.readable.Treasury, "Payments!I1", []any{"Received in all", "=SUM(F2:F1000)"}, []any{"Payments", "=COUNT(A2:A1000)"}),
		person.Type(d.readable.Treasury, "Cash!A1", []any{"My notes on the accounts"}, []any{"0012", "ask the bank about the fee"}),
	)
}

// close ends the simulator; its spreadsheets are gone with it.
func (d *demoSheets) close() error {
	err := d.server.Close()
	d.google.Close()
	return err
}
