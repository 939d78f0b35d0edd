package web_test

import (
	"strings"
	"testing"

	"clipsheet/web/webtest"
)

// hostile are words that somebody, or a table somebody else fills, may put anywhere. Each that took effect would run
// ran(), leave an element with data-hostile on the page, or have the browser complain of what the policy forbids.
var hostile = []words{
	everywhere(`javascript:ran()//" onfocus=ran() autofocus data-hostile x="<script>ran()</script><img src=x onerror=ran() data-hostile>`),
	everywhere(`' data-hostile onmouseover='ran()' {{.Title}}${ran()} --></script></title></textarea><svg data-hostile onload=ran()>`),
	{title: "\u202egnp.exe\u202c \u2028 \u2029 \ufeff 🙂", text: strings.Repeat("endless", 700), tag: "\u2067tag\u2069", label: `</pre><a href="javascript:ran()" data-hostile>x</a>`,
		person: `</template><base href="https://evil.example.com/" data-hostile>`, column: "]]>\u2028<!--", cell: "\x01\x08\x0b\x1b[31m\x7f\u0085" + strings.Repeat("w", 40_000),
		tab: `<meta http-equiv=refresh content="0;https://evil.example.com/" data-hostile>`},
}

func everywhere(s string) words { return words{s, s, s, s, s, s, s, s} }

// TestWhatPeopleWriteIsText shows hostile words on every page, with and without an error that quotes them. The tab tells
// of scripts that were forbidden, and of requests to elsewhere.
func TestWhatPeopleWriteIsText(t *testing.T) {
	for _, say := range hostile {
		o := newOffice(t, say)
		page := o.tab()
		page.MustEvalOnNewDocument(`window.ran = () => { window.itRan = true }`)
		whole := func(page *tab) func(*testing.T, view) {
			return func(t *testing.T, v view) {
				for _, condition := range []string{
					`!window.itRan`, `!document.querySelector("[data-hostile], [onfocus], [onerror], base, meta[http-equiv=refresh]")`,
					`[...document.scripts].every((s) => s.src.startsWith(location.origin + "/assets/"))`,
					`[...document.links].every((a) => /^https?:$/.test(a.protocol))`,
					`document.querySelectorAll("main, h1").length === 2`, `document.title.endsWith("Clipsheet") || location.pathname.startsWith("/d/")`,
				} {
					if !page.MustEval("() => Boolean(" + condition + ")").Bool() {
						t.Errorf("with %.60q it is not so that %s", say.title, condition)
					}
				}
			}
		}
		o.each(t, page, views, whole(page))
		page.Go(o.company.origin + "/clips/open-invoices")
		if got := page.MustElement("h1").MustText(); strings.TrimSpace(got) != strings.TrimSpace(say.title) && !strings.Contains(say.title, "\u2028") {
			t.Errorf("the title is %q, not %q", got, say.title)
		}
		stranger := &tab{webtest.Blank(t), o.world}
		o.each(t, stranger, o.visitors(), whole(stranger))
		o.fails(say.text)
		o.each(t, page, failing, whole(page))
	}
}
