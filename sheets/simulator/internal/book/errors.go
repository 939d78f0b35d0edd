package book

import "fmt"

// Error is a request Google would refuse, in its words.
type Error struct {
	Status  string // INVALID_ARGUMENT, NOT_FOUND …
	Message string
}

func (e *Error) Error() string { return e.Message }

func invalid(format string, args ...any) *Error {
	return &Error{"INVALID_ARGUMENT", fmt.Sprintf(format, args...)}
}

// in names the request, or the part of one, that an error is about: requests[0].addSheet.
func in(place string, err error) error {
	if e, ok := err.(*Error); ok && e != nil && e.Status == "INVALID_ARGUMENT" {
		return &Error{e.Status, "Invalid " + place + ": " + e.Message}
	}
	return err
}

// The limits of Google Sheets.
const (
	MostCells      = 10_000_000
	mostCharacters = 50_000
	mostRequests   = 100_000
	mostMetadata   = 30_000 // characters of keys and values, for the spreadsheet and for each sheet
	mostTitle      = 100
)

var (
	errTooManyCells = invalid("This action would increase the number of cells in the workbook above the limit of %d cells.", MostCells)
	errTooLong      = invalid("Your input contains more than the maximum of %d characters in a single cell.", mostCharacters)
	errProtected    = invalid("You are trying to edit a protected cell or object. " +
		"Please contact the spreadsheet owner to remove protection if you need to edit.")
	errOverArray = invalid("You cannot insert or delete cells over an array formula.")
)

// exceeds is an area that is not in its sheet.
func (s *Sheet) exceeds(ref string) *Error {
	return invalid("Range (%s) exceeds grid limits. Max rows: %d, max columns: %d", ref, s.height, s.width)
}
