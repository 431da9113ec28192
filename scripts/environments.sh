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

# stop_server DIR: ends the local server of a data folder and removes what it ran.
stop_server() {
    [ -d "$1" ] || return 0
    DAYTONA_DATA_DIR="$1" target/bin/daytona stop --all >/dev/null || true
}
