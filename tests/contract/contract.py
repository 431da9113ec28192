"""The contract as Python data, for the tests that read it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

CONTRACT: dict[str, Any] = tomllib.loads((HERE / "contract.toml").read_text())
SCHEMA: dict[str, Any] = json.loads((HERE / "schema.json").read_text())

#: What scripts for the 0.14.0 package import: the names its own public modules define.
REAL: list[str] = json.loads((HERE / "exports-0.14.0.json").read_text())


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())
