package simulator

import (
	"clipsheet/sheets/simulator/internal/book"
	"clipsheet/sheets/simulator/internal/wire"
)

func (s *Simulator) getValues(x *Exchange) (*wire.Message, error) {
	b, _, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	return b.Values(x.route.vars["range"], book.ReadingOf(x.parsed.query, "valueRenderOption", "dateTimeRenderOption"))
}

func (s *Simulator) batchGetValues(x *Exchange) (*wire.Message, error) {
	b, _, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	q := x.parsed.query
	return b.ManyValues(texts(q.List("ranges")), book.ReadingOf(q, "valueRenderOption", "dateTimeRenderOption"))
}

func (s *Simulator) batchGetFiltered(x *Exchange) (*wire.Message, error) {
	b, editor, err := s.reading(x)
	if err != nil {
		return nil, err
	}
	return b.FilteredValues(x.parsed.body, editor)
}

func (s *Simulator) updateValues(x *Exchange) (*wire.Message, error) {
	q, ref := x.parsed.query, x.route.vars["range"]
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		next, reply, err := b.UpdateValues(ref, x.parsed.body, q.Text("valueInputOption"), editor, s.now())
		if err != nil || !q.Bool("includeValuesInResponse") {
			return next, reply, err
		}
		written, err := next.Values(reply.Text("updatedRange"), responseReading(q))
		return next, reply.With("updatedData", written), err
	})
}

func (s *Simulator) batchUpdateValues(x *Exchange) (*wire.Message, error) {
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		next, reply, err := b.BatchUpdateValues(x.parsed.body, editor, s.now())
		return x.withUpdatedData(next, reply, err)
	})
}

func (s *Simulator) batchUpdateFiltered(x *Exchange) (*wire.Message, error) {
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		next, reply, err := b.BatchUpdateFiltered(x.parsed.body, editor, s.now())
		return x.withUpdatedData(next, reply, err)
	})
}

// responseReading is how an answer to a write shall read what was written.
func responseReading(m *wire.Message) book.Reading {
	return book.ReadingOf(m, "responseValueRenderOption", "responseDateTimeRenderOption")
}

// withUpdatedData adds what was written to the replies of a batch, when that is asked for.
func (x *Exchange) withUpdatedData(next *book.Book, reply *wire.Message, err error) (*book.Book, *wire.Message, error) {
	body := x.parsed.body
	if err != nil || !body.Bool("includeValuesInResponse") {
		return next, reply, err
	}
	var all []*wire.Message
	for _, r := range reply.Messages("responses") {
		written, err := next.Values(r.Text("updatedRange"), responseReading(body))
		if err != nil {
			return nil, nil, err
		}
		all = append(all, r.With("updatedData", written))
	}
	return next, reply.With("responses", wire.ListOf(all)), nil
}

func (s *Simulator) appendValues(x *Exchange) (*wire.Message, error) {
	q, ref := x.parsed.query, x.route.vars["range"]
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		insert := q.Text("insertDataOption") == "INSERT_ROWS"
		return b.AppendValues(ref, x.parsed.body, q.Text("valueInputOption"), insert, editor, s.now())
	})
}

func (s *Simulator) clearValues(x *Exchange) (*wire.Message, error) {
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		next, cleared, err := b.Clear([]string{x.route.vars["range"]}, editor, s.now())
		if err != nil {
			return nil, nil, err
		}
		return next, wire.New("spreadsheetId", b.ID, "clearedRange", cleared[0]), nil
	})
}

func (s *Simulator) batchClear(x *Exchange) (*wire.Message, error) {
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		next, cleared, err := b.Clear(texts(x.parsed.body.List("ranges")), editor, s.now())
		return next, clearedReply(b, cleared), err
	})
}

func (s *Simulator) batchClearFiltered(x *Exchange) (*wire.Message, error) {
	return s.write(x, func(b *book.Book, editor book.Editor) (*book.Book, *wire.Message, error) {
		next, cleared, err := b.ClearFiltered(x.parsed.body, editor, s.now())
		return next, clearedReply(b, cleared), err
	})
}

func clearedReply(b *book.Book, cleared []string) *wire.Message {
	list := make([]any, len(cleared))
	for i, ref := range cleared {
		list[i] = ref
	}
	return wire.New("spreadsheetId", b.ID, "clearedRanges", list)
}
