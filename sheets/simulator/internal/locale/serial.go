package locale

import (
	"math"
	"time"
)

// epoch is day 0 of the serial numbers.
var epoch = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// Serial is a moment as a sheet keeps it: days since 1899-12-30, by what the clock on the wall shows.
func Serial(t time.Time) float64 {
	wall := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	seconds := wall.Unix() - epoch.Unix()
	return (float64(seconds) + float64(wall.Nanosecond())/1e9) / 86400
}

// Moment is what a clock shows at a serial number, to the millisecond.
func Moment(serial float64) time.Time {
	days := math.Floor(serial)
	if math.Abs(days) > 3e6 {
		return epoch
	}
	ms := math.Round((serial - days) * 86_400_000)
	return epoch.AddDate(0, 0, int(days)).Add(time.Duration(ms) * time.Millisecond)
}
