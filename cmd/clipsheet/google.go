package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"clipsheet/clips"
	"clipsheet/clips/store"
	"clipsheet/sheets"
	"clipsheet/sheets/account"
	"clipsheet/web"
)

// google is what writes into spreadsheets, wired: who we are there, and what pushes.
type google struct {
	accounts *account.Accounts
	store    *store.Store
	pusher   *sheets.Pusher
}

// openGoogle opens the accounts, sealed with the key of the config.
func openGoogle(ctx context.Context, cfg *Config, st *state, log *slog.Logger, broken func(clips.Account), m *metrics) (*google, error) {
	sealer, err := openSealer(cfg)
	if err != nil {
		return nil, err
	}
	config, err := accountConfig(cfg, log, broken)
	if err != nil {
		return nil, err
	}
	g := &google{store: st.Store}
	if g.accounts, err = account.New(config, st.Store, sealer); err != nil {
		return nil, err
	}
	g.pusher = sheets.New(sheets.Options{Identity: g.identity, Endpoint: cfg.Google.Endpoints.Sheets, Limiter: st.Limiter(store.Quota{}), Log: log,
		OnCall: m.called, OnWait: m.throttled})
	if err := errors.Join(g.accounts.CheckKeys(ctx), g.declare(ctx, cfg)); err != nil {
		g.accounts.Close()
		return nil, err
	}
	return g, nil
}

// openSealer reads the key, or makes one where the config leaves it to us.
func openSealer(cfg *Config) (*account.Sealer, error) {
	text := cfg.Security.Key
	if text == "" {
		err := cfg.makeDataDir()
		if err != nil {
			return nil, err
		}
		if text, err = account.KeyFile(filepath.Join(cfg.Server.DataDir, "key")); err != nil {
			return nil, err
		}
	}
	return account.NewSealer(text)
}

func accountConfig(cfg *Config, log *slog.Logger, broken func(clips.Account)) (account.Config, error) {
	at := cfg.Google.Endpoints
	c := account.Config{
		ClientID:     cfg.Google.ClientID,
		ClientSecret: account.Hide(cfg.Google.ClientSecret),
		RedirectURL:  cfg.origin() + web.CallbackPath,
		Scopes:       []string{account.ScopeDriveFile},
		Endpoints:    account.Endpoints{Auth: at.Auth, Token: at.Token, Revoke: at.Revoke, UserInfo: at.UserInfo},
		OnBroken:     broken,
		Log:          log,
	}
	if cfg.Google.Access == "spreadsheets" {
		c.Scopes = []string{account.ScopeSpreadsheets}
	}
	if file := cfg.Google.ServiceAccountFile; file != "" {
		var err error
		if c.Service, err = account.ReadServiceKey(cfg.beside(file)); err != nil {
			return c, err
		}
	}
	return c, nil
}

// origin is where people at this machine find the pages to manage things. Without sign-in that is a loopback address,
// and Google knows it as localhost.
func (c *Config) origin() string {
	_, port, err := net.SplitHostPort(c.Server.Listen)
	if err != nil || c.Auth.Mode == authOIDC {
		return c.Server.BaseURL
	}
	return "http://localhost:" + port
}

// declare makes the service accounts of the config known.
func (g *google) declare(ctx context.Context, cfg *Config) error {
	if cfg.Google.ServiceAccountFile == "" {
		return nil
	}
	who := map[string]string{serviceAccount: ""}
	maps.Copy(who, cfg.Google.Delegates)
	for _, name := range slices.Sorted(maps.Keys(who)) {
		if _, err := g.accounts.Declare(ctx, name, who[name]); err != nil {
			return err
		}
	}
	return nil
}

// identity is who writes for a sync.
func (g *google) identity(ctx context.Context, name string) (sheets.Identity, error) {
	name, err := g.resolve(ctx, name)
	if err != nil {
		return sheets.Identity{}, err
	}
	source, err := g.accounts.Source(ctx, name)
	if err != nil {
		return sheets.Identity{}, err
	}
	who, err := g.store.Account(ctx, name)
	if err != nil {
		return sheets.Identity{}, err
	}
	return sheets.Identity{Client: source.Client(), Email: who.Email}, nil
}

// resolve finds the account a sync means that names none: the only one there is.
func (g *google) resolve(ctx context.Context, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	all, err := g.List(ctx)
	if err != nil {
		return "", err
	}
	switch len(all) {
	case 0:
		return "", &clips.Error{Kind: clips.KindAccount, Notice: "There is no Google account to write as: connect one at the page " +
			"/accounts, or name a key file in google.service_account_file."}
	case 1:
		return all[0].Name, nil
	}
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	return "", &clips.Error{Kind: clips.KindAccount, Notice: fmt.Sprintf(
		"The sync does not say which Google account writes: add account = to it, with one of %s.", strings.Join(names, ", "))}
}

// create makes a spreadsheet of the account's own.
func (g *google) create(ctx context.Context, name, title string, at GoogleEndpoints) (id string, err error) {
	if name, err = g.resolve(ctx, name); err != nil {
		return "", err
	}
	who, err := g.identity(ctx, name)
	if err != nil {
		return "", err
	}
	a, err := g.store.Account(ctx, name)
	if err != nil {
		return "", err
	}
	return sheets.Create(ctx, who, sheets.NewSpreadsheet{Title: title, Endpoint: at.Sheets, Drive: at.Drive,
		ByDrive: slices.Contains(a.Scopes, account.ScopeDriveFile)})
}

// tabs lists the tabs of a spreadsheet, as the account sees them.
func (g *google) tabs(ctx context.Context, name, spreadsheet string, at GoogleEndpoints) ([]string, error) {
	name, err := g.resolve(ctx, name)
	if err != nil {
		return nil, err
	}
	who, err := g.identity(ctx, name)
	if err != nil {
		return nil, err
	}
	return sheets.Tabs(ctx, who, at.Sheets, spreadsheet)
}

// List lists the accounts in use.
func (g *google) List(ctx context.Context) ([]clips.Account, error) {
	all, err := g.store.Accounts(ctx)
	return slices.DeleteFunc(all, func(a clips.Account) bool { return !a.RetiredAt.IsZero() }), err
}

func (g *google) Close() { g.accounts.Close() }

// accountPages are the accounts, as the web sees them.
type accountPages struct {
	*google
	connectable bool
}

func (a accountPages) Connectable() bool { return a.connectable }

func (a accountPages) Begin(ctx context.Context, name, session string) (string, error) {
	return a.accounts.Begin(ctx, name, session)
}

func (a accountPages) Finish(ctx context.Context, query url.Values, session string) (clips.Account, error) {
	return a.accounts.Finish(ctx, query, session)
}

func (a accountPages) Disconnect(ctx context.Context, name string) (bool, error) {
	return a.accounts.Disconnect(ctx, name)
}
