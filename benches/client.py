"""One client of a comparison, told what to do line by line on standard input.

Lives in the client's own environment, so it may import nothing but the standard library and that client.
`python client.py ours|old|today FOLDER SANDBOX` answers each action with one line of JSON: its seconds, and by how many
MiB it raised the peak memory of this process, or the error it ended with. Every action is checked, so that a failure
never counts as speed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

client, folder, sandbox_id = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
if client == "today":
    from daytona import AsyncDaytona, Daytona, FileUpload
elif client == "ours":
    from daytona_sdk import AsyncDaytona, Daytona, FileUpload
else:
    from daytona_sdk import Daytona
    from daytona_sdk.filesystem import FileUpload

daytona = Daytona()
sandbox: Any = daytona.get_current_sandbox(sandbox_id) if client == "old" else daytona.get(sandbox_id)


def execs(count: int) -> None:
    """Commands one after another."""
    for _ in range(count):
        check(sandbox.process.exec("true").exit_code == 0, "a command failed")


def concurrent(count: int) -> None:
    """Commands from 64 threads of this process."""
    with ThreadPoolExecutor(64) as pool:
        results = list(pool.map(lambda number: sandbox.process.exec(f"echo {number}").result, range(count)))
    check([int(result) for result in results] == list(range(count)), "outputs are mixed up")


def gathered(count: int) -> None:
    """Commands that are all under way at once, by the asynchronous client; the old one has none."""

    async def main() -> list[str]:
        async with AsyncDaytona() as asynchronous:
            process = (await asynchronous.get(sandbox.id)).process
            answers = await asyncio.gather(*(process.exec(f"echo {number}") for number in range(count)))
            return [answer.result for answer in answers]

    check([int(result) for result in asyncio.run(main())] == list(range(count)), "outputs are mixed up")


def emptied(_: int) -> None:
    """Room for uploads: replacing a large file would also wait until the disk has it, and that measures the disk."""
    check(sandbox.process.exec("rm -rf big small && mkdir small").exit_code == 0, "it cannot be emptied")


def small(count: int) -> None:
    """Small files in one call."""
    files: list[Any] = []
    for number in range(count):
        path, content = f"small/{number}", str(number).encode()
        files.append(FileUpload(content, path) if client == "today" else FileUpload(path, content))
    sandbox.fs.upload_files(files)
    check(int(sandbox.process.exec("ls small | wc -l").result) == count, "files are missing")


def upload(mib: int) -> None:
    """One large file, from disk where the client can."""
    source = folder / "source"
    if client == "today":
        sandbox.fs.upload_file(str(source), "big")
    elif client == "ours":
        sandbox.fs.upload_file("big", source)
    else:
        sandbox.fs.upload_file("big", source.read_bytes())
    check(int(sandbox.process.exec("stat -c %s big").result) == mib << 20, "the upload has another size")


def download(mib: int) -> None:
    """The same file back, to disk; the old client hands it over in memory."""
    back = folder / "back"
    if client == "today" or client == "ours":
        sandbox.fs.download_file("big", str(back))
    else:
        back.write_bytes(sandbox.fs.download_file("big"))
    check(back.stat().st_size == mib << 20, "the download has another size")


def written(mib: int) -> None:
    """What a log is to hold: a command that makes it up as it goes would be what everyone waits for."""
    command = f"head -c {mib << 20} /dev/zero | tr '\\0' x > text"
    check(sandbox.process.exec(command).exit_code == 0, "it cannot be written")


def logs(mib: int) -> None:
    """The log of a session command, followed from its start to its end."""
    session = f"log-{time.monotonic_ns()}"
    command = "cat text"
    sandbox.process.create_session(session)
    if client == "today":
        from daytona import SessionExecuteRequest

        request = SessionExecuteRequest(command=command, run_async=True)
    else:
        from daytona_sdk import SessionExecuteRequest

        request = SessionExecuteRequest(command=command, run_async=True)
    response = sandbox.process.execute_session_command(session, request)
    seen = 0

    def heard(text: str) -> None:
        nonlocal seen
        seen += len(text)

    callbacks = (heard, heard) if client == "today" else (heard,)
    following = sandbox.process.get_session_command_logs_async(session, response.cmd_id, *callbacks)
    asyncio.run(following)
    check(mib << 20 <= seen <= (mib << 20) + 1, f"{seen} characters of the log came")
    sandbox.process.delete_session(session)


def check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RuntimeError(f"{client}: {otherwise}")


def status_mib(field: str) -> float:
    """A field of this process's status, in MiB."""
    text = Path("/proc/self/status").read_text()
    return int(text.split(f"{field}:")[1].split()[0]) / 1024


ACTIONS: dict[str, Callable[[int], None]] = {
    action.__name__: action for action in (execs, concurrent, gathered, emptied, small, upload, download, written, logs)
}
for line in sys.stdin:
    name, size = line.split()
    Path("/proc/self/clear_refs").write_text("5")
    before = status_mib("VmRSS")
    start = time.perf_counter()
    told: dict[str, Any]
    try:
        ACTIONS[name](int(size))
        told = {"seconds": time.perf_counter() - start, "mib": status_mib("VmHWM") - before}
    except Exception as error:
        told = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(told), flush=True)
