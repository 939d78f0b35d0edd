package clips

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Bound is a revision with its parameters resolved: ready to run, and to be recognised when asked for again.
type Bound struct {
	Params []BoundParam // in declared order
	Query  Query        // Limits are left to the caller
	Key    string       // equal for equal resolved values: part of the cache key; "" without parameters
}

// BoundParam is one parameter as it was resolved.
type BoundParam struct {
	Param Param
	Value string // resolved: "start of month" has become 2026-11-01
	Given bool   // by the reader or the link, rather than by default
}

// Bind resolves the parameters of a revision. It reads the declared names out of given and ignores the rest, since
// people add cache-busters to addresses. An empty value counts as not given, as an empty field of a form does; only
// text, and a choice that has "" among its choices, can be empty. zone is where "today" is.
//
// What a person has to change is an *Error: KindParameter for a value, KindSQL for the statement itself.
func Bind(rev Revision, given map[string]string, now time.Time, zone *time.Location) (Bound, error) {
	sql, err := scanSQL(rev.SQL)
	if err != nil {
		return Bound{}, err
	}
	if name := undeclared(sql, rev.Params); name != "" {
		return Bound{}, errUndeclared(name)
	}
	clock := newWallClock(now, zone)
	params := make([]BoundParam, len(rev.Params))
	for i, p := range rev.Params {
		if params[i], err = resolve(p, given, clock); err != nil {
			return Bound{}, err
		}
	}
	query := Query{SQL: sql.text, Args: args(sql, params), TimeZone: rev.TimeZone, MaxLag: rev.MaxLag, Map: sql.posFunc()}
	return Bound{Params: params, Query: query, Key: bindKey(params)}, nil
}

func resolve(p Param, given map[string]string, clock wallClock) (BoundParam, error) {
	if text, ok := given[p.Name]; ok && (text != "" || p.takesEmpty()) {
		value, err := readValue(p, text, clock)
		return BoundParam{Param: p, Value: value, Given: true}, err
	}
	if p.Default == nil {
		return BoundParam{}, paramError("Parameter %q needs a value: %s.", p.Name, accepts(p, clock))
	}
	value, err := readValue(p, *p.Default, clock)
	return BoundParam{Param: p, Value: value}, err
}

// args lists the resolved values in the order of their $n.
func args(sql scannedSQL, params []BoundParam) []Arg {
	out := make([]Arg, len(sql.names))
	for i, name := range sql.names {
		at := slices.IndexFunc(params, func(p BoundParam) bool { return p.Param.Name == name })
		out[i] = Arg{OID: params[at].Param.Type.oid(), Value: &params[at].Value}
	}
	return out
}

// bindKey is a short stable hash of the values. Lengths are part of it, so that no two lists look alike.
func bindKey(params []BoundParam) string {
	if len(params) == 0 {
		return ""
	}
	var b []byte
	for _, p := range params {
		for _, s := range []string{p.Param.Name, string(p.Param.Type), p.Value} {
			b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
		}
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// CheckParams finds what is wrong with the parameters of a revision before anyone asks for it: a name, type, default
// or list of choices that cannot be, one the SQL uses and nobody declared, one declared and never used.
func CheckParams(rev Revision) error {
	for i, p := range rev.Params {
		if slices.ContainsFunc(rev.Params[:i], func(q Param) bool { return q.Name == p.Name }) {
			return paramError("Parameter %q is declared twice: remove one.", p.Name)
		}
		if err := checkParam(p, rev.TimeZone); err != nil {
			return err
		}
	}
	sql, err := scanSQL(rev.SQL)
	if err != nil {
		return err
	}
	if name := undeclared(sql, rev.Params); name != "" {
		return errUndeclared(name)
	}
	return checkUsed(sql, rev.Params)
}

func checkUsed(sql scannedSQL, params []Param) error {
	for _, p := range params {
		if !slices.Contains(sql.names, p.Name) {
			return paramError("Parameter %q is declared but the SQL does not use :%s: use it or remove it. Inside "+
				"quotes and comments it is only text, and inside a subscript it needs parentheses: a[(:%s)].",
				p.Name, p.Name, p.Name)
		}
	}
	return nil
}

func checkParam(p Param, timeZone string) error {
	if !plainName(p.Name) {
		return paramError("Parameter name %s cannot be used: names start with a letter, then letters, digits and "+
			"underscores, like region or from_date.", shown(p.Name))
	}
	if p.Type != "" && !slices.Contains(paramTypes, p.Type) {
		return paramError("Parameter %q has no type %s: use one of %s.", p.Name, shown(string(p.Type)), typeList())
	}
	if err := checkChoices(p); err != nil || p.Default == nil {
		return err
	}
	if *p.Default == "" && !p.takesEmpty() {
		return paramError("Parameter %q has an empty default: give it a value, or leave the default out to make the "+
			"parameter required.", p.Name)
	}
	zone, _ := time.LoadLocation(timeZone) // a wrong zone is for whoever checks the revision's zone to say
	if _, err := readValue(p, *p.Default, newWallClock(time.Now(), zone)); err != nil {
		return paramError("The default is wrong. %s", NoticeOf(err))
	}
	return nil
}

func checkChoices(p Param) error {
	switch {
	case p.Type != ParamChoice && len(p.Choices) > 0:
		return paramError("Parameter %q has choices but is of type %s: make it type = \"choice\", or remove the choices.",
			p.Name, p.Type)
	case p.Type == ParamChoice && len(p.Choices) == 0:
		return paramError("Parameter %q is a choice without choices: add choices = [\"…\", \"…\"].", p.Name)
	}
	for i, c := range p.Choices {
		if slices.Contains(p.Choices[:i], c) {
			return paramError("Parameter %q lists the choice %s twice: remove one.", p.Name, shown(c))
		}
	}
	return nil
}

// plainName tells whether a declared name can be used. A leading underscore belongs to the reader options (_sep, …).
func plainName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

// undeclared is the first name the SQL uses that params lack, or "".
func undeclared(sql scannedSQL, params []Param) string {
	for _, name := range sql.names {
		if !slices.ContainsFunc(params, func(p Param) bool { return p.Name == name }) {
			return name
		}
	}
	return ""
}

func errUndeclared(name string) error {
	return paramError("The SQL uses :%s, which is not declared: add [clips.NAME.params.%s] with a type (%s) to "+
		"the config, or give --param %s=VALUE when running SQL directly.", name, name, typeList(), name)
}

func typeList() string {
	names := make([]string, len(paramTypes))
	for i, t := range paramTypes {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

func paramError(format string, a ...any) *Error {
	return &Error{Kind: KindParameter, Notice: fmt.Sprintf(format, a...)}
}
