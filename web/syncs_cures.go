package web

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"clipsheet/clips"
)

// cure is something to do about trouble: a page to go to, or a text to copy.
type cure struct {
	Label   string
	Address string
	Copy    string
}

// onlooker is who looks at syncs, with what decides about cures.
type onlooker struct {
	clips.Person
	accounts map[string]clips.Account // by name
	admins   string                   // whom to ask, by their addresses; empty for an admin, who can do it
}

func (s *site) onlooker(ctx context.Context, who clips.Person) onlooker {
	by := onlooker{Person: who, accounts: s.accountsByName(ctx)}
	if who.Role < clips.RoleAdmin {
		by.admins = s.adminsInWords(ctx)
	}
	return by
}

// adminsInWords are the addresses of those who manage things here; empty when they cannot be told just now.
func (s *site) adminsInWords(ctx context.Context) string {
	if s.People == nil {
		return ""
	}
	all, err := s.People.People(ctx)
	if err != nil {
		return ""
	}
	var names []string
	for _, p := range all {
		if p.Active() && p.Role == clips.RoleAdmin {
			names = append(names, p.Email)
		}
	}
	return strings.Join(names, ", ")
}

// cures are what an onlooker can do about a failure of a kind, or whom to ask for it. What passes by itself has none.
func (s *site) cures(sync clips.Sync, kind clips.Kind, by onlooker) []cure {
	all := s.curesOf(sync, kind, by)
	if by.Role >= clips.RoleAuthor || len(all) == 0 {
		return all
	}
	return []cure{{Label: "Ask to have it mended", Copy: cmp.Or(sync.Clip.Owner, by.admins)}}
}

func (s *site) curesOf(sync clips.Sync, kind clips.Kind, by onlooker) []cure {
	own := sync.ID != 0 && !sync.Declared && s.Syncs.WorkbookOf(sync) == "" // one that is not kept yet is changed where it is made
	account := by.accounts[sync.Account]
	open := cure{Label: "Open the spreadsheet", Address: s.Syncs.Address(sync.Spreadsheet)}
	share := cure{Label: "Share it with this address, as editor", Copy: account.Email}
	elsewhere := cure{Label: "Choose another spreadsheet", Address: "/syncs/" + sync.Name + "/edit"}
	tab := cure{Label: "Choose another tab", Address: "/syncs/" + sync.Name + "/tab"}
	switch kind {
	case clips.KindAccount:
		return []cure{connectAgain(cmp.Or(sync.Account, account.Name), by)}
	case clips.KindNotShared:
		return possible(open, share)
	case clips.KindSpreadsheet:
		if own {
			return possible(open, elsewhere, share)
		}
		return possible(open, share)
	case clips.KindTarget:
		if own {
			return possible(open, tab)
		}
		return possible(open)
	case clips.KindSQL, clips.KindWrite, clips.KindPermission, clips.KindParameter, clips.KindTimeout, clips.KindTooLarge:
		return []cure{{Label: "Look at the clip", Address: "/clips/" + sync.Clip.Slug}}
	}
	return nil
}

// connectAgain is for admins, since others do not see the accounts.
func connectAgain(account string, by onlooker) cure {
	if by.Role < clips.RoleAdmin {
		return cure{Label: "Ask an admin to connect the account " + account + " again", Copy: by.admins}
	}
	return cure{Label: "Connect the account again", Address: "/accounts#account-" + url.PathEscape(account)}
}

// possible leaves out what there is no address for.
func possible(cures ...cure) (all []cure) {
	for _, c := range cures {
		if c.Address != "" || c.Copy != "" {
			all = append(all, c)
		}
	}
	return all
}
