package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown below the flags.
func (completionCmd) Help() string {
	return `Examples:
  source <(clipsheet completion bash)
  source <(clipsheet completion zsh)
  clipsheet completion fish | source`
}

var completionScripts = map[string]string{
	"bash": `_clipsheet() { mapfile -t COMPREPLY < <(clipsheet __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); }
complete -o default -F _clipsheet clipsheet
`,
	"zsh": `_clipsheet() { local -a found; found=("${(@f)$(clipsheet __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"); compadd -a found || _files; }
compdef _clipsheet clipsheet
`,
	"fish": `complete -c clipsheet -f -a '(clipsheet __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
}

func (c completionCmd) Run(std streams) error {
	_, err := io.WriteString(std.Out, completionScripts[c.Shell])
	return err
}

// completeCmd is what the scripts call: the words so far, the last one unfinished, to one candidate a line.
type completeCmd struct {
	Words []string `arg:"" optional:""`
}

func (c completeCmd) Run(std streams, k *kong.Kong) error {
	for _, word := range complete(k.Model.Node, c.Words) {
		fmt.Fprintln(std.Out, word)
	}
	return nil
}

// complete finds what may stand where the last word is.
func complete(node *kong.Node, words []string) []string {
	last := ""
	if len(words) > 0 {
		words, last = words[:len(words)-1], words[len(words)-1]
	}
	config := or(os.Getenv("CLIPSHEET_CONFIG"), "clipsheet.toml")
	for i, word := range words {
		if next := child(node, word); next != nil {
			node = next
		}
		if (word == "--config" || word == "-c") && i+1 < len(words) {
			config = words[i+1]
		}
	}
	var all []string
	for _, c := range node.Children {
		if !c.Hidden {
			all = append(all, c.Name)
		}
	}
	if strings.HasPrefix(last, "-") {
		for _, group := range node.AllFlags(true) {
			for _, flag := range group {
				all = append(all, "--"+flag.Name)
			}
		}
	}
	all = append(all, arguments(node, config)...)
	return slices.DeleteFunc(all, func(s string) bool { return !strings.HasPrefix(s, last) })
}

func child(node *kong.Node, name string) *kong.Node {
	for _, c := range node.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// arguments are the values of a command's positional argument: those of its enum, or the clips and workbooks of the config.
func arguments(node *kong.Node, config string) []string {
	var all []string
	for _, p := range node.Positional {
		if p.Name == "clip" {
			if cfg, err := Load(config); err == nil {
				all = append(all, slices.Sorted(maps.Keys(cfg.Clips))...)
				all = append(all, slices.Sorted(maps.Keys(cfg.Workbooks))...)
			}
		}
		if p.Enum != "" {
			all = append(all, p.EnumSlice()...)
		}
	}
	return all
}
