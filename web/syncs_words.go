package web

import (
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

func (s *site) stateOf(st clips.SyncStatus, by onlooker) syncState {
	account := by.accounts[st.Sync.Account]
	switch {
	case st.Open.State == clips.SyncRunning:
		return syncState{Word: "Running", Tone: "busy"}
	case st.Open.State == clips.SyncQueued && st.Open.Notice != "":
		return syncState{Word: "Tries again", Tone: "bad", Text: st.Open.Notice, Cures: s.cures(st.Sync, st.Open.Kind, by)}
	case st.Open.State == clips.SyncQueued:
		return syncState{Word: "Waits for its turn", Tone: "busy"}
	case st.Last.State == clips.SyncFailed:
		return syncState{Word: "Failed", Tone: "bad", Text: st.Last.Notice, Cures: s.cures(st.Sync, st.Last.Kind, by)}
	case account.Broken != "":
		return syncState{Word: "Will fail", Tone: "bad", Text: account.Broken, Cures: s.cures(st.Sync, clips.KindAccount, by)}
	case st.Sync.Paused:
		return syncState{Word: "Paused", Tone: "quiet"}
	case st.Last.State == clips.SyncDone:
		return syncState{Word: "Works", Tone: "good"}
	}
	return syncState{Word: "Has not run yet", Tone: "quiet"}
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
