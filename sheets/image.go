package sheets

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"

	"clipsheet/clips"
)

// image is what the cells that a push changed held before, and what it put there. Cells are told by the name of their
// column and their distance from the headings, so they are found again wherever people moved the target.
type image struct {
	Version int     `json:"v"`
	Target  string  `json:"t"`
	State   state   `json:"state"` // as it was
	Pieces  []piece `json:"pieces"`

	Parts [][]byte `json:"parts,omitempty"` // of a push in parts: the images of those that changed, packed, and nothing else
}

// piece is a stretch of cells of one column, downwards.
type piece struct {
	Column string `json:"c"`
	Row    int    `json:"r"` // from the row of the headings
	Before []cell `json:"b"`
	After  []cell `json:"a"`
}

// mostImage is how large an image may be, packed; what is larger cannot be undone.
const mostImage = 16 << 20

func (p *planner) image() image {
	im := image{Version: 1, Target: p.task.target}
	if p.found != nil {
		im.State = p.found.state
		im.State.Rows = p.old
	}
	for _, run := range p.runs {
		for col := run.left; col < run.right; col++ {
			im.Pieces = append(im.Pieces, p.piece(run, col))
		}
	}
	return im
}

func (p *planner) piece(run area, col int) piece {
	s := *p.bySheet[col]
	x := piece{Column: s.Name, Row: run.top - p.top}
	if s.added || s.Role == isGone {
		x.Column = p.stateOf(s).Name
	}
	for row := run.top; row < run.bottom; row++ {
		x.Before, x.After = append(x.Before, p.held(row, col)), append(x.After, p.cellAt(row, col))
	}
	return x
}

// size is about how many columns and rows the target has: a hint of how to read it.
func (im image) size(held int64) (columns int, rows int64) {
	names := map[string]bool{}
	for _, x := range im.Pieces {
		names[x.Column] = true
		held = max(held, int64(x.Row+len(x.Before)))
	}
	return len(names), max(held, int64(im.State.Rows))
}

// pack is the image as bytes; nil when it is too large.
func (im image) pack() ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(im); err != nil {
		return nil, fmt.Errorf("pack what the cells held: %w", err)
	}
	if err := z.Close(); err != nil || b.Len() > mostImage {
		return nil, err
	}
	return b.Bytes(), nil
}

func unpack(b []byte) (im image, err error) {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err == nil {
		err = json.NewDecoder(z).Decode(&im)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, z) // to its checksum
	}
	if err != nil || im.Version != 1 {
		return im, &clips.Error{Kind: clips.KindCorrupt, Cause: err,
			Notice: "What the cells held before is damaged or of another version, so the run cannot be undone."}
	}
	return im, nil
}

// MarshalJSON writes a cell as the JSON value it is; a formula as {"f":"=A1"}.
func (c cell) MarshalJSON() ([]byte, error) {
	if c.kind == isFormula {
		return json.Marshal(map[string]string{"f": c.text})
	}
	return json.Marshal(c.raw())
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *cell) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*c = cell{}
	case float64:
		*c = numberCell(v)
	case bool:
		*c = boolCell(v)
	case string:
		*c = textCell(v)
	case map[string]any:
		formula, ok := v["f"].(string)
		if !ok {
			return fmt.Errorf("no cell: %s", b)
		}
		*c = cell{kind: isFormula, text: formula}
	default:
		return fmt.Errorf("no cell: %s", b)
	}
	return nil
}
