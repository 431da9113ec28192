#!/usr/bin/env bash
# Runs the tests: all of them, or the one part named by the argument. Each part prints its count at the end,
# as "Rust: N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/environments.sh

logs=target/test-logs
mkdir -p "$logs"
failed=0
summary=()

# record NAME STATUS PASSED FAILED SKIPPED EXPECTED: one part's outcome. A part that ran nothing has failed, and so has
# one that skipped more than it must here: what a test needs is made before it, so a skip may hide what broke.
record() {
    local name=$1 status=$2 passed=$3 bad=$4 skipped=$5 expected=$6
    if [ "$skipped" -gt "$expected" ]; then
        printf 'test: %s skipped %s tests where %s are expected; the log says why\n' "$name" "$skipped" "$expected"
        status=1
    fi
    summary+=("$name: $passed passed, $bad failed, $skipped skipped")
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
    # Two are ignored: others of engine/tests/crash.rs and resources.rs start them.
    record Rust "$status" "$(count_cargo 4)" "$(count_cargo 6)" "$(count_cargo 8)" 2
}

count_cargo() { # FIELD of "test result: ok. 5 passed; 0 failed; 1 ignored; ..."
    awk -v field="$1" '/^test result:/ { n += $field } END { print n + 0 }' "$logs/rust.log"
}

python_tests() { # DIR FOLDER...
    python_environment "$1"
    local site; site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    # pytest comes from .venv; the package under test only from the environment of its own.
    PYTHONPATH=$site "$1/bin/python" -m pytest -p no:cacheprovider --rootdir . "${@:2}"
}

# count_pytest LOG WORD: from its last line of counts; what tests print may look like one.
count_pytest() {
    grep -E '(passed|failed|errors?|skipped|no tests ran).* in [0-9.]+s' "$1" | tail -1 |
        sed -nE "s/(.*[ ,=])?([0-9]+) $2.*/\2/p" | grep . || echo 0
}

# pytest_part NAME LOG EXPECTED COMMAND...: runs it, shows what it said, and records it.
pytest_part() {
    local log=$logs/$2.log
    "${@:4}" >"$log" 2>&1
    local status=$?
    cat "$log"
    record "$1" "$status" \
        "$(count_pytest "$log" passed)" "$(count_pytest "$log" failed)" "$(count_pytest "$log" skipped)" "$3"
}

python() {
    local skipped=0
    browser || skipped=$(grep -c '^def test_' tests/python/test_browser.py)
    pytest_part Python python "$skipped" python_tests target/test-python -q -rs tests/python
}

# On its own: it counts what is on the machine, so nothing else may run sandboxes meanwhile.
system() { pytest_part System system 0 python_tests target/test-system -q -rs tests/system; }

node() {
    node_environment target/test-node && npm run --silent test:node >"$logs/node.log" 2>&1
    local status=$?
    cat "$logs/node.log"
    record TypeScript "$status" \
        "$(count_node pass)" "$(count_node fail)" "$(count_node skipped)" 0
}

count_node() { sed -nE "s/^(ℹ|#) $1 ([0-9]+)$/\2/p" "$logs/node.log" | tail -1 | grep . || echo 0; }

tools_pytest() { .venv/bin/python -m pytest -p no:cacheprovider -q "$@"; }

packaging() {
    # Switching to an ordinary user takes root.
    local skipped=0
    [ "$(id -u)" = 0 ] || skipped=1
    pytest_part Packaging packaging "$skipped" tools_pytest -rs tests/packaging
}

# parity: both installed packages against tests/contract.
parity() {
    python_environment target/parity/python && node_environment target/parity/node
    # The compiler's types of Node, which the package's own refer to.
    ln -s "$PWD/node_modules/@types" target/parity/node/node_modules/@types
    pytest_part Parity parity 0 tools_pytest -rs tests/parity
}

# faults: both installed packages against a server that breaks in every way of a table.
faults() {
    python_environment target/faults/python && node_environment target/faults/node
    pytest_part Faults faults 0 tools_pytest -rPs tests/faults
}

# behaviour: the same scenarios through Rust, Python (both clients) and TypeScript (Node, Bun, Deno).
behaviour() {
    python_environment target/behaviour/python && node_environment target/behaviour/node &&
        cargo build --release --quiet --workspace --example behaviour &&
        install -m 755 "${CARGO_TARGET_DIR:-target}/release/examples/behaviour" target/behaviour/rust
    # -rP shows what passing tests print: which scenarios an interpreter leaves out, and why.
    pytest_part Behaviour behaviour 0 tools_pytest -rPs tests/behaviour
}

official() { pytest_part Official official 0 official_tests; }

official_tests() {
    official_environments target/official && DAYTONA_OFFICIAL=$PWD/target/official tools_pytest -rs tests/official
}

# The guide's blocks, and those of the published documents where this machine has them.
documents() {
    mkdir -p target/test-documents
    python_environment target/test-documents/python && node_environment target/test-documents/node &&
        .venv/bin/python tests/documents/run.py 2>&1 | tee "$logs/documents.log"
    local status=$?
    # Where the published documents are, two of their blocks pull an image from the Internet.
    record Documents "$status" "$(count_documents passed)" "$(count_documents failed)" "$(count_documents 'not run')" 2
}

count_documents() { sed -nE "s/^documents:.* ([0-9]+) $1.*/\1/p" "$logs/documents.log" | grep . || echo 0; }

# The guide and the references of all three languages: a public item that nobody documented fails it.
docs() {
    scripts/docs.sh >"$logs/docs.log" 2>&1
    local status=$?
    cat "$logs/docs.log"
    record Docs "$status" "$(grep -c '^docs: built ' "$logs/docs.log")" "$((status != 0))" 0 0
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
docs) docs ;;
parity) parity ;;
faults) faults ;;
behaviour) behaviour ;;
all)
    rust
    # Mostly they wait, for sandboxes and for processes: two at a time take half as long.
    rm -f "$logs"/*.status
    track python official parity faults &
    track node behaviour documents docs &
    wait
    gather python node official parity faults behaviour documents docs
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
