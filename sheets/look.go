package sheets

import (
	"strings"

	"clipsheet/clips"

	gsheets "google.golang.org/api/sheets/v4"
)

// look is the number format of a column. The zero value leaves it to Google, which shows a number as it is.
type look struct{ kind, pattern string }

// numberFormat is the look as a cell format has it; nil takes a format away.
func (l look) numberFormat() *gsheets.NumberFormat {
	if l == (look{}) {
		return nil
	}
	return &gsheets.NumberFormat{Type: l.kind, Pattern: l.pattern}
}

// timetz has an offset in each of its values, which no number could carry.
const timetz = 1266

// lookOf is how a column is shown: as the clip says, else by its type.
func lookOf(c clips.Column, f clips.ColumnFormat) (look, error) {
	pattern, err := f.Pattern()
	if err != nil {
		return look{}, err
	}
	byType := lookOfType(c)
	switch {
	case pattern == "":
		return byType, nil
	case pattern == clips.TextPattern:
		return look{"TEXT", pattern}, nil
	case strings.HasSuffix(pattern, "%"):
		return look{"PERCENT", pattern}, nil
	case byType.kind == "DATE" || byType.kind == "TIME" || byType.kind == "DATE_TIME":
		return look{byType.kind, pattern}, nil
	}
	return look{"NUMBER", pattern}, nil
}

func lookOfType(c clips.Column) look {
	switch c.Type {
	case clips.Date:
		return look{"DATE", "yyyy-mm-dd"}
	case clips.Timestamp, clips.TimestampTZ:
		return look{"DATE_TIME", "yyyy-mm-dd hh:mm:ss"}
	case clips.Time:
		if c.OID != timetz {
			return look{"TIME", "hh:mm:ss"}
		}
	case clips.Interval:
		return look{"TIME", "[h]:mm:ss"}
	case clips.Numeric:
		if scale := scaleOf(c); scale > 0 {
			return look{"NUMBER", "0." + strings.Repeat("0", min(scale, exactDigits))}
		}
	}
	return look{}
}

// scaleOf is that of a numeric's type, such as 2 of numeric(14,2); 0 when it has none.
func scaleOf(c clips.Column) int {
	if c.Typmod < 4 {
		return 0
	}
	scale := int((c.Typmod - 4) & 0x7ff)
	if scale >= 1024 { // a negative one: whole hundreds, say
		return 0
	}
	return scale
}
