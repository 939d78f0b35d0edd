package sources

import (
	"io"

	"clipsheet/clips"
)

// form is a file made of a result while its rows arrived.
type form struct {
	variant string
	draft   *draft
}

// ahead reads the rows into the form that the reader who began the run wants of them; nil when there is none. A form that
// cannot be made is no fault of the run: whoever asks for it will hear why.
func (c *Cache) ahead(req clips.Request, rows *clips.Spool) *form {
	if req.Ahead == nil {
		return nil
	}
	var made *form
	err := calmly(c.o.Log, "make a form ahead", func() error {
		asked := req.Ahead(rows.Header())
		if asked.Encode == nil {
			return nil
		}
		draft, err := c.o.Files.begin()
		if err != nil {
			return err
		}
		made = &form{asked.Variant, draft}
		return draft.fill(func(w io.Writer) error { return asked.Encode(w, rows) })
	})
	if err != nil && made != nil {
		made.draft.abandon()
		return nil
	}
	return made
}
