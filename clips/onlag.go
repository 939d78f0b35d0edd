package clips

import "fmt"

// OnLag is what readers of a clip get while no server is near enough to its primary for it.
type OnLag string

const (
	LagStale OnLag = "stale" // the last good result, marked; the empty OnLag means it too
	LagFail  OnLag = "fail"  // an error: an older number would be taken for a wrong one
)

// ParseOnLag reads an OnLag; the empty one is LagStale.
func ParseOnLag(name string) (OnLag, error) {
	switch on := OnLag(name); on {
	case "":
		return LagStale, nil
	case LagStale, LagFail:
		return on, nil
	}
	return "", &Error{Kind: KindParameter, Notice: fmt.Sprintf("There is no %q for a follower that is late: choose stale or fail.", name)}
}
