package main

import "io"

type hardenCmd struct {
	configFlag
	Source  string `arg:"" help:"The source whose role is to be made safe."`
	Minimum bool   `help:"Only what keeps one query from bringing the follower down, or from outliving its timeout."`
}

// Help is shown below the flags.
func (hardenCmd) Help() string {
	return `Prints SQL for the primary, with what each part takes from other roles of that database. It connects to nothing and changes nothing:

    clipsheet harden erp > harden.sql
    psql -d "host=primary.example.com dbname=erp" -f harden.sql
    clipsheet check`
}

func (c *hardenCmd) Run(std streams) error {
	cfg, err := Load(c.Config)
	if err != nil {
		return err
	}
	source, err := openSource(cfg, c.Source)
	if err != nil {
		return err
	}
	_, err = io.WriteString(std.Out, source.HardenSQL(!c.Minimum))
	return err
}
