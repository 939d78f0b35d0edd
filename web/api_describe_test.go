package web_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// A validator that we did not write reads the description.
func TestTheDescriptionOfTheAPIIsOpenAPI(t *testing.T) {
	document := newCompany(t).get("/api/v1/openapi.json").body
	validate := func(document string) (said struct {
		Valid   bool
		Version string
		Errors  any
	}) {
		t.Helper()
		node, err := exec.LookPath("node")
		if err != nil {
			t.Fatal("there is no Node: make test installs it")
		}
		cmd := exec.CommandContext(t.Context(), node, "testdata/openapi/validate.mjs")
		cmd.Stdin = strings.NewReader(document)
		out, err := cmd.Output()
		if err == nil {
			err = json.Unmarshal(out, &said)
		}
		if err != nil {
			t.Fatalf("%v: %s: make test installs what it needs", err, out)
		}
		return said
	}
	if said := validate(document); !said.Valid || said.Version != "3.1" {
		t.Errorf("%+v", said)
	}
	if said := validate(strings.Replace(document, `"in": "path"`, `"in": "nowhere"`, 1)); said.Valid {
		t.Error("it finds nothing wrong with what is wrong")
	}
}
