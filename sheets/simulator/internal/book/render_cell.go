package book

import (
	"strings"

	"clipsheet/sheets/simulator/internal/formula"
	"clipsheet/sheets/simulator/internal/wire"
)

var white = wire.New("red", 1, "green", 1, "blue", 1)

// defaultFormat is how a cell looks that nobody has formatted.
var defaultFormat = wire.New(
	"backgroundColor", white,
	"padding", wire.New("top", 2, "right", 3, "bottom", 2, "left", 3),
	"verticalAlignment", "BOTTOM",
	"wrapStrategy", "OVERFLOW_CELL",
	"textFormat", wire.New(
		"foregroundColor", &wire.Message{}, "fontFamily", "arial,sans,sans-serif", "fontSize", 10,
		"bold", false, "italic", false, "strikethrough", false, "underline", false,
		"foregroundColorStyle", wire.New("rgbColor", &wire.Message{})),
	"backgroundColorStyle", wire.New("rgbColor", white),
)

// wanted is what of cells an answer has, read from a field mask once.
type wanted struct {
	entered, effective, shown, format, link bool
	mask                                    *wire.Mask
}

func wantedBy(mask *wire.Mask) wanted {
	return wanted{mask.Has("userEnteredValue"), mask.Has("effectiveValue"), mask.Has("formattedValue"),
		mask.Has("effectiveFormat"), mask.Has("hyperlink"), mask}
}

// cellData is a cell as CellData, as far as it is wanted.
func (c *calc) cellData(s *Sheet, row, col int, w wanted) *wire.Message {
	x := s.at(row, col)
	m := &wire.Message{}
	if w.entered {
		m.Set("userEnteredValue", x.entered())
	}
	if w.effective || w.shown {
		v := c.value(s, row, col)
		if w.effective {
			m.Set("effectiveValue", extended(v))
		}
		if w.shown && v.Kind != formula.Empty {
			m.Set("formattedValue", c.shown(s, row, col))
		}
	}
	if x != nil {
		x.more.Each(m.Set)
	}
	if w.format {
		m.Set("effectiveFormat", c.effectiveFormat(s, row, col, x))
	}
	if w.link && x != nil && x.formula != nil && strings.HasPrefix(strings.ToUpper(x.formula.Text), "=HYPERLINK(") {
		if parts := strings.Split(x.formula.Text, `"`); len(parts) > 2 {
			m.Set("hyperlink", parts[1])
		}
	}
	return w.mask.Project(m)
}

// effectiveFormat is the default with the cell's own format over it; nil when that makes no difference.
func (c *calc) effectiveFormat(s *Sheet, row, col int, x *cell) *wire.Message {
	if x == nil {
		return nil
	}
	own := x.more.Message("userEnteredFormat")
	if own == nil && x.formula == nil {
		return nil
	}
	if look := c.format(s, row, col); look != nil {
		own = own.With("numberFormat", look)
	}
	if own == nil {
		return nil
	}
	return overlay(defaultFormat, own)
}

// overlay is a message with the fields of another one over its own, all the way down.
func overlay(base, over *wire.Message) *wire.Message {
	over.Each(func(name string, value any) {
		if inner, ok := value.(*wire.Message); ok && base.Message(name) != nil {
			value = overlay(base.Message(name), inner)
		}
		base = base.With(name, value)
	})
	return base
}
