package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"text/tabwriter"

	"clipsheet/clips"
)

type accountCmd struct {
	List        accountList        `cmd:"" help:"List the Google accounts that syncs write as."`
	Spreadsheet accountSpreadsheet `cmd:"" help:"Make an empty spreadsheet that belongs to an account, and print its address."`
	Disconnect  accountDisconnect  `cmd:"" help:"Give the permission of an account back to Google."`
	RotateKey   accountRotateKey   `cmd:"" name:"rotate-key" help:"Seal all permissions with the first key of security.key."`
}

// Help is shown below the flags.
func (accountCmd) Help() string {
	return `Accounts are connected in the browser, at the page /accounts of clipsheet serve, or declared by a key file in the config.`
}

type accountList struct{ configFlag }

func (c *accountList) Run(ctx context.Context, std streams) error {
	return withCore(ctx, c.Config, func(k *core) error {
		all, err := k.google.List(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Fprintf(std.Err, "No accounts yet. Connect one at %s/accounts, or name a key file in google.service_account_file.\n", k.config.Load().origin())
			return nil
		}
		tw := tabwriter.NewWriter(std.Out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(tw, "ACCOUNT\tKIND\tE-MAIL\tSINCE\tSTATE")
		for _, a := range all {
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\n", a.Name, a.Kind, or(a.Email, "-"), a.ConnectedAt.Local().Format(time.DateOnly), stateOf(a))
		}
		return tw.Flush()
	})
}

func stateOf(a clips.Account) string {
	switch {
	case a.Broken != "":
		return "connect again: " + a.Broken
	case !a.ExpiresAt.IsZero():
		return "works until " + a.ExpiresAt.Local().Format(minuteForm)
	}
	return "works"
}

type accountSpreadsheet struct {
	configFlag
	Title   string `arg:"" help:"Its title."`
	Account string `placeholder:"NAME" help:"The account; may be left out when there is one."`
}

func (c *accountSpreadsheet) Run(ctx context.Context, std streams) error {
	return withCore(ctx, c.Config, func(k *core) error {
		id, err := k.google.create(ctx, c.Account, c.Title, k.config.Load().Google.Endpoints)
		if err != nil {
			return err
		}
		fmt.Fprintf(std.Out, "https://docs.google.com/spreadsheets/d/%s/edit\n", id)
		return nil
	})
}

type accountDisconnect struct {
	configFlag
	Account string `arg:"" help:"The account, as account list shows it."`
}

func (c *accountDisconnect) Run(ctx context.Context, std streams) error {
	return withCore(ctx, c.Config, func(k *core) error {
		revoked, err := k.google.accounts.Disconnect(ctx, c.Account)
		if errors.Is(err, clips.ErrNotFound) {
			return usagef("there is no account %q; clipsheet account list shows them", c.Account)
		}
		if err != nil {
			return err
		}
		if revoked {
			fmt.Fprintf(std.Out, "%s is disconnected, and its permission given back to Google.\n", c.Account)
		} else {
			fmt.Fprintf(std.Out, "%s is disconnected. Google does not answer; clipsheet serve goes on trying to give the permission back.\n", c.Account)
		}
		return nil
	})
}

type accountRotateKey struct{ configFlag }

// Help is shown below the flags.
func (accountRotateKey) Help() string {
	return `To change the key: write the new one and the old one into security.key (or its file), in this order, separated by a blank;
restart clipsheet serve; run this; then take the old one out.`
}

func (c *accountRotateKey) Run(ctx context.Context, std streams) error {
	return withCore(ctx, c.Config, func(k *core) error {
		n, err := k.google.accounts.Rotate(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(std.Out, "%s sealed with the new key. The old one can be taken out.\n", count(n, "permission"))
		return nil
	})
}
