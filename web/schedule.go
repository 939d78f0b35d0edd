package web

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// cronAt is cron that strikes once on some days: minute, hour, day of the month, every month, days of the week.
var cronAt = regexp.MustCompile(`^([0-9]{1,2}) ([0-9]{1,2}) (\*|[0-9]{1,2}) \* (\*|mon-fri|1-5|sun|mon|tue|wed|thu|fri|sat|[0-6])$`)

// everyWords is an interval, and perhaps the hours and days it keeps to.
var everyWords = regexp.MustCompile(`^every ([0-9]+)(m|h)(.*)$`)

var dayNames = map[string]string{"sun": "Sunday", "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday",
	"fri": "Friday", "sat": "Saturday", "0": "Sunday", "1": "Monday", "2": "Tuesday", "3": "Wednesday", "4": "Thursday",
	"5": "Friday", "6": "Saturday"}

// scheduleInWords reads a schedule out loud; one that is too intricate for that is left as it is.
func scheduleInWords(text string) string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	if text == "" {
		return "When asked"
	}
	if m := everyWords.FindStringSubmatch(text); m != nil {
		unit := map[string]string{"m": "minute", "h": "hour"}[m[2]]
		if m[1] == "1" {
			return "Every " + unit + m[3]
		}
		return "Every " + m[1] + " " + unit + "s" + m[3]
	}
	if m := cronAt.FindStringSubmatch(text); m != nil {
		return onDays(m[3], m[4]) + " at " + clock(m[2], m[1])
	}
	return text
}

func clock(hour, minute string) string {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	return fmt.Sprintf("%02d:%02d", h, m)
}

func onDays(ofMonth, ofWeek string) string {
	switch {
	case ofMonth != "*" && ofWeek != "*":
		return "On day " + ofMonth + " of the month and every " + dayNames[ofWeek]
	case ofMonth != "*":
		return "On day " + ofMonth + " of the month"
	case ofWeek == "*":
		return "Every day"
	case dayNames[ofWeek] != "":
		return "Every " + dayNames[ofWeek]
	}
	return "Monday to Friday"
}
