package account_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
)

// The first six tests are the ways in which programs that use OAuth for months go wrong.

// 1. A refreshed token that is not kept is asked for again after each restart, and a new refresh token would be lost.
func TestRefreshedTokensAreKept(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.rotates = true })
		w.connect("finance")
		for range 3 {
			hour()
			token := w.token(w.source("finance"))
			w.Accounts = w.process(w.cfg, w.key)
			if w.token(w.source("finance")) != token {
				t.Error("a restart has another token")
			}
		}
		if n := w.google.count("/token"); n != 4 {
			t.Errorf("%d calls for tokens in 3 hours, after the first", n)
		}
	})
}

// 2. A source made with the context of a request dies with it.
func TestSourceOutlivesWhoAskedFirst(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.Accounts = w.process(w.cfg, w.key)
		ctx, cancel := context.WithCancel(t.Context())
		source, err := w.Source(ctx, "finance")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := source.TokenContext(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		hour()
		w.token(source)
	})
}

// 3. A permission that ended is asked about by every call, for ever.
func TestEndedPermissionIsAskedAboutOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		hour()
		w.google.set(func() { w.google.endPermissions("1094") })
		before := w.google.count("/token")
		for range 50 {
			_, err := w.source("finance").Token()
			wantKind(t, err, clips.KindAccount, `"finance"`, "Google ended the permission", "Connect the account anew")
			time.Sleep(time.Minute)
		}
		w.Accounts = w.process(w.cfg, w.key) // a restart, or another node
		_, err := w.source("finance").Token()
		wantKind(t, err, clips.KindAccount, "Connect the account anew")
		if n := w.google.count("/token") - before; n != 1 {
			t.Errorf("Google was asked %d times", n)
		}
		told := w.broken.told()
		if len(told) != 1 || told[0].Name != "finance" || told[0].Broken == "" || told[0].BrokenAt.IsZero() {
			t.Errorf("told %+v", told)
		}
		if kept := w.kept("finance"); kept.Broken != told[0].Broken || kept.BrokenAt.IsZero() {
			t.Errorf("kept %+v", kept)
		}

		w.connect("finance")
		w.token(w.source("finance"))
		if kept := w.kept("finance"); kept.Broken != "" {
			t.Errorf("connected anew, and kept %+v", kept)
		}
	})
}

// 4. invalid_grant is taken for trouble of the network, or trouble for invalid_grant.
func TestTroubleOnTheWayIsTriedAgainAndForgotten(t *testing.T) {
	for name, trouble := range map[string]func(w http.ResponseWriter){
		"500":            func(w http.ResponseWriter) { oauthError(w, 500, "internal_failure", "") },
		"503 with words": func(w http.ResponseWriter) { oauthError(w, 503, "invalid_grant", "Bad Request") },
		"502 of HTML": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "<title>Error 502 (Server Error)!!1</title>")
		},
		"429":                func(w http.ResponseWriter) { oauthError(w, 429, "rate_limit_exceeded", "") },
		"400 that will pass": func(w http.ResponseWriter) { oauthError(w, 400, "temporarily_unavailable", "") },
		"404 of a proxy":     func(w http.ResponseWriter) { http.Error(w, "no such page", http.StatusNotFound) },
		"nothing":            func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "500")
			fmt.Fprint(w, `{"access_token":"ya29`)
		},
		"half, and whole": func(w http.ResponseWriter) { fmt.Fprint(w, `{"access_token":"ya29`) },
		"HTML and 200":    func(w http.ResponseWriter) { fmt.Fprint(w, "<h1>Sign in to the hotel's network</h1>") },
		"no answer":       func(w http.ResponseWriter) { time.Sleep(time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.connect("finance")
				hour()
				left := 2
				w.google.set(func() {
					w.google.before = func(rw http.ResponseWriter, r *http.Request) bool {
						var bad bool
						w.google.set(func() { bad = left > 0; left-- })
						if bad {
							trouble(rw)
						}
						return bad
					}
				})
				w.token(w.source("finance"))

				hour()
				before := w.google.count("/token")
				w.google.set(func() { left = 1000 })
				_, err := w.source("finance").Token()
				wantKind(t, err, clips.KindUnavailable, "does not answer", "tried again")
				if n := w.google.count("/token") - before; n != 3 {
					t.Errorf("tried %d times", n)
				}
				if kept := w.kept("finance"); kept.Broken != "" || len(w.broken.told()) != 0 {
					t.Errorf("kept %+v", kept)
				}
				w.google.set(func() { left = 0 })
				w.token(w.source("finance"))
			})
		})
	}
}

func TestCutNetworkIsTroubleOnTheWay(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		hour()
		w.net.setCut(true)
		_, err := w.source("finance").Token()
		wantKind(t, err, clips.KindUnavailable, "does not answer")
		if !errors.Is(err, errCut) {
			t.Errorf("the cause is lost: %v", err)
		}
		w.net.setCut(false)
		w.token(w.source("finance"))
	})
}

// 5. A source for each call refreshes as often as there are calls.
func TestHoweverManyWaitGoogleIsAskedOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() {
			w.google.before = func(http.ResponseWriter, *http.Request) bool { time.Sleep(5 * time.Second); return false }
		})
		for range 3 {
			hour()
			before := w.google.count("/token")
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() { w.token(w.source("finance")) })
			}
			all.Wait()
			if n := w.google.count("/token") - before; n != 1 {
				t.Errorf("asked %d times", n)
			}
		}
	})
}

// 6. A token that is refused before its time is used until its time.
func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		source := w.source("finance")
		old := w.token(source)
		w.google.set(func() { delete(w.google.access, old) })
		before := w.google.count("/token")
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				fresh, err := source.ForceRefresh(t.Context(), old)
				if err != nil || !w.google.takes(fresh.AccessToken) {
					t.Errorf("no good token: %v", err)
				}
			})
		}
		all.Wait()
		if n := w.google.count("/token") - before; n != 1 {
			t.Errorf("asked %d times", n)
		}
		fresh := w.token(source)
		if late, err := source.ForceRefresh(t.Context(), old); err != nil || late.AccessToken != fresh {
			t.Errorf("who learns late that a token was refused gets another: %v", err)
		}
	})
}

func TestTokenThatGoogleGivesAgainIsUsed(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		source := w.source("finance")
		token := w.token(source)
		w.google.set(func() {
			w.google.before = func(rw http.ResponseWriter, r *http.Request) bool {
				writeJSON(rw, 200, map[string]any{"access_token": token, "expires_in": 3600})
				return true
			}
		})
		before := w.google.count("/token")
		if again, err := source.ForceRefresh(t.Context(), token); err != nil || again.AccessToken != token {
			t.Errorf("another token: %v", err)
		}
		w.token(source)
		if n := w.google.count("/token") - before; n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}

// 6, the other half: a token of which seconds are left is not used for a call that takes longer.
func TestTokenIsReplacedBeforeItEnds(t *testing.T) {
	for life, margin := range map[time.Duration]time.Duration{time.Hour: time.Minute, 20 * time.Second: 5 * time.Second} {
		story(t, func(t *testing.T, w *world) {
			w.google.set(func() { w.google.life = life })
			w.connect("finance")
			source := w.source("finance")
			first := w.token(source)
			time.Sleep(life - margin - 1)
			if w.token(source) != first {
				t.Errorf("replaced more than %s before its end", margin)
			}
			time.Sleep(time.Nanosecond)
			if w.token(source) == first {
				t.Errorf("not replaced %s before its end", margin)
			}
		})
	}
}

func TestTokenOfUnknownLifeIsUsedForAnHour(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		hour()
		w.google.set(func() {
			w.google.before = func(rw http.ResponseWriter, r *http.Request) bool {
				writeJSON(rw, 200, map[string]any{"access_token": fmt.Sprint("from ", time.Now().Unix())})
				return true
			}
		})
		got := func() string { t, _ := w.source("finance").Token(); return t.AccessToken }
		first := got()
		time.Sleep(58 * time.Minute)
		if got() != first {
			t.Error("replaced before an hour")
		}
		time.Sleep(2 * time.Minute)
		if got() == first {
			t.Error("used for more than an hour")
		}
	})
}

func TestWhoStopsWaitingLeavesTheOthers(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		hour()
		w.google.set(func() {
			w.google.before = func(http.ResponseWriter, *http.Request) bool { time.Sleep(10 * time.Second); return false }
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := w.source("finance").TokenContext(ctx)
		wantKind(t, err, clips.KindTimeout, "in time")
		gone, leave := context.WithCancel(t.Context())
		leave()
		_, err = w.source("finance").TokenContext(gone)
		wantKind(t, err, clips.KindCanceled)
		before := time.Now()
		w.token(w.source("finance"))
		if waited := time.Since(before); waited != 9*time.Second {
			t.Errorf("waited %s for a renewal that had begun", waited)
		}
	})
}

func TestCloseEndsWhatIsUnderWay(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		hour()
		source := w.source("finance")
		w.google.set(func() {
			w.google.before = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
		})
		var waiting sync.WaitGroup
		waiting.Go(func() {
			_, err := source.Token()
			wantKind(t, err, clips.KindCanceled, "stopping")
		})
		synctest.Wait()
		w.Close()
		waiting.Wait()
		_, err := source.Token()
		wantKind(t, err, clips.KindCanceled, "stopping")
		w.Close()
	})
}

func TestCloseWaitsForWhatIsBeingTold(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		told := false
		w.cfg.OnBroken = func(clips.Account) { time.Sleep(time.Minute); told = true }
		w.Accounts = w.process(w.cfg, w.key)
		w.connect("finance")
		hour()
		w.google.set(func() { w.google.endPermissions("1094") })
		if _, err := w.source("finance").Token(); err == nil {
			t.Error("works without a permission")
		}
		if w.Close(); !told {
			t.Error("closed in the middle of a sentence")
		}
	})
}

func TestNodesMeetInTheStore(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		one, two := w.process(w.cfg, w.key), w.process(w.cfg, w.key)
		token := func(a *account.Accounts) string {
			s, err := a.Source(t.Context(), "finance")
			if err != nil {
				t.Fatal(err)
			}
			return w.token(s)
		}
		hour()
		first := token(one)
		before := w.google.count("/token")
		if token(two) != first || w.google.count("/token") != before {
			t.Error("the second node asked for a token of its own")
		}
		w.google.set(func() { w.google.rotates = true })
		for range 5 { // with refresh tokens that work once, and both asking at the same moment
			hour()
			var both sync.WaitGroup
			both.Go(func() { token(one) })
			both.Go(func() { token(two) })
			both.Wait()
		}
		if len(w.broken.told()) != 0 {
			t.Errorf("told %+v", w.broken.told())
		}
	})
}

// One node asks, and before it has the answer another has used up the same refresh token.
func TestTokenUsedUpElsewhereIsNotTheEnd(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.rotates = true })
		w.connect("finance")
		other := w.process(w.cfg, w.key)
		hour()
		asked := false
		w.google.set(func() {
			w.google.before = func(rw http.ResponseWriter, r *http.Request) bool {
				if asked {
					return false
				}
				asked = true
				s, err := other.Source(context.Background(), "finance")
				if err == nil {
					_, err = s.Token()
				}
				if err != nil {
					t.Error(err)
				}
				return false
			}
		})
		w.token(w.source("finance"))
		if kept := w.kept("finance"); kept.Broken != "" || len(w.broken.told()) != 0 {
			t.Errorf("kept %+v", kept)
		}
	})
}

func TestAccountConnectedAnewElsewhereWorksHere(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		here := w.source("finance")
		hour()
		w.google.set(func() { w.google.endPermissions("1094") })
		if _, err := here.Token(); err == nil {
			t.Fatal("works without a permission")
		}
		w.Accounts = w.process(w.cfg, w.key)
		w.connect("finance")
		w.token(here)
	})
}

// The account is connected anew at the very end of a renewal, whose token belongs to the permission before.
func TestTokenOfThePermissionBeforeIsNotKept(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		store := &whenWorking{Memory: w.store}
		a, err := account.New(w.cfg, store, sealer(t, w.key))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		w.Accounts = a
		source := w.source("finance")
		hour()
		store.then = func() { store.then = nil; w.connect("finance") }
		before := w.token(source)
		if after := w.token(source); after == before {
			t.Error("the token of the permission before is used")
		}
	})
}

// whenWorking does something when a renewal is over in all but name.
type whenWorking struct {
	*accounttest.Memory
	then func()
}

func (s *whenWorking) MarkBroken(ctx context.Context, id int64, sealed []byte, reason string) (bool, error) {
	if s.then != nil {
		s.then()
	}
	return s.Memory.MarkBroken(ctx, id, sealed, reason)
}

// The store is away when the permission ends: that is noted later, and Google is not asked again meanwhile.
func TestEndedPermissionIsNotedLater(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		hour()
		w.google.set(func() {
			w.google.endPermissions("1094")
			w.google.before = func(http.ResponseWriter, *http.Request) bool {
				w.store.Fail(errAway)
				return false
			}
		})
		before := w.google.count("/token")
		_, err := w.source("finance").Token()
		wantKind(t, err, clips.KindAccount, "Google ended the permission")
		w.store.Fail(nil)
		if len(w.broken.told()) != 0 || w.kept("finance").Broken != "" {
			t.Error("noted in a store that was away")
		}
		for range 3 {
			_, err = w.source("finance").Token()
			wantKind(t, err, clips.KindAccount, "Google ended the permission")
		}
		if len(w.broken.told()) != 1 || w.kept("finance").Broken == "" || w.google.count("/token")-before != 1 {
			t.Errorf("told %+v, kept %+v", w.broken.told(), w.kept("finance"))
		}
	})
}

// The store is away when a token was refreshed: it is used all the same, and what replaced it later is kept.
func TestTokenThatCannotBeKeptIsUsed(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.google.set(func() { w.google.rotates = true })
		w.connect("finance")
		source := w.source("finance")
		hour()
		w.google.set(func() {
			w.google.before = func(http.ResponseWriter, *http.Request) bool {
				w.store.Fail(errAway)
				return false
			}
		})
		token := w.token(source)
		if w.token(source) != token {
			t.Error("asked again")
		}
		w.google.set(func() { w.google.before = nil })
		w.store.Fail(nil)
		hour()
		w.token(source)
		hour()
		w.Accounts = w.process(w.cfg, w.key)
		w.token(w.source("finance"))
	})
}

func TestStoreThatIsAwayIsNotTheAccountsFault(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		source := w.source("finance")
		hour()
		w.store.Fail(errAway)
		if _, err := source.Token(); !errors.Is(err, errAway) {
			t.Errorf("error %v", err)
		}
		if _, err := w.Source(t.Context(), "finance"); !errors.Is(err, errAway) {
			t.Errorf("error %v", err)
		}
		w.store.Fail(nil)
		w.token(source)
	})
}

func TestWrongClientIsCuredInTheConfig(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.cfg.ClientSecret = account.Hide("GOCSPX-of-another-app")
		w.Accounts = w.process(w.cfg, w.key)
		hour()
		before := w.google.count("/token")
		for range 10 {
			_, err := w.source("finance").Token()
			wantKind(t, err, clips.KindAccount, "google.client_secret")
		}
		if n := w.google.count("/token") - before; n != 1 {
			t.Errorf("asked %d times", n)
		}
		if kept := w.kept("finance"); kept.Broken != "" {
			t.Errorf("the account has to be connected anew: %+v", kept)
		}
		w.cfg.ClientSecret = account.Hide(clientSecret)
		w.Accounts = w.process(w.cfg, w.key)
		w.token(w.source("finance"))

		w.cfg.ClientID = ""
		w.Accounts = w.process(w.cfg, w.key)
		hour()
		_, err := w.source("finance").Token()
		wantKind(t, err, clips.KindAccount, "google.client_id")
	})
}

func TestLikelyReasonIsToldByTheCalendar(t *testing.T) {
	day := 24 * time.Hour
	for name, test := range map[string]struct {
		ends        time.Duration // as Google told
		every, days time.Duration // how often the account is used, and when its permission ends
		words       string
	}{
		"after a week":               {0, 6 * time.Hour, 7 * day, "seven days while the app is in Testing: publish the app"},
		"used on Mondays":            {0, 7*day - 2*time.Hour, 8 * day, "seven days while the app is in Testing: publish the app"},
		"in Testing, as was told":    {7 * day, 6 * time.Hour, 7 * day, "seven days while the app is in Testing"},
		"after three days":           {0, 6 * time.Hour, 3 * day, "myaccount.google.com/permissions"},
		"in Testing, but before":     {7 * day, 6 * time.Hour, 3 * day, "myaccount.google.com/permissions"},
		"after a month":              {0, 6 * time.Hour, 30 * day, "myaccount.google.com/permissions"},
		"after a month, as was told": {30 * day, 6 * time.Hour, 30 * day, "was good until 31 January 2000"},
		"not used":                   {0, 200 * day, 190 * day, "not used after 1 January 2000, and six months"},
	} {
		t.Run(name, func(t *testing.T) {
			story(t, func(t *testing.T, w *world) {
				w.google.set(func() { w.google.ends = test.ends })
				began := w.connect("finance").ConnectedAt
				for {
					time.Sleep(test.every)
					if time.Since(began) >= test.days {
						w.google.set(func() { w.google.endPermissions("1094") })
					}
					if _, err := w.source("finance").Token(); err != nil {
						wantKind(t, err, clips.KindAccount, test.words, "onnect the account anew")
						return
					}
				}
			})
		})
	}
}

func TestUnknownAccountHasNoSource(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		_, err := w.Source(t.Context(), "finance")
		wantKind(t, err, clips.KindAccount, `no Google account "finance"`, "connect one")
	})
}

func TestClientCallsAsTheAccount(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		client := w.source("finance").Client()
		post := func(body string) (int, string) {
			resp, err := client.Post("http://google.test/api", "text/plain", strings.NewReader(body))
			if err != nil {
				return 0, err.Error()
			}
			return resp.StatusCode, strings.TrimSpace(readAll(t, resp))
		}
		if status, body := post("hello"); status != 200 || body != `{"read":5}` {
			t.Errorf("%d %s", status, body)
		}

		w.google.set(func() { clear(w.google.access) })
		calls, tokens := w.google.count("/api"), w.google.count("/token")
		if status, body := post("hello"); status != 200 || body != `{"read":5}` {
			t.Errorf("after a 401: %d %s", status, body)
		}
		if w.google.count("/api")-calls != 2 || w.google.count("/token")-tokens != 1 {
			t.Error("a 401 is not answered by one token and one more call")
		}

		w.google.set(func() { w.google.endPermissions("1094") })
		if _, err := post("hello"); !strings.Contains(err, "does not work any more. Google ended the permission") {
			t.Errorf("error %s", err)
		}
	})
}

func TestClientGivesUpOnGoogleContradictingItself(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() {
			w.google.before = func(rw http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/api" {
					oauthError(rw, 401, "UNAUTHENTICATED", "")
				}
				return r.URL.Path == "/api"
			}
		})
		client := w.source("finance").Client()
		for i := range 3 {
			resp, err := client.Post("http://google.test/api", "text/plain", strings.NewReader("hello"))
			if err == nil {
				resp.Body.Close()
			}
			wantKind(t, err, clips.KindAccount, "connect the account anew if")
			if calls, tokens := w.google.count("/api"), w.google.count("/token"); calls != 2*(i+1) || tokens != i+2 {
				t.Errorf("%d calls, %d tokens", calls, tokens)
			}
		}
		if w.kept("finance").Broken != "" {
			t.Error("the account is broken")
		}
	})
}

func TestClientSendsNoTokenElsewhere(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() {
			w.google.before = func(rw http.ResponseWriter, r *http.Request) bool {
				http.Redirect(rw, r, "http://elsewhere.test/", http.StatusTemporaryRedirect)
				return true
			}
		})
		resp, err := w.source("finance").Client().Get("http://google.test/api")
		if err != nil || resp.StatusCode != http.StatusTemporaryRedirect {
			t.Fatalf("followed: %v", err)
		}
		resp.Body.Close()
	})
}

func TestClientSendsAStreamOnce(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		w.connect("finance")
		w.google.set(func() { clear(w.google.access) })
		stream := struct{ *strings.Reader }{strings.NewReader("hello")} // a body that http cannot read again
		resp, err := w.source("finance").Client().Post("http://google.test/api", "text/plain", stream)
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Fatalf("a body that was read is sent again: %v", err)
		}
		resp.Body.Close()
	})
}
