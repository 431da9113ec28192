"""Follows a log through the installed Python package while its server is killed: ``restart.py sync|async``.

Prints one line of JSON: how many lines came, which came out of turn, and how many servers were killed meanwhile.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from daytona_sdk import AsyncDaytona, Daytona, SessionExecuteRequest

LINES = 200_000
#: The server is killed when so many have come; the second half is written only after the first has been read.
KILLS = (LINES // 10, LINES // 2, 3 * LINES // 4)
#: Far more than is kept on the way from the command to the reader.
PADDING = "x" * 100
COMMAND = f"""
seq -f '%.0f {PADDING}' 1 {LINES // 2}
until [ -e /tmp/go ]; do sleep 0.05; done
seq -f '%.0f {PADDING}' {LINES // 2 + 1} {LINES}"""


def server() -> int:
    return int(json.loads(Path(os.environ["DAYTONA_DATA_DIR"], "server.json").read_text())["pid"])


async def settled(outcome: Any) -> Any:
    return await outcome if inspect.isawaitable(outcome) else outcome


async def chunks(stream: Any) -> Any:
    """The pieces of a stream of either client."""
    if hasattr(stream, "__next__"):
        for chunk in stream:
            yield chunk
    else:
        async for chunk in stream:
            yield chunk


async def main(kind: Any) -> None:
    daytona = kind()
    sandbox = await settled(daytona.create())
    process = sandbox.process
    await settled(process.create_session("s"))
    request = SessionExecuteRequest(command=COMMAND, run_async=True)
    started = await settled(process.execute_session_command("s", request))
    kills, killed, wrong, rest, next_line = list(KILLS), set(), [], "", 1
    async for chunk in chunks(process.stream_session_command_logs("s", started.cmd_id)):
        *lines, rest = (rest + chunk.text).split("\n")
        for line in lines:
            if line != f"{next_line} {PADDING}":
                wrong.append(f"{line} where {next_line} was expected")
            next_line += 1
        if kills and next_line > kills[0]:
            # Another one each time, or there is nobody to kill: what came in between came from a new server.
            killed.add(server())
            os.kill(server(), signal.SIGKILL)
            if kills.pop(0) == LINES // 2:
                # Looking may be repeated, so it finds the next server; a command sent into a dying one is not.
                await settled(process.get_session("s"))
                await settled(process.exec("touch /tmp/go"))
    command = await settled(process.get_session_command("s", started.cmd_id))
    await settled(daytona.remove(sandbox))
    told = {"lines": next_line - 1, "rest": rest, "wrong": wrong[:3], "killed": len(killed)}
    print(json.dumps({**told, "exitCode": command.exit_code}))


if __name__ == "__main__":
    asyncio.run(main({"sync": Daytona, "async": AsyncDaytona}[sys.argv[1]]))
