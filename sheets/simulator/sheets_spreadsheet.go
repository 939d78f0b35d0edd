package simulator

import (
	"strconv"

	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

func (s *Simulator) createSpreadsheet(x *Exchange) (*wire.Message, error) {
	if x.who.robot {
		return nil, errNoPermission // a service account has no Drive of its own to put it into
	}
	f, err := s.create(x.who.email, "", x.parsed.body)
	if err != nil {
		return nil, err
	}
	s.Pick(f.id, x.who.client.ID)
	by := book.Editor{Email: x.who.email, Owner: true, Project: x.who.client.Project}
	return x.spreadsheet(s.bookOf(f), book.View{Mask: x.parsed.mask, By: by})
}

// spreadsheet is the Spreadsheet resource, with the address of its page.
func (x *Exchange) spreadsheet(b *book.Book, v book.View) (*wire.Message, error) {
	m, err := b.Get(v)
	if err != nil {
		return nil, err
	}
	m.Set("spreadsheetUrl", addressOf(baseOf(x.r), b.ID))
	return m, nil
}

func (s *Simulator) getSpreadsheet(x *Exchange) (*wire.Message, error) {
	b, editor, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	q := x.parsed.query
	v := book.View{Ranges: texts(q.List("ranges")), GridData: q.Bool("includeGridData"), Mask: x.parsed.mask, By: editor}
	return x.spreadsheet(b, v)
}

func (s *Simulator) getByDataFilter(x *Exchange) (*wire.Message, error) {
	b, editor, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	body := x.parsed.body
	v := book.View{Filters: body.Messages("dataFilters"), GridData: body.Bool("includeGridData"), Mask: x.parsed.mask, By: editor}
	return x.spreadsheet(b, v)
}

func (s *Simulator) batchUpdate(x *Exchange) (*wire.Message, error) {
	body := x.parsed.body
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		next, replies, err := b.Batch(body.Messages("requests"), editor, s.now())
		if err != nil {
			return nil, nil, err
		}
		reply := wire.New("spreadsheetId", b.ID, "replies", wire.ListOf(replies))
		if body.Bool("includeSpreadsheetInResponse") {
			below, _ := x.parsed.mask.Below("updatedSpreadsheet")
			after, err := x.spreadsheet(next, book.View{Ranges: texts(body.List("responseRanges")),
				GridData: body.Bool("responseIncludeGridData"), Mask: below, By: editor})
			if err != nil {
				return nil, nil, err
			}
			reply.Set("updatedSpreadsheet", after)
		}
		return next, reply, nil
	})
}

func (s *Simulator) getMetadata(x *Exchange) (*wire.Message, error) {
	b, editor, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	id, err := strconv.Atoi(x.route.vars["metadataId"])
	if err != nil {
		return nil, refuse("INVALID_ARGUMENT", "Invalid value at 'metadata_id' (TYPE_INT32), "+strconv.Quote(x.route.vars["metadataId"]))
	}
	return b.Metadata(id, editor)
}

func (s *Simulator) searchMetadata(x *Exchange) (*wire.Message, error) {
	b, editor, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	return b.SearchMetadata(x.parsed.body, editor)
}

func (s *Simulator) copySheet(x *Exchange) (*wire.Message, error) {
	from, _, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	id, err := strconv.Atoi(x.route.vars["sheetId"])
	if err != nil {
		return nil, refuse("INVALID_ARGUMENT", "Invalid value at 'sheet_id' (TYPE_INT32), "+strconv.Quote(x.route.vars["sheetId"]))
	}
	there := *x
	there.route.vars = map[string]string{"spreadsheetId": x.parsed.body.Text("destinationSpreadsheetId")}
	return s.write(&there, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		return b.CopySheet(from, id, editor, s.now())
	})
}

func texts(list []any) []string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = v.(string)
	}
	return all
}
