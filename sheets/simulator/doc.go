// Package simulator is a Google for spreadsheets on this machine: Sheets v4 over HTTP, with the OAuth, token and Drive
// calls a program needs that writes to spreadsheets, and a page on which people watch and edit them. It serves the
// tests and the demo.
//
// It was built from what Google documents and what people have seen Google do, not from what our client sends: it
// shares no code with the client. Requests are read as strictly as the discovery document allows, batches are applied
// whole or not at all, and refusals come in Google's words.
//
// # In a test
//
//	sim := simulator.New(simulator.Options{})
//	defer sim.Close()
//	server := httptest.NewServer(sim)
//	defer server.Close()
//	sim.AddUser("ann@example.com")
//	id := sim.Create("ann@example.com", "Budget")
//	token := &oauth2.Token{AccessToken: sim.AccessToken("ann@example.com", "spreadsheets")}
//	client, err := sheets.NewService(ctx, option.WithEndpoint(server.URL+"/"),
//		option.WithTokenSource(oauth2.StaticTokenSource(token)))
//
// [Simulator.As] edits as a person would, between two calls of a program. [Simulator.Inject] scripts what goes wrong
// ([LostAnswer], [Late], [RevokedToken] …). [Simulator.Calls] is the log of requests, [Simulator.Spreadsheet] a look at one
// version of a spreadsheet, and [Simulator.OnChange] is told of every version there ever was, so that a test sees each
// moment a viewer could have seen.
//
// Under testing/synctest, where sockets do not work, [Listen] gives a network in memory.
//
// # What it does not do
//
// Pivot tables and charts are kept but not drawn, comments, data sources and slicers are refused by name, and a write
// takes no 180 seconds unless [Late] or [Slow] say so.
package simulator
