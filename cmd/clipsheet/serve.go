package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

type serveCmd struct {
	configFlag
}

// Help is shown below the flags.
func (serveCmd) Help() string {
	return `SIGHUP reads the config again, whole or not at all. SIGTERM finishes downloads and stops; a second one stops at once.`
}

func (c *serveCmd) Run(ctx context.Context, std streams) error {
	cfg, err := Load(c.Config)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(std.Err, nil))
	s, err := startService(ctx, cfg, log, nil)
	if err != nil {
		return err
	}
	log.Info("ready", "address", s.config.Load().Server.BaseURL, "clips", len(cfg.Clips), "sources", len(cfg.Sources))

	if err := s.inviteAdmin(ctx, std.Err); err != nil {
		return errors.Join(err, s.Close())
	}

	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	for {
		select {
		case <-hangup:
			s.reload(ctx)
		case <-ctx.Done():
			log.Info("stopping: downloads may finish")
			return s.Close()
		case err := <-s.failed:
			s.Close()
			return err
		}
	}
}
