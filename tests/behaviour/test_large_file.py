"""Files beyond what 32 bits can count, both ways, in both languages.

The file is sparse on this side; what arrives is compared by its length and its ends, where a wrong offset would show.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import NODE, PYTHON, environment

SIZE = 2 * 1024**3 + 4096

PYTHON_SCRIPT = """
import json, sys
from pathlib import Path
from daytona_sdk import Daytona
local, size = Path(sys.argv[1]), int(sys.argv[2])
with Daytona() as daytona:
    sandbox = daytona.create()
    try:
        path = sandbox.get_user_root_dir() + "/large"
        sandbox.fs.upload_file(path, local)
        there = sandbox.process.exec(f"stat -c %s {path}; head -c 5 {path}; tail -c 3 {path}").result
        arrived = local.with_suffix(".back")
        sandbox.fs.download_file(path, arrived)
        with arrived.open("rb") as file:
            start = file.read(5)
            file.seek(-3, 2)
            ends = (start + file.read()).decode()
        print(json.dumps({"there": there, "back": arrived.stat().st_size, "ends": ends}))
        arrived.unlink()
    finally:
        sandbox.delete()
"""

NODE_SCRIPT = """
import { createReadStream } from "node:fs";
import { Daytona } from "@daytonaio/sdk";
const [local] = process.argv.slice(2);
const daytona = new Daytona();
const sandbox = await daytona.create();
try {
  const path = (await sandbox.getUserRootDir()) + "/large";
  await sandbox.fs.uploadFile(path, createReadStream(local));
  const command = `stat -c %s ${path}; head -c 5 ${path}; tail -c 3 ${path}`;
  const there = (await sandbox.process.executeCommand(command)).result;
  let [back, start, end] = [0, Buffer.alloc(0), Buffer.alloc(0)];
  for await (const piece of await sandbox.fs.downloadFileStream(path)) {
    back += piece.length;
    if (start.length < 5) start = Buffer.concat([start, piece]).subarray(0, 5);
    end = Buffer.concat([end, piece]).subarray(-3);
  }
  console.log(JSON.stringify({ there, back, ends: start.toString() + end.toString() }));
} finally {
  await sandbox.delete();
}
"""


@pytest.fixture(scope="session")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "file"
    with path.open("wb") as file:
        file.write(b"start")
        file.seek(SIZE - 3)
        file.write(b"end")
    return path


@pytest.mark.parametrize("language", ["python", "node"])
def test_more_than_2_gib_there_and_back(server: Path, sparse: Path, language: str) -> None:
    free = os.statvfs(server).f_bavail * os.statvfs(server).f_frsize
    assert free > 3 * SIZE, f"{free} bytes are free below {server}; this test needs {3 * SIZE}"
    if language == "python":
        command = [str(PYTHON), "-c", PYTHON_SCRIPT, str(sparse), str(SIZE)]
    else:
        script = NODE / "large.mjs"
        script.write_text(NODE_SCRIPT)
        command = ["node", str(script), str(sparse)]
    done = subprocess.run(
        command, cwd=NODE, env=environment(server), capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == {"there": f"{SIZE}\nstartend", "back": SIZE, "ends": "startend"}
