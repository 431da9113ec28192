#!/usr/bin/env bash
# Builds the browsable reference into target/docs: the guide and the Python reference (mkdocs), the TypeScript
# reference (typedoc) and the Rust reference. A warning of any of them, a public item without documentation among
# them, is an error. The tools have a folder of their own, so that nothing else depends on them.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=target/docs-tools
mkdir -p "$tools"
if ! cmp -s docs/requirements.txt "$tools/requirements.txt"; then
    python3 -m venv "$tools/python"
    "$tools/python/bin/python" -m pip install --quiet --disable-pip-version-check -r docs/requirements.txt
    cp docs/requirements.txt "$tools/"
fi
if ! cmp -s docs/package-lock.json "$tools/package-lock.json"; then
    cp docs/package.json docs/package-lock.json "$tools/"
    (cd "$tools" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

rm -rf target/docs
# scripts/test.sh counts what was built.
"$tools/python/bin/mkdocs" build --quiet
echo "docs: built the guide and the Python reference"
"$tools/node_modules/.bin/typedoc" --options docs/typedoc.json --logLevel Warn
echo "docs: built the TypeScript reference"
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
cp -r target/doc target/docs/rust
echo "docs: built the Rust reference"
echo "docs: target/docs/index.html"
