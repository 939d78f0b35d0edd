package bench

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestThePlotHasEveryPoint(t *testing.T) {
	t.Parallel()
	var r Report
	r.Growth.Rows = []Point{{N: 10_000, Microseconds: 5.6}, {N: 1_000_000, Microseconds: 1}, {N: 10_000_000, Microseconds: 0.93}}
	r.Growth.Clips = []Point{{N: 10, Microseconds: 61}}
	var svg bytes.Buffer
	if err := r.Plot(&svg); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{">10k<", ">1M<", ">10M<", ">5.60<", ">0.93<", ">61<", `points="60.0,126.0 210.0,195.0 360.0,196`} {
		if !strings.Contains(svg.String(), part) {
			t.Errorf("the plot lacks %s", part)
		}
	}
	for words := xml.NewDecoder(&svg); ; {
		if _, err := words.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
