package web

import (
	"net/url"
	"strings"

	"clipsheet/clips"
)

// syncState is how a sync gets on, in words.
type syncState struct {
	Word  string
	Tone  string // "good", "bad", "busy" or "quiet"
	Text  string // what happened and what to do; empty when all is well
	Cures []cure
}

// cure is something to do about trouble: a page to go to, or a text to copy.
type cure struct {
	Label   string
	Address string
	Copy    string
}

func (s *site) stateOf(st clips.SyncStatus, accounts map[string]clips.Account) syncState {
	account := accounts[st.Sync.Account]
	switch {
	case st.Open.State == clips.SyncRunning:
		return syncState{Word: "Running", Tone: "busy"}
	case st.Open.State == clips.SyncQueued && st.Open.Notice != "":
		return syncState{Word: "Tries again", Tone: "bad", Text: st.Open.Notice, Cures: s.cures(st.Sync, st.Open.Kind, st.Open.Notice, account)}
	case st.Open.State == clips.SyncQueued:
		return syncState{Word: "Waits for its turn", Tone: "busy"}
	case st.Last.State == clips.SyncFailed:
		return syncState{Word: "Failed", Tone: "bad", Text: st.Last.Notice, Cures: s.cures(st.Sync, st.Last.Kind, st.Last.Notice, account)}
	case account.Broken != "":
		return syncState{Word: "Will fail", Tone: "bad", Text: account.Broken, Cures: s.cures(st.Sync, clips.KindAccount, account.Broken, account)}
	case st.Sync.Paused:
		return syncState{Word: "Paused", Tone: "quiet"}
	case st.Last.State == clips.SyncDone:
		return syncState{Word: "Works", Tone: "good"}
	}
	return syncState{Word: "Has not run yet", Tone: "quiet"}
}

// cures are what can be done about a failure of that kind, of which the notice tells. What passes by itself has none.
func (s *site) cures(sync clips.Sync, kind clips.Kind, notice string, account clips.Account) []cure {
	switch kind {
	case clips.KindAccount:
		return []cure{{Label: "Connect the account again", Address: "/accounts#account-" + url.PathEscape(account.Name)}}
	case clips.KindTarget, clips.KindPermission:
		all := []cure{{Label: "Open the spreadsheet", Address: s.Syncs.Address(sync.Spreadsheet)}}
		switch own := !sync.Declared && s.Syncs.WorkbookOf(sync) == ""; {
		case own && strings.HasPrefix(notice, "There is no spreadsheet"): // it may be gone for good
			all = append(all, cure{Label: "Choose another spreadsheet", Address: "/syncs/" + sync.Name + "/edit"})
		case own && kind == clips.KindTarget && !strings.HasPrefix(notice, "Google does not let"):
			all = append(all, cure{Label: "Choose another tab", Address: "/syncs/" + sync.Name + "/tab"})
		}
		if account.Email != "" && strings.Contains(notice, account.Email) {
			all = append(all, cure{Label: "Share it with this address, as editor", Copy: account.Email})
		}
		return all
	case clips.KindSQL, clips.KindWrite, clips.KindParameter, clips.KindTimeout, clips.KindTooLarge:
		return []cure{{Label: "Look at the clip", Address: "/clips/" + sync.Clip.Slug}}
	}
	return nil
}

// syncInWords says what a sync is to do, for those who compare two of them.
func syncInWords(s clips.Sync) string {
	parts := []string{"clip " + s.Clip.Slug, "spreadsheet " + s.Spreadsheet, "tab “" + s.Tab + "”", "cell " + s.At, "mode " + string(s.Mode)}
	if s.Account != "" {
		parts = append(parts, "account "+s.Account)
	}
	for _, name := range sortedKeys(s.Params) {
		parts = append(parts, name+" = "+s.Params[name])
	}
	return strings.Join(append(parts, strings.ToLower(scheduleInWords(s.Schedule))), ", ")
}

// modeInWords says how rows become cells.
func modeInWords(m clips.SyncMode) string {
	switch m {
	case clips.SyncReplace:
		return "The table holds the result, and nothing of the one before"
	case clips.SyncAppend:
		return "Rows that are not there yet are added below"
	case clips.SyncUpsert:
		return "Rows are found by their key and changed in place; new ones are added below"
	case clips.SyncSnapshot:
		return "Each period gets a tab of its own"
	case clips.SyncColumn:
		return "Each period gets a column of its own"
	case clips.SyncValue:
		return "One cell: the first value of the first row"
	}
	return string(m)
}

// runStateInWords says where a run stands.
func runStateInWords(r clips.SyncRun) (word, tone string) {
	switch r.State {
	case clips.SyncDone:
		if r.Asked == askedUndo {
			return "Undone", "good"
		}
		return "Done", "good"
	case clips.SyncFailed:
		return "Failed", "bad"
	case clips.SyncSkipped:
		return "Skipped", "quiet"
	case clips.SyncRunning:
		return "Running", "busy"
	case clips.SyncQueued:
		if r.Notice != "" {
			return "Tries again", "bad"
		}
	}
	return "Waits", "busy"
}

// askedInWords says who asked for a run.
func askedInWords(asked string) string {
	switch asked {
	case "":
		return "schedule"
	case askedWeb:
		return "this page"
	case "command":
		return "command line"
	}
	return asked
}
