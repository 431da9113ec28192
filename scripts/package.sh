#!/usr/bin/env bash
# Leaves the wheel and the npm tarball in dist/. Cargo decides what has to be built anew.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p dist
scripts/build-binaries.sh
rm -f dist/*.whl dist/*.tgz
# The tools are in .venv already: no build isolation, no second download of maturin.
PATH="$PWD/.venv/bin:$PATH" .venv/bin/python -m pip wheel . --quiet --disable-pip-version-check \
    --no-deps --no-build-isolation --wheel-dir dist
npm pack --silent --pack-destination dist >/dev/null
ls -lh dist | awk 'NR > 1 { printf "  dist/%s  %s\n", $9, $5 }'
