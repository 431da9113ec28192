"""What importing the package may cost, and the console command."""

from __future__ import annotations

import inspect
import subprocess
import sys

import daytona_sdk
from support import BINARY, run_script

# Each of these would cost more than the whole package.
HEAVY = {"asyncio", "dataclasses", "datetime", "inspect", "json", "pathlib", "re", "ssl", "typing", "urllib.parse"}


def test_nothing_heavy_is_imported() -> None:
    done = run_script(
        """
        import sys
        before = set(sys.modules)
        import daytona_sdk
        print(*(set(sys.modules) - before))
        """
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "daytona_sdk" in loaded
    assert not loaded & HEAVY


def test_importing_starts_no_thread() -> None:
    done = run_script(
        """
        import os, daytona_sdk
        daytona_sdk.Daytona(daytona_sdk.DaytonaConfig(api_key="k"))
        print(len(os.listdir("/proc/self/task")))
        """
    )
    assert done.stdout.split() == ["1"], done.stderr


def test_every_public_name_is_documented() -> None:
    for name in daytona_sdk.__all__:
        thing = getattr(daytona_sdk, name)
        assert thing.__doc__, name
        if isinstance(thing, type):
            for member, value in vars(thing).items():
                # Fields of values are documented in their class.
                if not member.startswith("_") and (inspect.isroutine(value) or inspect.isgetsetdescriptor(value)):
                    assert value.__doc__, f"{name}.{member}"


def test_the_command_is_the_binary() -> None:
    module = [sys.executable, "-c", "from daytona_sdk._command import main; main()", "--version"]
    through_python = subprocess.run(module, capture_output=True, text=True, check=True)
    direct = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True)
    assert through_python.stdout == direct.stdout
    assert daytona_sdk.__version__ in direct.stdout
