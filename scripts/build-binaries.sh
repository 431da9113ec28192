#!/usr/bin/env bash
# Builds the three binaries and puts them side by side into target/bin (or $CARGO_TARGET_DIR/bin).
# pip, npm and make all call this; cargo decides what has to be built anew.
set -euo pipefail

target=$(realpath -m "${CARGO_TARGET_DIR:-$(dirname "$0")/../target}")
cd "$(dirname "$0")/.."
# The folders below follow from the host's own triple, so nothing may redirect the build.
unset CARGO_BUILD_TARGET CARGO_BUILD_TARGET_DIR
export CARGO_TARGET_DIR=$target

host=$(rustc -vV | sed -n 's/^host: //p')
[ -n "$host" ] || { echo "build-binaries: rustc does not say what it builds for; is Rust installed?" >&2; exit 1; }

mkdir -p "$target/bin"
place() { # FILE: into target/bin, untouched when it is there already; by rename, as a server may be running it
    local to=$target/bin/${1##*/}
    cmp -s "$1" "$to" && return
    install -m 755 "$1" "$to.new"
    mv "$to.new" "$to"
}

cargo build --release --locked --package daytona-cli --bin daytona
place "$target/release/daytona"

case $host in
*-linux-*)
    # Static, since they run inside whatever image a sandbox has. The flags are given per target, with --target,
    # so that they do not reach build scripts and proc macros, which cannot be static.
    flags=CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$host")_RUSTFLAGS
    env "$flags=-C target-feature=+crt-static" cargo build --release --locked --target "$host" \
        --package daytona-toolbox --package daytona-engine --bin daytona-toolbox --bin daytona-launcher
    place "$target/$host/release/daytona-toolbox"
    place "$target/$host/release/daytona-launcher"
    ;;
*) echo "build-binaries: sandboxes on this machine need Linux; the daytona command is built without them" ;;
esac
