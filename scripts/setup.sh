#!/usr/bin/env bash
# Installs what building and testing needs and this machine lacks, and says what it did. Running it again
# costs a second. As root, system packages come through apt; otherwise the exact line to run is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

CARGO_DENY_VERSION=0.20.2
say() { printf '  %-22s %s\n' "$1" "$2"; }
fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

echo "setup:"
[ "$(uname -s)" = Linux ] || say "system packages" "not Linux: install a C compiler, Python 3.9+, Node 20+ yourself"

# command -> Debian package; the command is what is looked for, so that other distributions work too.
packages=()
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || packages+=("$2"); }
if [ "$(uname -s)" = Linux ]; then
    need cc build-essential
    need git git
    # Certificates for the servers of tests/faults.
    need openssl openssl
    need mkfs.ext4 e2fsprogs
    need ip iproute2
    need nft nftables
    # An ordinary user's sandboxes reach the internet through it.
    need pasta passt
    need setpriv util-linux
    need node nodejs
    need npm npm
    need python3 python3
    # `daytona setup`, which the tests run, installs packages with it for the Python that sandboxes see.
    need pip3 python3-pip
    python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
    # The static toolbox and launcher link libc.a.
    find /usr/lib /usr/lib64 -name libc.a 2>/dev/null | grep -q . || packages+=(libc6-dev)
fi
if [ ${#packages[@]} -eq 0 ]; then
    say "system packages" "all there"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "system packages" "installing ${packages[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
else
    fail "missing: ${packages[*]}. Run this, then again: sudo apt-get install -y ${packages[*]}"
fi

command -v cargo >/dev/null || fail "cargo is missing: install Rust 1.94 or newer with rustup"
say "rust" "$(rustc --version)"

if [ "$(cargo deny --version 2>/dev/null)" = "cargo-deny $CARGO_DENY_VERSION" ]; then
    say "cargo-deny" "$CARGO_DENY_VERSION, there"
else
    say "cargo-deny" "installing $CARGO_DENY_VERSION (a few minutes, once)"
    cargo install --quiet --locked "cargo-deny@$CARGO_DENY_VERSION"
fi

# One virtual environment for tools and tests; packages under test get environments of their own.
if [ ! -x .venv/bin/python ]; then
    say "python" "creating .venv"
    python3 -m venv .venv
fi
if cmp -s requirements-dev.txt .venv/requirements-dev.txt; then
    say "python tools" "there"
else
    say "python tools" "installing requirements-dev.txt"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
    cp requirements-dev.txt .venv/requirements-dev.txt
fi

if [ -f node_modules/.package-lock.json ] && [ node_modules/.package-lock.json -nt package-lock.json ]; then
    say "node tools" "there"
else
    say "node tools" "installing package-lock.json"
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
fi

runtimes=tests/runtimes
if [ "$runtimes/node_modules/.package-lock.json" -nt "$runtimes/package-lock.json" ]; then
    say "bun, deno" "there"
else
    say "bun, deno" "installing $runtimes/package-lock.json"
    # Bun's own installer only puts the program, which a package of its own brought, where the command is.
    (cd "$runtimes" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node node_modules/bun/install.js)
fi
