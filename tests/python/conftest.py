"""Tests of the installed package, never of the source tree.

Tests that ask for ``server`` (or anything built on it) share one private local server, with a data folder of its
own that is stopped and removed at the end. All others see no Daytona setting at all.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import daytona_sdk
from daytona_sdk import CreateSandboxParams, Daytona, Sandbox
from support import BINARY, processes_of, wait_until


def pytest_configure() -> None:
    source_tree = Path(__file__).resolve().parents[2] / "bindings-python"
    if source_tree in Path(daytona_sdk.__file__).resolve().parents:
        raise pytest.UsageError("these tests run against an installed package; see scripts/test.sh")
    # Where the shell runs this in the background, Ctrl-C is ignored, and every child would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The tools layer that all tests share (scripts/test.sh), so that it is downloaded once.
TOOLS = {name: os.environ[name] for name in ["DAYTONA_TOOLS_DIR"] if name in os.environ}


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The developer's own settings, .env files and profile must not reach a test."""
    for name in list(os.environ):
        if name.startswith("DAYTONA_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """The data folder of the shared server. The path is short: unix sockets live below it."""
    folder = Path(tempfile.mkdtemp(prefix="dtn-"))

    def command(*arguments: str, timeout: float) -> None:
        environment = {**os.environ, "DAYTONA_DATA_DIR": str(folder), **TOOLS}
        subprocess.run([BINARY, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=timeout)

    # Does nothing where the layer is there; without a shared one it is downloaded for these tests alone.
    command("setup", timeout=1800)
    yield folder
    command("stop", "--all", timeout=60)
    wait_until(lambda: not processes_of(folder), f"nothing of {folder} runs any more")
    shutil.rmtree(folder)


@pytest.fixture
def server(no_settings: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The local target; the first call to it starts the server. Gives its data folder."""
    monkeypatch.setenv("DAYTONA_TARGET", "local")
    monkeypatch.setenv("DAYTONA_DATA_DIR", str(data_dir))
    for name, value in TOOLS.items():
        monkeypatch.setenv(name, value)
    return data_dir


@pytest.fixture
def daytona(server: Path) -> Iterator[Daytona]:
    """A client of the shared server."""
    with Daytona() as client:
        yield client


_shared: dict[Path, str] = {}


@pytest.fixture
def sandbox(daytona: Daytona, server: Path) -> Sandbox:
    """A Python sandbox that tests share; they must not stop or remove it. ``stop --all`` removes it."""
    if server not in _shared:
        _shared[server] = daytona.create(CreateSandboxParams(language="python")).id
    return daytona.get(_shared[server])


@pytest.fixture
def create(daytona: Daytona) -> Iterator[Callable[..., Sandbox]]:
    """Makes sandboxes that are removed after the test, unless the test did."""
    made: list[Sandbox] = []

    def make(**params: object) -> Sandbox:
        made.append(daytona.create(CreateSandboxParams(**params)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    left = {sandbox.id for sandbox in daytona.list()}
    for sandbox in made:
        if sandbox.id in left:
            sandbox.delete()
