"""The wheel and the tarball in dist/: what is in them, and that they work where there is no compiler.

Run by `make test-packaging`, with the Python of .venv, which has pytest and none of our packages.
"""

from __future__ import annotations

import email
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "dist"
BINARIES = ("daytona", "daytona-toolbox", "daytona-launcher")
ANSWER = "Sum of 3 and 4 is 7"


def only(pattern: str) -> Path:
    """The one file of dist/ that matches."""
    found = list(DIST.glob(pattern))
    assert len(found) == 1, f"expected one {pattern} in dist/, found {found}; run `make package`"
    return found[0]


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """A PATH with a shell, node and the few commands npm scripts use: no compiler, no cargo, no make."""
    folder = tmp_path / "bare-path"
    folder.mkdir()
    for command in ("sh", "env", "node", "npm", "uname", "dirname", "readlink", "sed"):
        location = shutil.which(command)
        assert location, f"{command} is missing on this machine"
        (folder / command).symlink_to(location)
    for compiler in ("cc", "gcc", "clang", "cargo", "rustc", "make"):
        assert shutil.which(compiler, path=str(folder)) is None
    return str(folder)


@pytest.fixture
def local_target(bare_path: str) -> Iterator[dict[str, str]]:
    """An environment for child processes: bare PATH, local target, a data folder of its own."""
    data = tempfile.mkdtemp(prefix="dtn-pkg-")
    home = tempfile.mkdtemp(prefix="dtn-home-")
    environment = {
        "PATH": bare_path,
        "HOME": home,
        "DAYTONA_TARGET": "local",
        "DAYTONA_DATA_DIR": data,
    }
    yield environment
    subprocess.run([ROOT / "target/bin/daytona", "stop", "--all"], env=environment, check=False)
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


def test_the_wheel_asks_for_nothing() -> None:
    wheel = only("*.whl")
    assert "-abi3-" in wheel.name and "linux" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        headers = email.message_from_bytes(archive.read(metadata))
    assert headers["Name"] == "daytona-sdk"
    assert headers["Version"] == "0.14.0"
    assert headers.get_all("Requires-Dist") is None


def test_the_wheel_carries_executable_binaries() -> None:
    with zipfile.ZipFile(only("*.whl")) as archive:
        for name in BINARIES:
            info = archive.getinfo(f"daytona_sdk/bin/{name}")
            assert (info.external_attr >> 16) & stat.S_IXUSR, f"{name} is not executable"
        assert "daytona_sdk/py.typed" in archive.namelist()


def test_the_tarball_asks_for_nothing_and_builds_nothing() -> None:
    with tarfile.open(only("*.tgz")) as archive:
        manifest = json.load(archive.extractfile("package/package.json"))  # type: ignore[arg-type]
        for name in BINARIES:
            member = archive.getmember(f"package/bindings-node/bin/{name}")
            assert member.mode & stat.S_IXUSR, f"{name} is not executable"
        sources = [m.name for m in archive.getmembers() if m.name.endswith((".rs", ".toml"))]
    assert (manifest["name"], manifest["version"]) == ("@daytonaio/sdk", "0.14.0")
    assert not manifest.get("dependencies")
    for script in ("preinstall", "install", "postinstall"):
        assert script not in manifest.get("scripts", {}), f"{script} would run on users' machines"
    assert not sources


@pytest.mark.parametrize("name", ["daytona-toolbox", "daytona-launcher"])
def test_what_runs_in_any_image_is_static(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(only("*.whl")) as archive:
        binary = archive.extract(f"daytona_sdk/bin/{name}", tmp_path)
    headers = subprocess.run(
        ["readelf", "--wide", "--program-headers", binary], capture_output=True, text=True, check=True
    )
    assert "INTERP" not in headers.stdout


def test_the_shipped_launcher_cannot_be_weakened(tmp_path: Path) -> None:
    with zipfile.ZipFile(only("*.whl")) as archive:
        content = archive.read("daytona_sdk/bin/daytona-launcher")
    assert b"DAYTONA_WEAKEN" not in content


def test_the_wheel_runs_the_quickstart_without_a_compiler(local_target: dict[str, str], tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin/python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", only("*.whl")]
    subprocess.run(install, env=local_target, check=True)
    done = subprocess.run(
        [python, ROOT / "examples/python/quickstart.py"],
        env=local_target,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(ANSWER) == 1, done.stdout
    version = subprocess.run(
        [environment / "bin/daytona", "--version"], env=local_target, capture_output=True, text=True
    )
    assert version.stdout.split() == ["daytona", "0.14.0"]


def test_the_tarball_runs_the_quickstart_without_a_compiler(local_target: dict[str, str], tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "package.json").write_text('{"name":"empty","private":true,"type":"module"}')
    install = ["npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", str(only("*.tgz"))]
    subprocess.run(install, cwd=project, env=local_target, check=True)
    shutil.copy(ROOT / "examples/typescript/quickstart.ts", project)
    done = subprocess.run(
        ["node", ROOT / "node_modules/tsx/dist/cli.mjs", "quickstart.ts"],
        env=local_target,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(ANSWER) == 1, done.stdout
    version = subprocess.run(
        [project / "node_modules/.bin/daytona", "--version"], env=local_target, capture_output=True, text=True
    )
    assert version.stdout.split() == ["daytona", "0.14.0"]


@pytest.mark.skipif(os.geteuid() != 0, reason="switches to an ordinary user, which takes root")
def test_the_wheel_runs_the_quickstart_as_an_ordinary_user(local_target: dict[str, str], tmp_path: Path) -> None:
    """The same path without root: one id, no cgroups, no disk image."""
    uid = 61234
    work = Path(tempfile.mkdtemp(prefix="dtn-user-"))
    try:
        subprocess.run(["/usr/bin/python3", "-m", "zipfile", "-e", only("*.whl"), work / "site"], check=True)
        for name in BINARIES:  # zipfile forgets modes; pip would not
            (work / "site/daytona_sdk/bin" / name).chmod(0o755)
        shutil.copy(ROOT / "examples/python/quickstart.py", work)
        for folder in (work, Path(local_target["DAYTONA_DATA_DIR"]), Path(local_target["HOME"])):
            shutil.chown(folder, uid, uid)
        as_user = ["/usr/bin/setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
        environment = {**local_target, "PYTHONPATH": str(work / "site")}
        done = subprocess.run(
            [*as_user, "/usr/bin/python3", work / "quickstart.py"],
            env=environment,
            cwd=work,
            capture_output=True,
            text=True,
            timeout=120,
        )
        stop = [*as_user, work / "site/daytona_sdk/bin/daytona", "stop", "--all"]
        subprocess.run(stop, env=environment, check=True, capture_output=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(ANSWER) == 1, done.stdout
    finally:
        shutil.rmtree(work, ignore_errors=True)
