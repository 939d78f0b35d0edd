package account_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clipsheet/clips"
	"clipsheet/sheets/account"
	"clipsheet/sheets/account/accounttest"
	"clipsheet/sheets/simulator"
)

// simulated is a process beside the simulator, which knows OAuth from Google's documents and nothing of us.
type simulated struct {
	*account.Accounts
	t     *testing.T
	sim   *simulator.Simulator
	at    simulator.Endpoints
	store *accounttest.Memory
}

// besideTheSimulator runs a test with ann@example.com, our app in Testing, and the service account of the app.
func besideTheSimulator(t *testing.T, tell func(t *testing.T, s *simulated)) {
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.Options{})
		network := simulator.Listen(sim)
		transport := network.Transport()
		t.Cleanup(func() {
			transport.CloseIdleConnections()
			sim.Close()
			network.Close()
		})
		sim.AddUser("ann@example.com")
		sim.AddClient(simulator.Client{ID: clientID, Secret: clientSecret, Redirects: []string{redirectURL}, Testing: true})
		robot := sim.AddServiceAccount(robotEmail)
		sim.Delegate(robot, "example.com", account.ScopeSpreadsheets)
		at := simulator.EndpointsAt(network.URL)
		s := &simulated{t: t, sim: sim, at: at, store: &accounttest.Memory{}}

		path := filepath.Join(t.TempDir(), "robot.json")
		if err := os.WriteFile(path, robot.KeyFile(network.URL), 0o600); err != nil {
			t.Fatal(err)
		}
		key, err := account.ReadServiceKey(path)
		if err != nil {
			t.Fatal(err)
		}
		cfg := account.Config{ClientID: clientID, ClientSecret: account.Hide(clientSecret), RedirectURL: redirectURL, Service: key, Transport: transport,
			Endpoints: account.Endpoints{Auth: at.Auth, Token: at.Token, Revoke: at.Revoke, UserInfo: at.UserInfo}}
		if s.Accounts, err = account.New(cfg, s.store, sealer(t, newKey())); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Accounts.Close)
		tell(t, s)
	})
}

// connect connects the account "finance", when the person allows those scopes; none is all.
func (s *simulated) connect(scopes ...string) (clips.Account, error) {
	s.t.Helper()
	address, err := s.Begin(s.t.Context(), "finance", browser)
	if err != nil {
		s.t.Fatal(err)
	}
	back, err := s.sim.ConsentTo(address, "ann@example.com", scopes...)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Finish(s.t.Context(), query(s.t, back), browser)
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// makes lets an account make a spreadsheet.
func (s *simulated) makes(name string) error {
	s.t.Helper()
	return s.call(name, http.MethodPost, "v4/spreadsheets")
}

// call is a call of the API by an account, which must go well unless it cannot be made.
func (s *simulated) call(name, method, path string) error {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.at.Sheets+path, strings.NewReader("{}"))
	if err != nil {
		s.t.Fatal(err)
	}
	source, err := s.Source(s.t.Context(), name)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := source.Client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if body := readAll(s.t, resp); resp.StatusCode != http.StatusOK {
		s.t.Errorf("%s answered %d %s", name, resp.StatusCode, body)
	}
	return nil
}

func TestSimulatorConnectsAnAccount(t *testing.T) {
	besideTheSimulator(t, func(t *testing.T, s *simulated) {
		a, err := s.connect()
		if err != nil {
			t.Fatal(err)
		}
		if a.Email != "ann@example.com" || a.Subject == "" || !strings.Contains(account.Warning(a), "Testing") {
			t.Errorf("connected %+v", a)
		}
		for range 3 {
			if err := s.makes("finance"); err != nil {
				t.Error(err)
			}
			hour()
		}

		s.sim.ExpireAccess("ann@example.com")
		if err := s.makes("finance"); err != nil {
			t.Errorf("after a 401: %v", err)
		}
		if revoked, err := s.Disconnect(t.Context(), "finance"); err != nil || !revoked {
			t.Errorf("revoked %t: %v", revoked, err)
		}
	})
}

func TestSimulatorEndsAPermissionOfAnAppInTesting(t *testing.T) {
	besideTheSimulator(t, func(t *testing.T, s *simulated) {
		if _, err := s.connect(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(7*24*time.Hour - time.Hour)
		if err := s.makes("finance"); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Hour)
		wantKind(t, s.makes("finance"), clips.KindAccount, "seven days while the app is in Testing")

		if _, err := s.connect(); err != nil {
			t.Fatal(err)
		}
		if err := s.makes("finance"); err != nil {
			t.Error(err)
		}
		s.sim.Revoke("ann@example.com")
		wantKind(t, s.makes("finance"), clips.KindAccount, "myaccount.google.com/permissions")
	})
}

func TestSimulatorLetsPeopleAllowLess(t *testing.T) {
	besideTheSimulator(t, func(t *testing.T, s *simulated) {
		_, err := s.connect("openid", "email")
		wantKind(t, err, clips.KindAccount, "tick that box")

		address, err := s.Begin(t.Context(), "finance", browser)
		if err != nil {
			t.Fatal(err)
		}
		back, err := s.sim.Deny(address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Finish(t.Context(), query(t, back), browser)
		wantKind(t, err, clips.KindAccount, "not allowed on Google's page")
	})
}

func TestSimulatorInTrouble(t *testing.T) {
	besideTheSimulator(t, func(t *testing.T, s *simulated) {
		if _, err := s.connect(); err != nil {
			t.Fatal(err)
		}
		for name, effect := range map[string]simulator.Effect{"500": simulator.InternalError(), "502": simulator.BadGateway(false),
			"503": simulator.Unavailable(false), "cut": simulator.CutAnswer(), "lost": simulator.LostAnswer(), "hung up": simulator.HangUp()} {
			hour()
			fault := s.sim.Inject(simulator.Fault{Method: "oauth.token", Effect: effect, Times: 2})
			if err := s.makes("finance"); err != nil || fault.Hits() != 2 {
				t.Errorf("%s, %d times: %v", name, fault.Hits(), err)
			}
		}
	})
}

func TestSimulatorKnowsServiceAccounts(t *testing.T) {
	besideTheSimulator(t, func(t *testing.T, s *simulated) {
		id := s.sim.Create("ann@example.com", "Budget")
		s.sim.Share(id, robotEmail, "writer")
		for name, subject := range map[string]string{"robot": "", "board": "ann@example.com"} {
			if _, err := s.Declare(t.Context(), name, subject); err != nil {
				t.Fatal(err)
			}
			if err := s.call(name, http.MethodGet, "v4/spreadsheets/"+id); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.Declare(t.Context(), "stranger", "bob@elsewhere.com"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, s.makes("stranger"), clips.KindAccount, "Admin console")
	})
}
