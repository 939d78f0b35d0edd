package sync

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cronWall is a schedule in the five fields of cron.
type cronWall struct{ spec *cron.SpecSchedule }

func (w cronWall) next(after time.Time) time.Time { return w.spec.Next(after) }

var cronParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

func parseCron(words []string) (w wall, often bool, err error) {
	if strings.Contains(words[0], "tz=") { // the parser would take it, and panic when nothing follows
		return nil, false, errors.New("the time zone has a key of its own, timezone")
	}
	if !strings.HasPrefix(words[0], "@") && len(words) != 5 {
		return nil, false, fmt.Errorf("cron has five fields, and here are %d words", len(words))
	}
	parsed, err := cronParser.Parse(strings.Join(words, " "))
	if err != nil {
		return nil, false, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, false, fmt.Errorf("%s is not known", words[0])
	}
	spec.Location = time.UTC // a time on the wall is written as UTC
	const everyHour = 1<<24 - 1
	return cronWall{spec}, spec.Hour&everyHour == everyHour, nil
}
