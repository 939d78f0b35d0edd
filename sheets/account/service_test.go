package account_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/account"
)

// rsaKey is made once, as that takes a while.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

const robotEmail = "robot@project.iam.gserviceaccount.com"

// keyFile is the text of a key file, with some of its fields changed.
func keyFile(t testing.TB, change map[string]string) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(rsaKey())
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{"type": "service_account", "project_id": "project", "private_key_id": "key-1", "client_email": robotEmail,
		"client_id": "1157", "token_uri": "https://oauth2.googleapis.com/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))}
	for key, value := range change {
		fields[key] = value
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func readKey(t testing.TB, text string) (*account.ServiceKey, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "robot.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return account.ReadServiceKey(path)
}

// newServiceKey is a key that Google knows, and its file's text.
func newServiceKey(t *testing.T, w *world) (*account.ServiceKey, string) {
	t.Helper()
	text := keyFile(t, nil)
	key, err := readKey(t, text)
	if err != nil {
		t.Fatal(err)
	}
	w.google.set(func() { w.google.keys[robotEmail] = &rsaKey().PublicKey })
	return key, text
}

// serviceStory is a story with a service account "robot", in the name of subject when there is one.
func serviceStory(t *testing.T, subject string, tell func(t *testing.T, w *world)) {
	story(t, func(t *testing.T, w *world) {
		w.cfg.Service, _ = newServiceKey(t, w)
		w.Accounts = w.process(w.cfg, w.key)
		if _, err := w.Declare(t.Context(), "robot", subject); err != nil {
			t.Fatal(err)
		}
		tell(t, w)
	})
}

func TestServiceAccountSignsForItself(t *testing.T) {
	serviceStory(t, "", func(t *testing.T, w *world) {
		if a := w.kept("robot"); a.Kind != clips.AccountService || a.Email != robotEmail || a.Subject != "1157" || !slices.Equal(a.Scopes, []string{account.ScopeSpreadsheets}) {
			t.Errorf("declared %+v", a)
		}
		w.token(w.source("robot"))
		hour()
		w.token(w.source("robot"))
		if n := w.google.count("/token"); n != 2 {
			t.Errorf("%d calls for tokens", n)
		}
		w.Accounts = w.process(w.cfg, w.key)
		w.token(w.source("robot"))
		if n := w.google.count("/token"); n != 2 {
			t.Error("a restart asked again for a token that is good for an hour")
		}
	})
}

func TestServiceAccountActsForAPerson(t *testing.T) {
	serviceStory(t, "ann@example.com", func(t *testing.T, w *world) {
		if a := w.kept("robot"); a.Kind != clips.AccountDelegated || a.Email != "ann@example.com" {
			t.Errorf("declared %+v", a)
		}
		_, err := w.source("robot").Token()
		wantKind(t, err, clips.KindAccount, "Admin console", "client 1157", "the scopes "+account.ScopeSpreadsheets+".")
		if told := w.broken.told(); len(told) != 1 || !strings.Contains(told[0].Broken, "Admin console") || w.kept("robot").Broken != told[0].Broken {
			t.Errorf("told %+v", told)
		}

		w.google.set(func() { w.google.delegates = true })
		time.Sleep(31 * time.Second)
		w.token(w.source("robot"))
		if a := w.kept("robot"); a.Broken != "" || !a.BrokenAt.IsZero() || len(w.broken.told()) != 1 {
			t.Errorf("an account that works again is %+v", a)
		}
	})
}

func TestServiceAccountSaysWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		subject string
		google  func(g *google)
		words   string
	}{
		"no such key":    {"", func(g *google) { other, _ := rsa.GenerateKey(rand.Reader, 2048); g.keys[robotEmail] = &other.PublicKey }, "put a new one there"},
		"no such robot":  {"", func(g *google) { clear(g.keys) }, robotEmail},
		"no such person": {"ann@elsewhere.com", func(g *google) { g.delegates = true }, "see that ann@elsewhere.com is a person of the domain"},
		"clock is late": {"", func(g *google) {
			g.before = func(w http.ResponseWriter, r *http.Request) bool {
				w.Header().Set("Date", time.Now().Add(2*time.Hour).UTC().Format(http.TimeFormat))
				oauthError(w, 400, "invalid_grant", "Invalid JWT: Token must be a short-lived token.")
				return true
			}
		}, "the clock of this machine is off by 2h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			serviceStory(t, test.subject, func(t *testing.T, w *world) {
				w.google.set(func() { test.google(w.google) })
				_, err := w.source("robot").Token()
				wantKind(t, err, clips.KindAccount, test.words)
				if len(w.broken.told()) != 1 {
					t.Errorf("told %+v", w.broken.told())
				}
			})
		})
	}
}

// What is wrong with a service account is put right elsewhere, without telling us: it is asked again, but not always.
func TestServiceAccountIsAskedAgain(t *testing.T) {
	serviceStory(t, "", func(t *testing.T, w *world) {
		w.google.set(func() { clear(w.google.keys) })
		for range 60 {
			_, err := w.source("robot").Token()
			wantKind(t, err, clips.KindAccount, robotEmail)
			time.Sleep(time.Second)
		}
		if n := w.google.count("/token"); n != 2 {
			t.Errorf("%d calls in a minute", n)
		}
		if len(w.broken.told()) != 1 {
			t.Errorf("told %d times", len(w.broken.told()))
		}
		w.google.set(func() { w.google.keys[robotEmail] = &rsaKey().PublicKey })
		w.token(w.source("robot"))
	})
}

func TestDeclaringAgainChangesNothing(t *testing.T) {
	serviceStory(t, "", func(t *testing.T, w *world) {
		w.token(w.source("robot"))
		before, sealed := w.kept("robot"), w.sealed(w.kept("robot").ID)
		time.Sleep(time.Minute)
		if again, err := w.Declare(t.Context(), "robot", ""); err != nil || !again.ConnectedAt.Equal(before.ConnectedAt) {
			t.Errorf("declared %+v: %v", again, err)
		}
		if !slices.Equal(sealed, w.sealed(before.ID)) {
			t.Error("its token is gone")
		}

		w.google.set(func() { w.google.delegates = true })
		person, err := w.Declare(t.Context(), "robot", "ann@example.com")
		if err != nil || person.ID != before.ID || person.Kind != clips.AccountDelegated {
			t.Errorf("declared %+v: %v", person, err)
		}
		w.token(w.source("robot"))
		if n := w.google.count("/token"); n != 2 {
			t.Error("the token of the robot is taken for that of a person")
		}
	})
}

// The config of another node changes whom the account stands for, while this one waits for Google.
func TestTokenOfARobotIsNotKeptForAPerson(t *testing.T) {
	serviceStory(t, "", func(t *testing.T, w *world) {
		w.token(w.source("robot"))
		hour()
		other := w.process(w.cfg, w.key)
		w.google.set(func() {
			w.google.delegates = true
			w.google.before = func(http.ResponseWriter, *http.Request) bool {
				if _, err := other.Declare(t.Context(), "robot", "ann@example.com"); err != nil {
					t.Error(err)
				}
				return false
			}
		})
		before := w.google.count("/token")
		w.token(w.source("robot"))
		if n := w.google.count("/token") - before; n != 2 {
			t.Errorf("asked %d times, for two identities", n)
		}
	})
}

func TestDeclaringNeedsAKeyAndAName(t *testing.T) {
	story(t, func(t *testing.T, w *world) {
		_, err := w.Declare(t.Context(), "robot", "")
		wantKind(t, err, clips.KindAccount, "google.service_account_file")
		w.connect("finance")
		w.cfg.Service, _ = newServiceKey(t, w)
		w.Accounts = w.process(w.cfg, w.key)
		_, err = w.Declare(t.Context(), "finance", "")
		wantKind(t, err, clips.KindParameter, "ann@example.com", "give the service account another")

		if _, err := w.Declare(t.Context(), "robot", ""); err != nil {
			t.Fatal(err)
		}
		w.cfg.Service = nil
		w.Accounts = w.process(w.cfg, w.key)
		_, err = w.source("robot").Token()
		wantKind(t, err, clips.KindAccount, "google.service_account_file")
	})
}

func TestKeyFileOfAServiceAccount(t *testing.T) {
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey())}))
	for name, change := range map[string]map[string]string{"as Google gives it": nil, "in the older form": {"private_key": pkcs1}} {
		key, err := readKey(t, keyFile(t, change))
		if err != nil || key.Email() != robotEmail {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, test := range map[string]struct{ text, words string }{
		"nothing":       {"", "is not JSON"},
		"a client":      {`{"web":{"client_id":"1"}}`, "is not the key of a service account"},
		"a person":      {keyFile(t, map[string]string{"type": "authorized_user"}), "is not the key of a service account"},
		"without key":   {keyFile(t, map[string]string{"private_key": ""}), "has no private key"},
		"cut key":       {keyFile(t, map[string]string{"private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"}), "damaged"},
		"without email": {keyFile(t, map[string]string{"client_email": ""}), "is not the key of a service account"},
	} {
		_, err := readKey(t, test.text)
		wantKind(t, err, clips.KindAuth, test.words, "google.service_account_file")
		if err == nil || !strings.Contains(err.Error(), "Google Cloud console") {
			t.Errorf("%s: %v", name, err)
		}
	}

	path := filepath.Join(t.TempDir(), "robot.json")
	if err := os.WriteFile(path, []byte(keyFile(t, nil)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := account.ReadServiceKey(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by all: %v", err)
	}
	if _, err := account.ReadServiceKey(path + "x"); err == nil || !strings.Contains(err.Error(), "google.service_account_file") {
		t.Errorf("not there: %v", err)
	}
}

func FuzzServiceKey(f *testing.F) {
	f.Add([]byte(`{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"}`))
	f.Add([]byte(keyFile(f, nil)))
	path := filepath.Join(f.TempDir(), "robot.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := account.ReadServiceKey(path)
		if err == nil && key.Email() == "" {
			t.Error("a key of nobody")
		}
	})
}
