#!/usr/bin/env bash
# Runs the tests: all of them, or the one part named by the argument. Each part prints its count at the end,
# as "Rust: N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/environments.sh

logs=target/test-logs
mkdir -p "$logs"
failed=0
summary=()

# record NAME STATUS PASSED FAILED: one part's outcome. A part that ran nothing has failed.
record() {
    local name=$1 status=$2 passed=$3 bad=$4
    summary+=("$name: $passed passed, $bad failed")
    if [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; then failed=1; fi
}

rust() {
    # With `weaken`, controls can be switched off to see their tests fail; the second run shows that without it,
    # as shipped, they cannot.
    {
        cargo test --workspace --release --features daytona-engine/weaken --no-fail-fast &&
            cargo test --package daytona-engine --release --test escape
    } 2>&1 | tee "$logs/rust.log"
    local status=${PIPESTATUS[0]}
    record Rust "$status" \
        "$(awk '/^test result:/ { n += $4 } END { print n + 0 }' "$logs/rust.log")" \
        "$(awk '/^test result:/ { n += $6 } END { print n + 0 }' "$logs/rust.log")"
}

python_tests() { # DIR FOLDER...
    python_environment "$1"
    local site; site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    # pytest comes from .venv; the package under test only from the environment of its own.
    PYTHONPATH=$site "$1/bin/python" -m pytest -p no:cacheprovider --rootdir . "${@:2}"
}

count_pytest() { sed -nE "s/(.*[ =])?([0-9]+) $2.*/\2/p" "$1" | tail -1 | grep . || echo 0; }

python() {
    python_tests target/test-python -q tests/python >"$logs/python.log" 2>&1
    local status=$?
    cat "$logs/python.log"
    record Python "$status" "$(count_pytest "$logs/python.log" passed)" "$(count_pytest "$logs/python.log" failed)"
}

# On its own: it counts what is on the machine, so nothing else may run sandboxes meanwhile.
system() {
    python_tests target/test-system -q tests/system >"$logs/system.log" 2>&1
    local status=$?
    cat "$logs/system.log"
    record System "$status" "$(count_pytest "$logs/system.log" passed)" "$(count_pytest "$logs/system.log" failed)"
}

node() {
    node_environment target/test-node && npm run --silent test:node >"$logs/node.log" 2>&1
    local status=$?
    cat "$logs/node.log"
    record TypeScript "$status" \
        "$(sed -nE 's/^(ℹ|#) pass ([0-9]+)$/\2/p' "$logs/node.log" | tail -1 | grep . || echo 0)" \
        "$(sed -nE 's/^(ℹ|#) fail ([0-9]+)$/\2/p' "$logs/node.log" | tail -1 | grep . || echo 0)"
}

packaging() {
    .venv/bin/python -m pytest -p no:cacheprovider -q tests/packaging >"$logs/packaging.log" 2>&1
    local status=$?
    cat "$logs/packaging.log"
    record Packaging "$status" "$(count_pytest "$logs/packaging.log" passed)" "$(count_pytest "$logs/packaging.log" failed)"
}

# parity: both installed packages against tests/contract.
parity() {
    python_environment target/parity/python && node_environment target/parity/node
    # The compiler's types of Node, which the package's own refer to.
    ln -s "$PWD/node_modules/@types" target/parity/node/node_modules/@types
    .venv/bin/python -m pytest -p no:cacheprovider -q tests/parity >"$logs/parity.log" 2>&1
    local status=$?
    cat "$logs/parity.log"
    record Parity "$status" "$(count_pytest "$logs/parity.log" passed)" "$(count_pytest "$logs/parity.log" failed)"
}

# faults: both installed packages against a server that breaks in every way of a table.
faults() {
    python_environment target/faults/python && node_environment target/faults/node
    .venv/bin/python -m pytest -p no:cacheprovider -q -rP tests/faults >"$logs/faults.log" 2>&1
    local status=$?
    cat "$logs/faults.log"
    record Faults "$status" "$(count_pytest "$logs/faults.log" passed)" "$(count_pytest "$logs/faults.log" failed)"
}

# behaviour: the same scenarios through Rust, Python (both clients) and TypeScript (Node, Bun, Deno).
behaviour() {
    python_environment target/behaviour/python && node_environment target/behaviour/node &&
        cargo build --release --quiet --workspace --example behaviour &&
        install -m 755 "${CARGO_TARGET_DIR:-target}/release/examples/behaviour" target/behaviour/rust
    # -rP shows what passing tests print: which scenarios an interpreter leaves out, and why.
    .venv/bin/python -m pytest -p no:cacheprovider -q -rP tests/behaviour >"$logs/behaviour.log" 2>&1
    local status=$?
    cat "$logs/behaviour.log"
    record Behaviour "$status" "$(count_pytest "$logs/behaviour.log" passed)" "$(count_pytest "$logs/behaviour.log" failed)"
}

official() {
    {
        official_environments target/official && DAYTONA_OFFICIAL=$PWD/target/official \
            .venv/bin/python -m pytest -p no:cacheprovider -q tests/official
    } >"$logs/official.log" 2>&1
    local status=$?
    cat "$logs/official.log"
    record Official "$status" "$(count_pytest "$logs/official.log" passed)" "$(count_pytest "$logs/official.log" failed)"
}

# The guide's blocks, and those of the published documents where this machine has them.
documents() {
    mkdir -p target/test-documents
    python_environment target/test-documents/python && node_environment target/test-documents/node &&
        .venv/bin/python tests/documents/run.py 2>&1 | tee "$logs/documents.log"
    local status=$?
    record Documents "$status" \
        "$(sed -nE 's/^documents: ([0-9]+) passed.*/\1/p' "$logs/documents.log" | grep . || echo 0)" \
        "$(sed -nE 's/^documents: .* ([0-9]+) failed.*/\1/p' "$logs/documents.log" | grep . || echo 0)"
}

# track PART...: these parts, one after another, each into a file for `gather`.
track() {
    local part
    for part in "$@"; do
        scripts/test.sh "$part" >"$logs/$part.out" 2>&1
        echo $? >"$logs/$part.status"
    done
}

# gather PART...: what tracks ran, as if it had run here. The last line of a part is its count.
gather() {
    local part
    for part in "$@"; do
        cat "$logs/$part.out"
        summary+=("$(tail -n 1 "$logs/$part.out")")
        [ "$(cat "$logs/$part.status")" = 0 ] || failed=1
    done
}

tools_layer || failed=1

case "${1:-all}" in
rust) rust ;;
python) python ;;
system) system ;;
node) node ;;
packaging) packaging ;;
official) official ;;
documents) documents ;;
parity) parity ;;
faults) faults ;;
behaviour) behaviour ;;
all)
    rust
    # Mostly they wait, for sandboxes and for processes: two at a time take half as long.
    rm -f "$logs"/*.status
    track python official parity faults &
    track node behaviour documents &
    wait
    gather python node official parity faults behaviour documents
    packaging
    system
    ;;
*)
    echo "test.sh: unknown part '$1'; 'make help' lists them" >&2
    exit 2
    ;;
esac

printf '\n'
printf '%s\n' "${summary[@]}"
exit "$failed"
