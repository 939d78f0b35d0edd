package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"clipsheet/clips"
)

// post sends a form, as a browser does from our own page.
func (w *world) postForm(path string, form url.Values) reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodPost, w.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := w.server.Client().Transport.RoundTrip(req)
	if err != nil {
		w.Fatal(err)
	}
	return read(w, resp)
}

var shownAddress = regexp.MustCompile(`https://clips\.example\.com(/d/[\w-]{43}/[a-z]+)\.html`)

func TestALinkIsShownOnceAndWorks(t *testing.T) {
	w := newWorld(t)
	made := w.postForm("/clips/revenue/links", url.Values{"label": {"Board <b>"}, "format": {"csv", "html"}, "locked-limit": {"5"},
		"locked-region": {"EMEA"}, "expires": {"2999-01-31"}})
	w.want(made, http.StatusOK, "it is shown this once", "Board &lt;b&gt;", "csv, html; limit = 5; region = EMEA", "never")
	link := shownAddress.FindStringSubmatch(made.body)
	if link == nil {
		t.Fatalf("no address on the page: %s", made.body)
	}
	w.want(w.get(link[1]+".csv", "User-Agent", "curl/8"), http.StatusOK, "account,balance")
	w.want(w.get(link[1]+".csv?limit=6"), http.StatusBadRequest, "fixed by this link")
	w.want(w.get(link[1]+".json"), http.StatusNotFound)
	again := w.get("/clips/revenue?limit=5")
	w.want(again, http.StatusOK, "Board &lt;b&gt;", ", curl")
	if shownAddress.MatchString(again.body) {
		t.Error("the address is shown a second time")
	}
	if strings.Contains(w.log.String(), strings.Split(link[1], "/")[2]) {
		t.Error("the log has the token")
	}
}

func TestALinkIsRotatedAndEnded(t *testing.T) {
	w := newWorld(t)
	old := w.link("cash")
	id := w.only("cash").ID
	rotated := w.postForm(pathOf("cash", id, "rotate"), url.Values{"grace": {"day"}})
	w.want(rotated, http.StatusOK, "The link is made", "replaced by link")
	link := shownAddress.FindStringSubmatch(rotated.body)[1]
	w.want(w.get(old+".csv"), http.StatusOK)
	w.want(w.get(link+".csv"), http.StatusOK)
	w.want(w.postForm(pathOf("cash", id, "rotate"), url.Values{"grace": {"day"}}), http.StatusBadRequest, "was rotated already")
	w.want(w.postForm(pathOf("cash", id, "rotate"), nil), http.StatusBadRequest, "how long")
	w.want(w.postForm(pathOf("cash", id, "revoke"), nil), http.StatusOK, "opens nothing any more", "1 link opened it before")
	w.want(w.get(old+".csv"), http.StatusNotFound)
	w.want(w.get(link+".csv"), http.StatusOK)
}

func TestALinkIsRefused(t *testing.T) {
	w := newWorld(t)
	for form, why := range map[string]string{"format=exe": "no format", "locked-from=someday": "someday", "expires=2001-01-01": "has passed",
		"expires=soon": "is no day"} {
		values, _ := url.ParseQuery(form)
		w.want(w.postForm("/clips/revenue/links", values), http.StatusBadRequest, why)
	}
	w.link("cash")
	w.want(w.postForm(pathOf("revenue", w.only("cash").ID, "revoke"), nil), http.StatusBadRequest, "no such link to this clip")
	if l := w.only("cash"); !l.RevokedAt.IsZero() {
		t.Error("the link of another clip was ended")
	}
}

// only is the one link to a clip.
func (w *world) only(slug string) clips.Link {
	w.Helper()
	all, err := w.store.Links(w.Context(), slug)
	if err != nil || len(all) != 1 {
		w.Fatal(all, err)
	}
	return all[0]
}

func pathOf(slug string, link int64, action string) string {
	return "/clips/" + slug + "/links/" + strconv.FormatInt(link, 10) + "/" + action
}
