"""The build backend of ``pip install .``: maturin, with the binaries put into the package first.

The wheel carries ``daytona``, ``daytona-toolbox`` and ``daytona-launcher``, so that ``target="local"`` works
where nothing else is installed. maturin builds the native module and the wheel; this only runs
``scripts/build-binaries.sh`` before it and makes sure of the platform tag after it.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import maturin
from maturin import (
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "bindings-python" / "daytona_sdk" / "bin"
BINARIES = ("daytona", "daytona-toolbox", "daytona-launcher")

Settings = Mapping[str, Any]


def build_wheel(
    wheel_directory: str, config_settings: Settings | None = None, metadata_directory: str | None = None
) -> str:
    """A wheel with everything in it, tagged with the oldest glibc that it runs on."""
    place_binaries()
    settings = dict(config_settings or {})
    # maturin's own default for pip is the bare "linux" tag; "pypi" makes it work out the manylinux tag.
    settings.setdefault("build-args", "--compatibility pypi" if sys.platform == "linux" else "")
    name = maturin.build_wheel(wheel_directory, settings, metadata_directory)
    check_tag(name)
    return name


def build_editable(
    wheel_directory: str, config_settings: Settings | None = None, metadata_directory: str | None = None
) -> str:
    """An installation that imports from this working tree."""
    place_binaries()
    return maturin.build_editable(wheel_directory, config_settings, metadata_directory)


def place_binaries() -> None:
    """Builds what is not up to date and copies what differs."""
    subprocess.run([str(ROOT / "scripts" / "build-binaries.sh")], check=True, stdout=sys.stderr)
    built = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target").resolve() / "bin"
    BIN.mkdir(exist_ok=True)
    for name in BINARIES:
        source, place = built / name, BIN / name
        if not source.exists():
            # Not Linux: there is no sandbox to start here.
            place.unlink(missing_ok=True)
        elif not place.exists() or not filecmp.cmp(source, place, shallow=False):
            # By rename, since a server started from this tree may be running the old one.
            shutil.copy2(source, place.with_suffix(".new"))
            place.with_suffix(".new").replace(place)


def check_tag(wheel: str) -> None:
    """maturin looks at the native module only; the binaries must not need a newer glibc than the tag says."""
    tag = re.search(r"manylinux_2_(\d+)", wheel)
    if tag is None:
        return
    for name in BINARIES:
        needed = max((int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", (BIN / name).read_bytes())), default=0)
        if needed > int(tag[1]):
            raise SystemExit(f"{wheel}: bin/{name} needs glibc 2.{needed}; pass --compatibility manylinux_2_{needed}")
