// Package driver runs a Pulumi program in Go through the Automation API, which needs no language host.
//
// It speaks the protocol of ../node/driver.ts: a verb on each line of standard input, a JSON answer on each line of
// standard output.
package driver

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type answer struct {
	Ok      bool           `json:"ok"`
	Failure string         `json:"failure"`
	Output  string         `json:"output"`
	Changes map[string]int `json:"changes"`
	Outputs map[string]any `json:"outputs"`
}

// Run serves verbs until standard input ends. Its arguments are the command line's: folder, project, stack.
func Run(program pulumi.RunFunc) {
	folder, project, name := os.Args[1], os.Args[2], os.Args[3]
	stack, err := auto.UpsertStackInlineSource(context.Background(), name, project, program, auto.WorkDir(folder))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answers := json.NewEncoder(os.Stdout)
	for verbs := bufio.NewScanner(os.Stdin); verbs.Scan(); {
		given := answer{Changes: map[string]int{}, Outputs: map[string]any{}}
		if err := given.to(verbs.Text(), stack); err != nil {
			given.Failure = err.Error()
		}
		given.Ok = given.Failure == ""
		if err := answers.Encode(given); err != nil {
			panic(err)
		}
	}
}

// to lets the engine do what the verb says.
func (given *answer) to(verb string, stack auto.Stack) error {
	ctx, output := context.Background(), &strings.Builder{}
	defer func() { given.Output = output.String() }()
	switch verb {
	case "preview":
		done, err := stack.Preview(ctx, optpreview.Diff(), optpreview.Color("never"), optpreview.ProgressStreams(output))
		for operation, count := range done.ChangeSummary {
			given.Changes[string(operation)] = count
		}
		return err
	case "up":
		done, err := stack.Up(ctx, optup.Color("never"), optup.ProgressStreams(output))
		given.note(done.Summary)
		for name, value := range done.Outputs {
			given.Outputs[name] = value.Value
		}
		return err
	case "refresh":
		done, err := stack.Refresh(ctx, optrefresh.Color("never"), optrefresh.ProgressStreams(output))
		given.note(done.Summary)
		return err
	case "destroy":
		done, err := stack.Destroy(ctx, optdestroy.Color("never"), optdestroy.ProgressStreams(output))
		given.note(done.Summary)
		return err
	}
	return fmt.Errorf("unknown verb %q", verb)
}

// note takes over how many resources had each operation.
func (given *answer) note(summary auto.UpdateSummary) {
	if summary.ResourceChanges != nil {
		given.Changes = *summary.ResourceChanges
	}
}
