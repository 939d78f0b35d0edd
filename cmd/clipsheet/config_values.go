package main

import (
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time in the config: "90s", "5m", "1h30m", "7d".
type Duration time.Duration

var dayForm = regexp.MustCompile(`^(\d+)d(.*)$`)

// UnmarshalText accepts what time.ParseDuration does, with days in front.
func (d *Duration) UnmarshalText(b []byte) error {
	text, err := expand(string(b))
	if err != nil {
		return err
	}
	v, err := parseDuration(text)
	*d = Duration(v)
	return err
}

func parseDuration(text string) (time.Duration, error) {
	days, rest := time.Duration(0), text
	if m := dayForm.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > math.MaxInt64/int(24*time.Hour) {
			return 0, fmt.Errorf("%q is too long a time", text)
		}
		days, rest = time.Duration(n)*24*time.Hour, or(m[2], "0s")
	}
	d, err := time.ParseDuration(rest)
	if err != nil {
		return 0, fmt.Errorf("%q is not a length of time: write a number with a unit, such as 90s, 5m, 1h30m or 7d", text)
	}
	return days + d, nil
}

// Size is a number of bytes in the config: "256MiB", "2GB", 65536.
type Size int64

var (
	sizeForm = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*([KMGT]i?)?B?$`)
	units    = map[string]float64{
		"": 1, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40,
	}
)

// UnmarshalText accepts KiB, MiB, GiB, TiB (powers of 1024) and KB, MB, GB, TB (powers of 1000).
func (s *Size) UnmarshalText(b []byte) error {
	text, err := expand(string(b))
	if err != nil {
		return err
	}
	m := sizeForm.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("%q is not a size: write a number with a unit, such as 64KiB, 256MiB or 2GiB", text)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if n *= units[m[2]]; err != nil || n > math.MaxInt64/2 {
		return fmt.Errorf("%q is too large a size", text)
	}
	*s = Size(n)
	return nil
}

var reference = regexp.MustCompile(`\$\$\{|\$\{(file:)?([^}]*)\}`)

// expand replaces ${NAME} by an environment variable and ${file:/path} by a file's text without its last line
// feed; $${ is a plain ${. What is replaced is not looked at again.
func expand(s string) (string, error) {
	var missing error
	out := reference.ReplaceAllStringFunc(s, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		switch {
		case ref == "$${":
			return "${"
		case m[1] != "":
			text, err := os.ReadFile(m[2])
			if err != nil {
				missing = fmt.Errorf("%s: %w", ref, unplaced(err))
			}
			return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
		default:
			text, ok := os.LookupEnv(m[2])
			if !ok {
				missing = fmt.Errorf("the environment has no variable %s: set it, or write $${ for a plain ${", m[2])
			}
			return text
		}
	})
	return out, missing
}

// expandStrings expands every string of the config; at tells where one that cannot be stands.
func expandStrings(c *Config, at places) error {
	return walk(reflect.ValueOf(c).Elem(), nil, func(v reflect.Value, path []string) error {
		text, err := expand(v.String())
		if err != nil {
			return at.errorf(strings.Join(path, "."), "%v", err)
		}
		v.SetString(text)
		return nil
	})
}

// walk visits the strings that carry a toml key, through tables, maps and lists. Map values cannot be set in
// place, so each is copied, visited and put back.
func walk(v reflect.Value, path []string, visit func(reflect.Value, []string) error) error {
	switch v.Kind() {
	case reflect.String:
		return visit(v, path)
	case reflect.Interface:
		text, ok := v.Interface().(string)
		if !ok {
			return nil
		}
		copied := reflect.New(reflect.TypeOf(text)).Elem()
		copied.SetString(text)
		err := visit(copied, path)
		v.Set(copied)
		return err
	case reflect.Struct:
		for i := range v.NumField() {
			if key := v.Type().Field(i).Tag.Get("toml"); key != "" {
				if err := walk(v.Field(i), append(path[:len(path):len(path)], key), visit); err != nil {
					return err
				}
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := walk(v.Index(i), path, visit); err != nil {
				return err
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			copied := reflect.New(v.Type().Elem()).Elem()
			copied.Set(v.MapIndex(key))
			if err := walk(copied, append(path[:len(path):len(path)], key.String()), visit); err != nil {
				return err
			}
			v.SetMapIndex(key, copied)
		}
	}
	return nil
}
