# What a contributor types. demo, test and bench begin by installing what this machine lacks: see .ci/setup.
#
# ARGS goes to the program: make demo ARGS='--listen 127.0.0.1:9000', make test ARGS='-run Bind -v'.

.PHONY: help demo build bundle test lint bench lighthouse pictures fuzz faults clean
.DEFAULT_GOAL := help

ARGS =
FUZZTIME = 10s
FAULTS = 10m

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s  %s\n", $$1, $$2 }' Makefile

demo: build ## a sample company, its follower and Clipsheet, on this machine
	@.ci/setup demo
	@./clipsheet demo $(ARGS)

# Without cgo the binary needs no C library, and runs on older systems than the one that built it.
build: bundle ## ./clipsheet, the one binary
	@.ci/setup build
	CGO_ENABLED=0 go build -o clipsheet ./cmd/clipsheet

# Without Node the binary has a plain text field in the place of its SQL editor.
bundle:
	@.ci/bundle

test: ## the tests, against real servers and a real follower
	@.ci/setup test
	@.ci/bundle
	go vet ./...
	go test $(ARGS) ./...

lint: ## what tools find: format, vet, staticcheck, golangci-lint, shellcheck, and strays
	@.ci/setup build
	@.ci/lint/run

bench: build ## the measurements of docs/performance.md, on this machine
	@.ci/setup demo
	@./clipsheet bench $(ARGS)

lighthouse: build ## every page held against Lighthouse: at least 95 in everything, or ARGS=--why says why not
	@.ci/setup test
	@.ci/lighthouse $(ARGS)

pictures: build ## those of the documentation; with ARGS=FOLDER every page, at the widths people have, light and dark
	@.ci/setup test
	@.ci/pictures $(ARGS)

fuzz: ## every fuzzer, FUZZTIME each (10s)
	@.ci/setup demo
	@.ci/fuzz $(FUZZTIME)

# Its own time limit, since the storm lasts as long as FAULTS says.
faults: ## everything of docs/faults.md that takes a process, and FAULTS of a storm (10m)
	@.ci/setup demo
	FAULTS=$(FAULTS) go test -count=1 -timeout 0 -v $(ARGS) ./cmd/clipsheet/faults

clean: ## remove what build made
	rm -f clipsheet web/built/*.js
