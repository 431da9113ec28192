#!/usr/bin/env bash
# Every static check; warnings are errors. Stops at the first tool that complains.
set -euo pipefail
cd "$(dirname "$0")/.."
run() { printf '== %s\n' "$*"; "$@"; }

run cargo fmt --all --check
run cargo clippy --workspace --all-targets --all-features --quiet -- -D warnings
run cargo deny --log-level error check bans licenses sources
python=(bindings-python benches engine examples/python scripts tests toolbox)
run .venv/bin/ruff check "${python[@]}"
run .venv/bin/ruff format --check "${python[@]}"
run .venv/bin/python scripts/stubs.py --check
run .venv/bin/mypy --strict bindings-python/daytona_sdk examples/python
run npx --no-install pyright
run npm run --silent lint
