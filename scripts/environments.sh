# Sourced, not run: empty environments with nothing but the built packages in them.
# Expects the working folder to be the repository's root.

# python_environment DIR: a virtual environment holding the wheel of dist/ and nothing else of ours.
python_environment() {
    rm -rf "$1"
    .venv/bin/python -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps dist/*.whl
}

# node_environment DIR: a folder with the tarball of dist/ installed as a user would.
node_environment() {
    rm -rf "$1"
    mkdir -p "$1"
    printf '{"name":"environment","private":true,"type":"module"}\n' >"$1/package.json"
    (cd "$1" && npm install --silent --no-audit --no-fund --offline "$OLDPWD"/dist/*.tgz)
}

# tools_layer: one tools layer for all tests, made by the built command when it is missing; the only download.
tools_layer() {
    export DAYTONA_TOOLS_DIR=$PWD/target/test-tools
    target/bin/daytona setup || return
}

# browser: Chromium, for the previews' tests, which are skipped without it. As root it comes through apt.
browser() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null && return
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "test: no chromium; its tests are skipped until you run: sudo apt-get install -y chromium"
        return 1
    fi
    echo "test: installing chromium"
    apt-get update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null &&
        return
    echo "test: chromium could not be installed; its tests are skipped"
    return 1
}

# stop_server DIR: ends the local server of a data folder and removes what it ran.
stop_server() {
    [ -d "$1" ] || return 0
    DAYTONA_DATA_DIR="$1" target/bin/daytona stop --all >/dev/null || true
}

# official_environments DIR: the unmodified official clients, pinned: old/ and today/ hold one for Python each, node/
# the one for Node.js. What is there and unchanged is left alone; wheels are kept, so that it takes no network twice.
official_environments() {
    mkdir -p "$1/wheels"
    official_python "$1/old" tests/official/requirements-0.14.0.txt "$1/wheels" &&
        official_python "$1/today" tests/official/requirements-today.txt "$1/wheels" &&
        official_node "$1/node" tests/official/node "$1/npm"
}

official_python() { # DIR REQUIREMENTS WHEELS
    cmp -s "$2" "$1/requirements.txt" && return
    rm -rf "$1"
    .venv/bin/python -m venv "$1"
    local pip=("$1/bin/python" -m pip --quiet --disable-pip-version-check)
    local install=("${pip[@]}" install --no-index --no-deps --find-links "$3" --requirement "$2")
    "${install[@]}" 2>/dev/null || {
        "${pip[@]}" download --no-deps --dest "$3" --requirement "$2" && "${install[@]}"
    } || return
    cp "$2" "$1/requirements.txt"
}

official_node() { # DIR PROJECT CACHE
    mkdir -p "$1"
    cmp -s "$2/package-lock.json" "$1/node_modules/package-lock.json" || {
        cp "$2"/package*.json "$2/.npmrc" "$1/"
        (cd "$1" && npm ci --silent --no-audit --no-fund --prefer-offline --cache "$(realpath -m "$OLDPWD/$3")") || return
        cp "$2/package-lock.json" "$1/node_modules/"
    }
    cp -r "$2"/*.mjs "$2/scenarios" "$2/../git_server.py" "$1/"
}
