package webtest

import (
	"github.com/go-rod/rod/lib/proto"
)

// Wide and Narrow are a desk's screen and a small phone's.
const (
	Wide   = 1440
	Narrow = 360
)

// Look has the page shown so wide, light or dark.
func (t *Tab) Look(width int, scheme string) {
	t.t.Helper()
	t.MustSetViewport(width, 900, 1, width == Narrow)
	if err := (proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}).Call(t); err != nil {
		t.t.Fatal(err)
	}
}

// WithoutScripts has the page's own scripts not run from now on.
func (t *Tab) WithoutScripts() {
	t.t.Helper()
	if err := (proto.EmulationSetScriptExecutionDisabled{Value: true}).Call(t); err != nil {
		t.t.Fatal(err)
	}
}
