"""What both installed packages have, written down by their own runtimes.

``scripts/test.sh parity`` makes the two environments below ``target/parity``.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contract import CONTRACT, REAL, ROOT

HERE = Path(__file__).resolve().parent
WORK = ROOT / "target" / "parity"


def paths() -> list[str]:
    """``module:name`` of everything that must be importable."""
    named = [f"{module}:{name}" for module, names in CONTRACT["python"]["imports"].items() for name in names]
    old = [f"daytona_sdk:{name}" for name in CONTRACT["deprecated"]]
    return [*named, *old, *REAL]


@pytest.fixture(scope="session")
def python() -> dict[str, Any]:
    program = [WORK / "python" / "bin" / "python", HERE / "introspect_python.py"]
    return read(program, json.dumps(paths()))


@pytest.fixture(scope="session")
def typescript() -> dict[str, Any]:
    return read(["node", HERE / "introspect_typescript.mjs", WORK / "node"], "")


def read(command: list[Any], given: str) -> dict[str, Any]:
    done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
