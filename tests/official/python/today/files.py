"""Files and folders."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from daytona import DaytonaError, DaytonaNotFoundError, FileDownloadRequest, FileUpload

import facts
from registry import scenario


@scenario
async def files_folder_list_info(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.create_folder("project/deep", "755")
    await sandbox.fs.upload_file(b"12345", "project/a b.txt")
    listed = {entry.name: entry for entry in await sandbox.fs.list_files("project")}
    assert sorted(listed) == ["a b.txt", "deep"]
    assert listed["deep"].is_dir and not listed["a b.txt"].is_dir
    info = await sandbox.fs.get_file_info("project/a b.txt")
    assert (info.name, info.size, info.is_dir) == ("a b.txt", 5, False)


@scenario
async def files_upload_download(daytona: Any, sandbox: Any) -> None:
    for path, content in [("big.bin", facts.BIG), ("text ü.txt", "größe\n".encode()), ("empty", b"")]:
        await sandbox.fs.upload_file(content, path)
        assert await sandbox.fs.download_file(path) == content, path


@scenario
async def files_bulk_upload(daytona: Any, sandbox: Any) -> None:
    files = [FileUpload(str(number).encode(), f"new/folder/{number}") for number in range(20)]
    await sandbox.fs.upload_files(files)
    assert (await sandbox.process.exec("cat new/folder/* | wc -c")).result.strip() == "30"


@scenario
async def files_bulk_download(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.upload_files([FileUpload(b"one", "one"), FileUpload(b"", "none"), FileUpload(facts.BIG, "big ü")])
    with tempfile.TemporaryDirectory() as folder:
        answers = await sandbox.fs.download_files(
            [
                FileDownloadRequest(source="one"),
                FileDownloadRequest(source="missing"),
                FileDownloadRequest(source="big ü", destination=f"{folder}/big"),
                FileDownloadRequest(source="none"),
            ]
        )
        assert [answer.source for answer in answers] == ["one", "missing", "big ü", "none"]
        assert answers[0].result == b"one"
        assert answers[1].error and answers[1].error_details.error_code == "FILE_NOT_FOUND", answers[1]
        assert Path(folder, "big").read_bytes() == facts.BIG


@scenario
async def files_streamed(daytona: Any, sandbox: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        there, back = Path(folder, "there"), Path(folder, "back")
        there.write_bytes(facts.BIG)
        await sandbox.fs.upload_file(str(there), "by-path")
        await sandbox.fs.download_file("by-path", str(back))
        assert back.read_bytes() == facts.BIG
    seen: list[int] = []
    await sandbox.fs.upload_file_stream(
        io.BytesIO(facts.BIG), "by-stream", on_progress=lambda progress: seen.append(progress.bytes_sent)
    )
    assert seen[-1] == len(facts.BIG)
    pieces = [piece async for piece in await sandbox.fs.download_file_stream("by-stream")]
    assert b"".join(pieces) == facts.BIG


@scenario
async def files_move(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.upload_file(b"x", "before")
    await sandbox.fs.move_files("before", "after")
    assert await sandbox.fs.download_file("after") == b"x"
    with facts.raises(DaytonaNotFoundError, "before"):
        await sandbox.fs.get_file_info("before")


@scenario
async def files_permissions(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.upload_file(b"#!/bin/sh\necho ran\n", "run.sh")
    await sandbox.fs.set_file_permissions("run.sh", mode="750")
    info = await sandbox.fs.get_file_info("run.sh")
    assert (info.permissions, info.mode) == ("0750", "-rwxr-x---")
    assert (await sandbox.process.exec("./run.sh")).result == "ran\n"


@scenario
async def files_find(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.upload_files(
        [FileUpload(b"x = 1\ny = 2 # TODO later\n", "code/a.py"), FileUpload(b"\0TODO\n", "code/b.bin")]
    )
    matches = await sandbox.fs.find_files("code", "TODO")
    assert [(match.file.endswith("code/a.py"), match.line, match.content) for match in matches] == [
        (True, 2, "y = 2 # TODO later")
    ]


@scenario
async def files_search(daytona: Any, sandbox: Any) -> None:
    await sandbox.process.exec("mkdir -p code/deep && touch code/a.py code/deep/b.py code/c.txt")
    found = (await sandbox.fs.search_files("code", "*.py")).files
    assert sorted(path.rsplit("/", 1)[1] for path in found) == ["a.py", "b.py"]


@scenario
async def files_replace(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.upload_file(b"old old", "a.txt")
    results = await sandbox.fs.replace_in_files(["a.txt", "missing.txt"], "old", "new")
    assert [result.success for result in results] == [True, False]
    assert results[1].error
    assert await sandbox.fs.download_file("a.txt") == b"new new"


@scenario
async def files_delete(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.upload_file(b"x", "folder/gone")
    with facts.raises(DaytonaError, "folder"):
        await sandbox.fs.delete_file("folder")
    await sandbox.fs.delete_file("folder/gone")
    with facts.raises(DaytonaNotFoundError, "gone"):
        await sandbox.fs.download_file("folder/gone")
    await sandbox.fs.delete_file("folder", recursive=True)
    with facts.raises(DaytonaNotFoundError, "folder"):
        await sandbox.fs.list_files("folder")
