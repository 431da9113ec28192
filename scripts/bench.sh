#!/usr/bin/env bash
# Runs the benchmarks on the built packages, in environments of their own, beside the official clients.
# SECTION=import|create|exec|transfer|idle|rivals picks one; BENCH_QUICK=1 makes the rivals' section small.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/environments.sh

work=$PWD/target/bench
mkdir -p "$work"
python_environment "$work/ours"
official() { # NAME REQUIREMENT...
    [ -x "$work/$1/bin/python" ] && return
    .venv/bin/python -m venv "$work/$1"
    "$work/$1/bin/python" -m pip install --quiet --disable-pip-version-check "${@:2}" ||
        { echo "bench: $1 could not be installed; its rows are left out" >&2; rm -rf "${work:?}/$1"; }
}
case "${SECTION:-all}" in
import | all)
    official official-0.14.0 daytona-sdk==0.14.0 daytona-api-client==0.16.0
    official official-today daytona
    ;;
esac
case "${SECTION:-all}" in
rivals | all)
    node_environment "$work/ours-node"
    official_environments target/official || echo "bench: an official client could not be installed; its rows are left out" >&2
    ;;
esac

exec "$work/ours/bin/python" benches/bench.py --work "$work" --section "${SECTION:-all}"
