"""Files and folders."""

from __future__ import annotations

import facts
from daytona_sdk import DaytonaError, Sandbox
from daytona_sdk.filesystem import FileUpload
from registry import scenario


@scenario
def files_folder_list_info(sandbox: Sandbox) -> None:
    sandbox.fs.create_folder("project/deep", "755")
    sandbox.fs.upload_file("project/a b.txt", b"12345")
    listed = {entry.name: entry for entry in sandbox.fs.list_files("project")}
    assert sorted(listed) == ["a b.txt", "deep"]
    assert listed["deep"].is_dir and not listed["a b.txt"].is_dir
    info = sandbox.fs.get_file_info("project/a b.txt")
    assert (info.name, info.size, info.is_dir) == ("a b.txt", 5, False)


@scenario
def files_upload_download(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("big.bin", facts.BIG)
    assert sandbox.fs.download_file("big.bin") == facts.BIG
    sandbox.fs.upload_file("text ü.txt", "größe\n".encode())
    assert sandbox.fs.download_file("text ü.txt").decode() == "größe\n"
    sandbox.fs.upload_file("empty", b"")
    assert sandbox.fs.get_file_info("empty").size == 0


@scenario
def files_bulk_upload(sandbox: Sandbox) -> None:
    sandbox.fs.create_folder("bulk", "755")
    sandbox.fs.upload_files([FileUpload(f"bulk/{number}", str(number).encode()) for number in range(20)])
    assert sandbox.process.exec("cat bulk/* | tr -d '\\n' | wc -c").result.strip() == "30"


@scenario
def files_move(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("before", b"x")
    sandbox.fs.move_files("before", "after")
    assert sandbox.fs.download_file("after") == b"x"
    with facts.raises(DaytonaError, "before"):
        sandbox.fs.get_file_info("before")


@scenario
def files_permissions(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("run.sh", b"#!/bin/sh\necho ran\n")
    sandbox.fs.set_file_permissions("run.sh", mode="750")
    info = sandbox.fs.get_file_info("run.sh")
    assert (info.permissions, info.mode) == ("0750", "-rwxr-x---")
    assert sandbox.process.exec("./run.sh").result == "ran\n"


@scenario
def files_find(sandbox: Sandbox) -> None:
    sandbox.fs.create_folder("code", "755")
    sandbox.fs.upload_file("code/a.py", b"x = 1\ny = 2 # TODO later\n")
    sandbox.fs.upload_file("code/b.bin", b"\0TODO\n")
    matches = sandbox.fs.find_files("code", "TODO")
    assert [(match.file.endswith("code/a.py"), match.line, match.content) for match in matches] == [
        (True, 2, "y = 2 # TODO later")
    ]


@scenario
def files_search(sandbox: Sandbox) -> None:
    sandbox.process.exec("mkdir -p code/deep && touch code/a.py code/deep/b.py code/c.txt")
    found = sandbox.fs.search_files("code", "*.py").files
    assert sorted(path.rsplit("/", 1)[1] for path in found) == ["a.py", "b.py"]


@scenario
def files_replace(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("a.txt", b"old old")
    results = sandbox.fs.replace_in_files(["a.txt", "missing.txt"], "old", "new")
    assert [result.success for result in results] == [True, False]
    assert results[1].error
    assert sandbox.fs.download_file("a.txt") == b"new new"


@scenario
def files_delete(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("gone", b"x")
    sandbox.fs.delete_file("gone")
    with facts.raises(DaytonaError, "gone"):
        sandbox.fs.download_file("gone")
