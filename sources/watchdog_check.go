package sources

import (
	"context"
	"fmt"
	"time"

	"clipsheet/clips"
)

// What the watchdog's role may do: end sessions of the role $1, and see which they are.
const ableToEnd = `
select has_function_privilege('pg_catalog.pg_terminate_backend(int, bigint)', 'execute')
       and has_function_privilege('pg_catalog.pg_cancel_backend(int)', 'execute')
       and (pg_has_role($1::name, 'usage') or pg_has_role('pg_signal_backend', 'usage')),
       has_table_privilege('pg_catalog.pg_stat_activity', 'select')
       and (pg_has_role($1::name, 'usage') or pg_has_role('pg_read_all_stats', 'usage')),
       (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint, current_user = $1::name`

// watchdog looks whether what a cancel does not end can be ended: on the server of the session, which it has read the
// age of.
func (c *checkup) watchdog(s *session, data age) {
	w, key := s.server.watchdog, "sources."+c.f.cfg.Name+".watchdog_dsn"
	able, err := w.able(s.ctx, s.f.pg.User)
	cure := "Correct " + key + "; its role needs pg_signal_backend and pg_read_all_stats, which clipsheet harden grants."
	switch {
	case err != nil && !w.early && clips.KindOf(c.f.connectError(s.ctx, err, "")) == clips.KindBusy:
		c.add(clips.LevelWarning, "nothing could end a run that ignores its timeout: the role has no connection left for it", "Give "+key+".")
	case err != nil:
		c.add(clips.LevelWarning, "the watchdog cannot connect: "+clips.NoticeOf(c.f.connectError(s.ctx, err, "")), cure)
	case !w.early && !(able.ends && able.sees):
		c.add(clips.LevelWarning, "nothing can end a run that ignores its timeout: the role may not, and there is no watchdog",
			"Give "+key+", for the role that clipsheet harden makes.")
	case !w.early:
	case !able.started.Equal(data.started):
		c.add(clips.LevelWarning, "the watchdog is on another server than the clips", "Let "+key+" name the host of the dsn.")
	case able.same:
		c.add(clips.LevelWarning, "the watchdog has the role of the clips, which is to have no such rights", "Let "+key+" name another.")
	case !able.ends || !able.sees:
		c.add(clips.LevelWarning, "the watchdog cannot terminate a run that ignores its timeout: its role may not", cure)
	default:
		c.add(clips.LevelOK, "the watchdog can terminate a run that ignores its timeout", "")
	}
}

type ability struct {
	ends, sees, same bool
	started          time.Time
}

func (w *watchdog) able(ctx context.Context, role string) (ability, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, untilGone)
	defer cancel()
	if w.runs == 0 {
		defer w.hangUp()
	}
	if err := w.connect(ctx); err != nil {
		return ability{}, err
	}
	result := w.conn.ExecParams(ctx, ableToEnd, [][]byte{[]byte(role)}, nil, nil, nil).Read()
	if result.Err != nil || len(result.Rows) == 0 {
		return ability{}, fmt.Errorf("ask what the watchdog may do: %w", result.Err)
	}
	row := result.Rows[0]
	return ability{isTrue(row[0]), isTrue(row[1]), isTrue(row[3]), micros(row[2])}, nil
}
