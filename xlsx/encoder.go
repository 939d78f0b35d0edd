package xlsx

import (
	"io"

	"clipsheet/clips"
)

// encoder writes one result as a workbook.
type encoder struct{ book Book }

var _ clips.Encoder = encoder{}

// NewEncoder makes workbooks of single results. The book says everything but the rows: it has one sheet, whose Rows
// are those that Encode is given. Without one it is named "Result".
func NewEncoder(book Book) clips.Encoder {
	if len(book.Sheets) == 0 {
		book.Sheets = []Sheet{{Name: "Result"}}
	}
	return encoder{book}
}

func (encoder) ContentType() string { return ContentType }

func (e encoder) Encode(w io.Writer, r clips.Rows) error {
	book := e.book
	book.Sheets = []Sheet{book.Sheets[0]}
	book.Sheets[0].Rows = r
	_, err := Write(w, book, nil)
	return err
}
