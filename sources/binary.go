package sources

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"strings"

	"clipsheet/clips"
)

// Moments, dates and UUIDs come in binary form: a server takes a third of the time of a usual table to print them, and
// we take a tenth of that. What they are printed as is the same to the last byte, or else they come as text: as the
// server would have to print a moment in another zone than UTC, whose rules it knows best.

// binaryForm is how the values of a column come, when that is in binary form.
type binaryForm struct {
	size  int                      // of each
	print func(b, v []byte) []byte // appends the text of one, of slotSize at most
}

// slotSize has room for the longest: 294276-12-31 23:59:59.999999+00 and the like.
const slotSize = 40

const (
	oidDate, oidTimestamp, oidTimestampTZ, oidUUID = 1082, 1114, 1184, 2950
)

var errSize = errors.New("a value in binary form has another length than its type")

// binaryForms says which columns of a query come in binary form, in a session as it is set now.
func (s *session) binaryForms(q clips.Query) map[uint32]binaryForm {
	all := map[uint32]binaryForm{oidUUID: {16, printUUID}}
	isISO := strings.HasPrefix(s.conn.ParameterStatus("DateStyle"), "ISO")
	if isISO && s.conn.ParameterStatus("integer_datetimes") == "on" && !mayChangeSettings(q.SQL) {
		all[oidDate], all[oidTimestamp] = binaryForm{4, printDate}, binaryForm{8, printTimestamp}
		if zone := s.conn.ParameterStatus("TimeZone"); zone == "UTC" || zone == "Etc/UTC" {
			all[oidTimestampTZ] = binaryForm{8, printTimestampUTC}
		}
	}
	return all
}

// mayChangeSettings tells whether a query could change under way how moments are printed.
func mayChangeSettings(sql string) bool { return strings.Contains(strings.ToLower(sql), "set_config") }

// printed puts texts in the place of values in binary form.
type printed struct {
	columns []int
	forms   []binaryForm
	room    []byte // a slot for each
}

func newPrinted(columns []clips.Column, forms map[uint32]binaryForm) (p printed, formats []int16) {
	formats = make([]int16, len(columns))
	for i, c := range columns {
		if f, ok := forms[c.OID]; ok {
			p.columns, p.forms, formats[i] = append(p.columns, i), append(p.forms, f), 1
		}
	}
	p.room = make([]byte, slotSize*len(p.columns))
	return p, formats
}

func (p *printed) row(row [][]byte) error {
	for n, i := range p.columns {
		v := row[i]
		if v == nil {
			continue
		}
		if len(v) != p.forms[n].size {
			return errSize
		}
		slot := p.room[n*slotSize : n*slotSize : (n+1)*slotSize]
		row[i] = p.forms[n].print(slot, v)
	}
	return nil
}

func printUUID(b, v []byte) []byte {
	b = append(hex.AppendEncode(b, v[:4]), '-')
	b = append(hex.AppendEncode(b, v[4:6]), '-')
	b = append(hex.AppendEncode(b, v[6:8]), '-')
	b = append(hex.AppendEncode(b, v[8:10]), '-')
	return hex.AppendEncode(b, v[10:])
}

// Days and microseconds are counted from the year 2000. The first and the last number are infinities.
const (
	microsPerDay = 24 * 60 * 60 * 1_000_000
	sinceMarch0  = 730425 // days from 1 March of the year 0 to 1 January 2000
	daysPerAge   = 146097 // of 400 years
)

func printDate(b, v []byte) []byte {
	switch days := int32(binary.BigEndian.Uint32(v)); days {
	case math.MaxInt32:
		return append(b, "infinity"...)
	case math.MinInt32:
		return append(b, "-infinity"...)
	default:
		b, isBC := appendDay(b, int64(days))
		return appendBC(b, isBC)
	}
}

func printTimestamp(b, v []byte) []byte { return appendTimestamp(b, v, "") }

func printTimestampUTC(b, v []byte) []byte { return appendTimestamp(b, v, "+00") }

func appendTimestamp(b, v []byte, zone string) []byte {
	micros := int64(binary.BigEndian.Uint64(v))
	switch micros {
	case math.MaxInt64:
		return append(b, "infinity"...)
	case math.MinInt64:
		return append(b, "-infinity"...)
	}
	days, rest := micros/microsPerDay, micros%microsPerDay
	if rest < 0 {
		days, rest = days-1, rest+microsPerDay
	}
	b, isBC := appendDay(b, days)
	b = appendClock(append(b, ' '), rest)
	return appendBC(append(b, zone...), isBC)
}

// appendDay writes a day of the calendar that has always been the present one; of the years before the first one it says
// that they are, for the caller to write it at the end.
func appendDay(b []byte, days int64) (text []byte, isBC bool) {
	days += sinceMarch0
	age := days / daysPerAge
	if days < 0 {
		age = (days - daysPerAge + 1) / daysPerAge
	}
	day := days - age*daysPerAge                                    // of the age
	year := (day - day/1460 + day/36524 - day/(daysPerAge-1)) / 365 // of the age, beginning in March
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153 // 0 is March
	day -= (153*month+2)/5 - 1
	year += age * 400
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	if isBC = year <= 0; isBC {
		year = 1 - year
	}
	if year >= 10_000 {
		b = strconv.AppendInt(b, year, 10)
	} else {
		b = appendTwo(appendTwo(b, year/100), year%100)
	}
	b = appendTwo(append(b, '-'), month)
	return appendTwo(append(b, '-'), day), isBC
}

func appendBC(b []byte, isBC bool) []byte {
	if isBC {
		return append(b, " BC"...)
	}
	return b
}

// appendClock writes a time of day, with as many digits behind the second as there are.
func appendClock(b []byte, micros int64) []byte {
	seconds, micros := micros/1_000_000, micros%1_000_000
	b = appendTwo(b, seconds/3600)
	b = appendTwo(append(b, ':'), seconds/60%60)
	b = appendTwo(append(b, ':'), seconds%60)
	if micros == 0 {
		return b
	}
	b = appendTwo(append(b, '.'), micros/10_000)
	b = appendTwo(appendTwo(b, micros/100%100), micros%100)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}

// appendTwo writes two digits.
func appendTwo(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
