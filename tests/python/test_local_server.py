"""The local target: found or started, shared, recovered, and told apart from another version."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from daytona_sdk import Daytona, DaytonaConfig, DaytonaConnectionError, DaytonaError, ProcessExecutionError
from support import BINARY, answering_server, processes_of, run_script, script, wait_until


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of this test's own, with no server yet."""
    folder = Path(tempfile.mkdtemp(prefix="dtn-"))
    monkeypatch.setenv("DAYTONA_TARGET", "local")
    monkeypatch.setenv("DAYTONA_DATA_DIR", str(folder))
    yield folder
    with contextlib.suppress(FileNotFoundError):
        # A file that a test forged must not lead `stop` to a process that is no server.
        if server_file(folder)["pid"] == os.getpid():
            (folder / "server.json").unlink()
    subprocess.run([BINARY, "stop", "--all"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    wait_until(lambda: not processes_of(folder), f"nothing of {folder} runs any more")
    shutil.rmtree(folder)


def server_file(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "server.json").read_text()))


def server_pid(folder: Path) -> int:
    return int(str(server_file(folder)["pid"]))


def kill_server(folder: Path) -> None:
    """Kills the server and waits until its last thread is gone: the first to end may leave the sockets open."""
    handle = os.pidfd_open(server_pid(folder))
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        ended, _, _ = select.select([handle], [], [], 20)
    finally:
        os.close(handle)
    assert ended, "the server is dead"


def forge(folder: Path, **fields: object) -> None:
    path = folder / "server.json"
    path.write_text(json.dumps({"pid": os.getpid(), "startedAt": "2025-01-01T00:00:00Z", **fields}))
    path.chmod(0o600)


def test_the_first_call_starts_the_server_and_the_second_finds_it(data: Path) -> None:
    assert Daytona().list() == []
    pid = server_pid(data)
    assert Daytona().list() == []
    assert server_pid(data) == pid
    assert data.stat().st_mode & 0o777 == 0o700
    for secret in ("server.json", "api-key"):
        assert (data / secret).stat().st_mode & 0o777 == 0o600


def test_scripts_starting_at_once_share_one_server(data: Path) -> None:
    code = """
        from daytona_sdk import Daytona
        print(len(Daytona().list()))
        """
    children = [
        subprocess.Popen(script(code), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for child in children:
        out, err = child.communicate(timeout=90)
        assert (child.returncode, out) == (0, "0\n"), err
    servers = [each for each in processes_of(data) if "\\x00serve\\x00" in each]
    assert [each.partition(":")[0] for each in servers] == [str(server_pid(data))]


def test_the_server_outlives_the_script(data: Path) -> None:
    done = run_script("from daytona_sdk import Daytona; print(Daytona().create(timeout=60).id)")
    assert done.returncode == 0, done.stderr
    sandbox = Daytona().get(done.stdout.strip())
    assert sandbox.process.exec("echo here").result == "here\n"


def test_a_dead_server_is_replaced_and_its_sandboxes_found_again(data: Path) -> None:
    client = Daytona()
    sandbox = client.create()
    sandbox.fs.upload_file("/tmp/kept", b"kept")
    kill_server(data)
    assert (data / "server.json").exists(), "the dead server left its file behind"
    # The same client, without having been told.
    assert [each.id for each in client.list()] == [sandbox.id]
    assert sandbox.fs.download_file("/tmp/kept") == b"kept"
    assert Daytona().get(sandbox.id).process.exec("cat /tmp/kept").result == "kept"


NOBODY = '{"pid": 2147483646, "url": "http://127.0.0.1:1", "version": "0.14.0"}'


@pytest.mark.parametrize("rubbish", ["", "{", '{"pid": "x"}', NOBODY])
def test_a_stale_or_broken_server_file_is_recovered_from(data: Path, rubbish: str) -> None:
    (data / "server.json").write_text(rubbish)
    (data / "server.json").chmod(0o600)
    (data / "server.lock").touch(0o600)
    (data / "start.lock").touch(0o600)
    assert Daytona().list() == []


def test_a_server_of_another_version_is_reported(data: Path) -> None:
    health = json.dumps({"status": "ok", "version": "0.13.0"}).encode()
    with answering_server(lambda *_: (200, {}, health)) as url:
        forge(data, url=url.removesuffix("/api"), version="0.13.0")
        with pytest.raises(DaytonaError) as raised:
            Daytona().list()
    assert raised.value.code == "LOCAL_SERVER"
    assert "0.13.0" in str(raised.value)
    assert "0.14.0" in str(raised.value)
    assert "daytona stop" in str(raised.value)


def test_a_server_file_that_leads_elsewhere_is_refused(data: Path) -> None:
    forge(data, url="http://192.0.2.1:80", version="0.14.0")
    with pytest.raises(DaytonaError, match="not on this machine"):
        Daytona().list()


def test_a_server_killed_mid_call_is_an_error_and_leaves_nothing_running(data: Path) -> None:
    client = Daytona()
    sandbox = client.create()
    failures: list[BaseException] = []

    def call() -> None:
        try:
            sandbox.process.exec("touch /tmp/started; sleep 63.5")
        except DaytonaError as error:
            failures.append(error)

    caller = threading.Thread(target=call)
    caller.start()
    wait_until(lambda: sandbox.process.exec("test -e /tmp/started").exit_code == 0, "the command runs")
    kill_server(data)
    caller.join(30)
    assert not caller.is_alive()
    assert isinstance(failures[0], (DaytonaConnectionError, ProcessExecutionError))
    assert "Failed to " in str(failures[0])
    # The next call starts the server again; the command went with the call that wanted it.
    listing = "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -cx '63[.]5'"
    wait_until(lambda: sandbox.process.exec(listing).result == "0\n", "the command is gone")


def test_an_explicit_url_never_starts_a_server(data: Path) -> None:
    with pytest.raises(DaytonaConnectionError):
        Daytona(DaytonaConfig(api_key="k", api_url="http://127.0.0.1:9/api")).list()
    assert not (data / "server.json").exists()


def test_without_a_binary_the_error_says_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(data))
    monkeypatch.setattr("daytona_sdk._command.binary_path", lambda: None)
    with pytest.raises(DaytonaError) as raised:
        Daytona().list()
    assert raised.value.code == "LOCAL_SERVER"
    assert "daytona" in str(raised.value)


def test_a_server_that_cannot_start_says_why(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = data / "broken"
    broken.write_text("#!/bin/sh\necho 'the disk is upside down' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("daytona_sdk._command.binary_path", lambda: str(broken))
    with pytest.raises(DaytonaError, match="the disk is upside down"):
        Daytona().list()
