package clips

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestTheKindAndNoticeOfAnError(t *testing.T) {
	cause := errors.New("dial tcp 10.0.0.7:5432: connection refused")
	gone := &Error{Kind: KindUnavailable, Notice: "The follower does not answer: ask again in a minute.", Cause: cause}
	const ours = "Something went wrong on our side; the log of the server has it."
	for _, c := range []struct {
		err    error
		kind   Kind
		notice string
	}{
		{gone, KindUnavailable, gone.Notice},
		{fmt.Errorf("run 7: %w", gone), KindUnavailable, gone.Notice},
		{errors.Join(errors.New("first"), gone), KindUnavailable, gone.Notice},
		{&Error{Kind: KindTimeout, Notice: "It took too long: try later.", Cause: gone}, KindTimeout, "It took too long: try later."},
		{cause, KindInternal, ours},
		{context.Canceled, KindInternal, ours},
		{fmt.Errorf("clip 7: %w", ErrNotFound), KindInternal, ours},
	} {
		if KindOf(c.err) != c.kind || NoticeOf(c.err) != c.notice {
			t.Errorf("%v: %s, %q", c.err, KindOf(c.err), NoticeOf(c.err))
		}
	}
	if KindOf(nil) != "" {
		t.Errorf("no error is a %s", KindOf(nil))
	}
}

func TestAnErrorKeepsItsCauseToItself(t *testing.T) {
	cause := errors.New("password of user clips_h is wrong")
	e := &Error{Kind: KindAuth, Notice: "The source refuses us: check its dsn.", Cause: cause}
	if e.Error() != e.Notice || !errors.Is(e, cause) {
		t.Errorf("%s, caused by %v", e, errors.Unwrap(e))
	}
	e.Detail = "FATAL: role \"x\" does not exist"
	if want := e.Notice + " (" + e.Detail + ")"; e.Error() != want || NoticeOf(e) != e.Notice {
		t.Errorf("%s, not %s", e, want)
	}
}
