#!/usr/bin/env bash
# Runs both quickstart examples as a user would: the built packages in empty environments, the local target.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/environments.sh

work=$PWD/target/quickstart
export DAYTONA_TARGET=local DAYTONA_DATA_DIR=$work/data
trap 'stop_server "$DAYTONA_DATA_DIR"' EXIT

stop_server "$DAYTONA_DATA_DIR"
mkdir -p "$work"
python_environment "$work/python"
node_environment "$work/node"
cp examples/typescript/quickstart.ts "$work/node/"

printf '\n== Python: examples/python/quickstart.py\n'
"$work/python/bin/python" examples/python/quickstart.py
printf '\n== TypeScript: examples/typescript/quickstart.ts\n'
(cd "$work/node" && "$OLDPWD/node_modules/.bin/tsx" quickstart.ts)
