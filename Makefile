# Every target stands alone on a fresh clone: what it needs, it makes first.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CARGO_TERM_COLOR ?= auto

BIN := target/bin/daytona
PY  := .venv/bin/python

.PHONY: help setup build stubs quickstart test test-rust test-python test-node test-parity test-faults test-behaviour test-system test-packaging test-official test-documents lint fmt bench docs package clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what building and testing needs; says what it did
	@scripts/setup.sh

build: setup ## build the binaries and both packages in place
	@scripts/build-binaries.sh

stubs: setup ## write the Python type stub from the Rust source
	@$(PY) scripts/stubs.py

quickstart: package ## run the Python and the TypeScript quickstart on a local sandbox
	@scripts/quickstart.sh

test: lint package ## lint, then every test: Rust, Python, TypeScript, parity, behaviour, packaging
	@scripts/test.sh

test-rust: build ## the Rust tests only
	@scripts/test.sh rust

test-python: package ## the Python tests only, on the built wheel
	@scripts/test.sh python

test-node: package ## the TypeScript tests only, on the built tarball
	@scripts/test.sh node

test-parity: package ## both packages against the contract: every name, parameter, default and type
	@scripts/test.sh parity

test-faults: package ## resets, cut answers, stalls, TLS: the same error in both packages, in time
	@scripts/test.sh faults

test-behaviour: package ## the same scenarios in Rust, Python (both clients), Node, Bun and Deno
	@scripts/test.sh behaviour

test-system: package ## hundreds of sandboxes, a killed server: nothing lost, nothing left
	@scripts/test.sh system

test-packaging: package ## install the packages into empty environments and run the quickstart there
	@scripts/test.sh packaging

test-official: build ## the unmodified official clients, of the 0.14 time and today's, on the built server
	@scripts/test.sh official

test-documents: package ## run every block of the guide, and of the published documents where they are
	@scripts/test.sh documents

lint: setup ## rustfmt, clippy, ruff, mypy, pyright, tsc, the TypeScript linter, cargo-deny
	@scripts/lint.sh

fmt: setup ## format Rust, Python and TypeScript
	cargo fmt --all
	$(PY) -m ruff format bindings-python benches engine examples/python scripts tests toolbox
	npm run --silent fmt

bench: package ## benchmarks, as ratios side by side
	@scripts/bench.sh

docs: setup ## the guide and the references of all three languages, in target/docs
	@scripts/docs.sh

package: setup ## the wheel and the npm tarball, in dist/
	@scripts/package.sh

clean: ## remove what was built
	cargo clean
	rm -rf dist .venv node_modules
