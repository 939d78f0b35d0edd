package bench

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
)

// The plot is two panels side by side: as many rows, or clips, as a power of ten to the right, cost upwards from 0. A line
// that goes down or stays level is one that does not grow.
const (
	plotWidth, plotHeight = 760, 260
	panelWidth            = 300
	panelHeight           = 150
	panelTop              = 60
)

// panel is one of them, laid out.
type panel struct {
	Left   int
	Title  string
	Points []plotted
	Most   string // what the upper edge stands for
}

// plotted is a point where it is drawn.
type plotted struct {
	X, Y          float64
	Amount, Value string
}

// Line is the points as a polyline has them.
func (p panel) Line() (line string) {
	for _, at := range p.Points {
		line += fmt.Sprintf("%.1f,%.1f ", at.X, at.Y)
	}
	return line
}

// Plot draws how costs grow, as an SVG for light and dark pages.
func (r Report) Plot(w io.Writer) error {
	return plot.Execute(w, map[string]any{"Width": plotWidth, "Height": plotHeight, "Top": panelTop, "Bottom": panelTop + panelHeight,
		"Across": panelWidth, "Panels": []panel{
			layOut(60, "µs a row, by the rows of a result", r.Growth.Rows),
			layOut(440, "µs a request, by the clips, each with a link", r.Growth.Clips),
		}})
}

func layOut(left int, title string, points []Point) panel {
	p := panel{Left: left, Title: title}
	most := 0.0
	for _, at := range points {
		most = max(most, at.Microseconds)
	}
	most = roundUp(most)
	p.Most = strconv.FormatFloat(most, 'g', -1, 64)
	for i, at := range points {
		step := float64(panelWidth) / float64(max(1, len(points)-1))
		p.Points = append(p.Points, plotted{X: float64(left) + float64(i)*step, Y: panelTop + panelHeight*(1-at.Microseconds/most),
			Amount: amount(at.N), Value: strconv.FormatFloat(at.Microseconds, 'f', digits(at.Microseconds), 64)})
	}
	return p
}

// roundUp gives the next 1, 2 or 5 of a power of ten.
func roundUp(x float64) float64 {
	if x <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, step := range []float64{1, 2, 5} {
		if x <= step*power {
			return step * power
		}
	}
	return 10 * power
}

// digits are the decimals that a label has room for.
func digits(x float64) int {
	if x < 10 {
		return 2
	}
	return 0
}

// amount writes 10,000 as 10k and ten million as 10M.
func amount(n int64) string {
	switch {
	case n >= 1_000_000 && n%1_000_000 == 0:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1_000 && n%1_000 == 0:
		return fmt.Sprintf("%dk", n/1_000)
	}
	return fmt.Sprint(n)
}

var plot = template.Must(template.New("plot").Parse(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" role="img">
<title>What a row and a request cost, as results, clips and links grow</title>
<style>
text { font: 12px system-ui, sans-serif; fill: #1b2a33; }
.quiet { fill: #55646e; }
.edge { stroke: #c9d1d9; }
.line { fill: none; stroke: #1f7a5c; stroke-width: 2; }
.dot { fill: #1f7a5c; }
@media (prefers-color-scheme: dark) {
text { fill: #e8eef2; }
.quiet { fill: #a3b1bb; }
.edge { stroke: #3a4550; }
.line { stroke: #4fc39c; }
.dot { fill: #4fc39c; }
}
</style>
{{- range .Panels}}
<text x="{{.Left}}" y="24">{{.Title}}</text>
<g transform="translate({{.Left}} 0)">
<line class="edge" x2="{{$.Across}}" y1="{{$.Top}}" y2="{{$.Top}}"/>
<line class="edge" x2="{{$.Across}}" y1="{{$.Bottom}}" y2="{{$.Bottom}}"/>
<text class="quiet" x="-12" y="{{$.Top}}" dy="4" text-anchor="end">{{.Most}}</text>
<text class="quiet" x="-12" y="{{$.Bottom}}" dy="4" text-anchor="end">0</text>
</g>
<polyline class="line" points="{{.Line}}"/>
{{- range .Points}}
<circle class="dot" cx="{{printf "%.1f" .X}}" cy="{{printf "%.1f" .Y}}" r="4"/>
<text x="{{printf "%.1f" .X}}" y="{{printf "%.1f" .Y}}" dy="-10" text-anchor="middle">{{.Value}}</text>
<text class="quiet" x="{{printf "%.1f" .X}}" y="{{$.Bottom}}" dy="20" text-anchor="middle">{{.Amount}}</text>
{{- end}}
{{- end}}
</svg>
`))
