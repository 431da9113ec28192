"""Runs one official client's scenarios and tells each outcome as a line of JSON on standard output.

Lives in the client's own environment, so it may import nothing but the standard library and that client.
`python runner.py old --list` names the scenarios; `python runner.py old` runs them.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
import json
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

from registry import SCENARIOS


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("client", choices=["old", "today_sync", "today_async"])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", default=None)
    arguments = parser.parse_args()
    client = importlib.import_module(arguments.client)
    if arguments.list:
        print(json.dumps(sorted(SCENARIOS)))
        return 0
    return run(client.with_sandbox, arguments.only)


def run(with_sandbox: Callable[..., Any], only: str | None) -> int:
    # One loop for all of them: an asynchronous client belongs to the loop it was first used in.
    loop = asyncio.new_event_loop()
    failed = 0
    for name, scenario in SCENARIOS.items():
        if only is not None and name != only:
            continue
        tell(name, "began")
        began = time.monotonic()
        try:
            outcome = with_sandbox(scenario)
            if inspect.isawaitable(outcome):
                loop.run_until_complete(outcome)
        except Exception:
            failed += 1
            tell(name, "failed", traceback.format_exc())
        else:
            tell(name, "passed", f"{time.monotonic() - began:.2f} s")
    loop.close()
    return 1 if failed else 0


def tell(scenario: str, outcome: str, detail: str = "") -> None:
    print(json.dumps({"scenario": scenario, "outcome": outcome, "detail": detail}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
