package clips

import "io"

// Encoder writes a whole result in one format.
type Encoder interface {
	ContentType() string
	Encode(w io.Writer, r Rows) error
}
