package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	gsheets "google.golang.org/api/sheets/v4"

	"clipsheet/sheets/simulator"
)

// A program writes, a person edits, and one answer says that the write failed although it did not.
func Example() {
	sim := simulator.New(simulator.Options{})
	defer sim.Close()
	server := httptest.NewServer(sim)
	defer server.Close()
	id := sim.Create("ann@example.com", "Budget")

	token := &oauth2.Token{AccessToken: sim.AccessToken("ann@example.com", "spreadsheets")}
	program, err := gsheets.NewService(context.Background(),
		option.WithEndpoint(server.URL+"/"), option.WithTokenSource(oauth2.StaticTokenSource(token)))
	if err != nil {
		fmt.Println(err)
		return
	}
	write := func(v any) error {
		row := &gsheets.ValueRange{Values: [][]any{{v}}}
		_, err := program.Spreadsheets.Values.Update(id, "A1", row).ValueInputOption("RAW").Do()
		return err
	}

	sim.Inject(simulator.Fault{Method: "values.update", Skip: 1, Effect: simulator.Unavailable(true)})
	fmt.Println(write(20))
	if err := sim.As("ann@example.com").Type(id, "B1", []any{"=A1*2"}); err != nil {
		fmt.Println(err)
	}
	refused, _ := errors.AsType[*googleapi.Error](write(21))
	fmt.Println(refused.Code, refused.Message)

	now, _ := sim.Spreadsheet(id)
	rows, _ := now.Shown("A1:B1")
	fmt.Println(rows)
	// Output:
	// <nil>
	// 503 The service is currently unavailable.
	// [[21 42]]
}
