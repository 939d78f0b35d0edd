// Package wire is the JSON of Google's Sheets API: messages read strictly by the types of the discovery document,
// field masks, and the way Google words what is wrong with a request.
//
// schema.txt is a table of the names and types of that document and nothing else; TestSchemaIsTheDiscoveryDocument
// holds it against the document that comes with the client library, and rewrites it when asked to:
//
//	go test ./sheets/simulator/internal/wire -run Discovery -update
package wire
