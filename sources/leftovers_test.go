package sources

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"clipsheet/internal/localpg/pgtest"
)

// Only the mark of a process of this machine that is gone makes a leftover.
func TestLeftoversOfKilledProcessesAreReaped(t *testing.T) {
	t.Parallel()
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	gone := dead.Process.Pid
	for _, role := range []string{"with_dog", "without_dog"} {
		db, f := guarded(t, role)
		if role == "without_dog" {
			pgtest.Exec(t, db.primary, "grant execute on function pg_terminate_backend, pg_cancel_backend to without_dog")
			pgtest.WaitReplayed(t, pgtest.Follower(t))
			f = newFollower(t, f.cfg.DSN)
		}
		names := map[string]bool{ // whether it is a leftover
			fmt.Sprintf("clipsheet %s/%d.abcdefgh", machine(), gone):        true,
			fmt.Sprintf("our erp %s/%d.abcdefgh", machine(), gone):          true,
			fmt.Sprintf("clipsheet %s/%d.abcdefgh", machine(), os.Getpid()): true, // of a container before this one
			mark("clipsheet"): false,
			fmt.Sprintf("clipsheet %s/%d.abcdefgh", machine(), os.Getppid()): false,
			fmt.Sprintf("clipsheet another/%d.abcdefgh", gone):               false,
			fmt.Sprintf("psql %s/%d", machine(), gone):                       false,
			"clipsheet": false,
		}
		sessions := map[string]*pgconn.PgConn{}
		for name := range names {
			cfg, err := pgconn.ParseConfig(f.cfg.DSN)
			if err != nil {
				t.Fatal(err)
			}
			cfg.RuntimeParams["application_name"] = name
			conn, err := pgconn.ConnectConfig(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(t.Context())
			sessions[name] = conn
		}
		if n, err := f.Reap(t.Context()); n != 3 || err != nil {
			t.Errorf("%s: it reaped %d, %v", role, n, err)
		}
		for name, isLeft := range names {
			_, err := sessions[name].Exec(t.Context(), "select 1").ReadAll()
			if (err != nil) != isLeft {
				t.Errorf("%s: session %q: %v", role, name, err)
			}
		}
	}
}
