"""Where the ``daytona`` binary of this package is, and the console command that runs it."""

from __future__ import annotations

import os
import sys


def binary_path() -> str | None:
    """The ``daytona`` binary that came with this package, or None where the package carries none."""
    name = "daytona.exe" if os.name == "nt" else "daytona"
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", name)
    return path if os.access(path, os.X_OK) else None


def main() -> None:
    """Becomes the ``daytona`` binary."""
    path = binary_path()
    if path is None:
        sys.exit("daytona: this installation of daytona-sdk carries no daytona binary; reinstall it from a wheel")
    os.execv(path, ["daytona", *sys.argv[1:]])
