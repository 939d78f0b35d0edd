package bench

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/xuri/excelize/v2"
)

// Peers are what people write themselves, each as short as its documentation shows it.
var peers = map[string]func(ctx context.Context, rows pgx.Rows, out io.Writer) error{
	"encoding-csv": writeCSV,
	"excelize":     writeExcelize,
}

// Peer does the work of a peer: the query's rows into a file, or to stdout when there is none.
func Peer(ctx context.Context, name, dsn, sql, file string) error {
	write, ok := peers[name]
	if !ok {
		return fmt.Errorf("there is no peer %q", name)
	}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	out := os.Stdout
	if file != "" {
		if out, err = os.Create(file); err != nil {
			return err
		}
		defer out.Close()
	}
	if err := write(ctx, rows, out); err != nil {
		return err
	}
	return rows.Err()
}

func writeCSV(_ context.Context, rows pgx.Rows, out io.Writer) error {
	w := csv.NewWriter(out)
	var record []string
	for _, f := range rows.FieldDescriptions() {
		record = append(record, f.Name)
	}
	for {
		if err := w.Write(record); err != nil {
			return err
		}
		if !rows.Next() {
			break
		}
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i, v := range values {
			record[i] = ""
			if v != nil {
				record[i] = fmt.Sprint(v)
			}
		}
	}
	w.Flush()
	return w.Error()
}

// writeExcelize fills one tab: the table of the bench is no longer than a tab.
func writeExcelize(_ context.Context, rows pgx.Rows, out io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	var header []any
	for _, c := range rows.FieldDescriptions() {
		header = append(header, c.Name)
	}
	if err := w.SetRow("A1", header); err != nil {
		return err
	}
	for at := 2; rows.Next(); at++ {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		for i, v := range values {
			values[i] = cell(v)
		}
		if err := w.SetRow(fmt.Sprintf("A%d", at), values); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Write(out)
}

// cell is a value as excelize knows it. A numeric becomes a number, as ours does.
func cell(v any) any {
	switch v := v.(type) {
	case pgtype.Numeric:
		if n, err := v.Float64Value(); err == nil {
			return n.Float64
		}
	case [16]byte:
		return fmt.Sprintf("%x-%x-%x-%x-%x", v[:4], v[4:6], v[6:8], v[8:10], v[10:])
	}
	return v
}
