"""Files in and out."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from daytona_sdk import DaytonaError, DaytonaNotFoundError, FileInfo, FileUpload, Match, ReplaceResult, Sandbox
from support import run_script

BIG = 64 * 1024 * 1024


@pytest.fixture
def folder(sandbox: Sandbox) -> Iterator[str]:
    """An empty folder in the sandbox."""
    path = sandbox.process.exec("mktemp -d").check().result.strip()
    yield path
    sandbox.process.exec(f"rm -rf {path}")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"bytes \x00\xff", b"bytes \x00\xff"),
        (b"", b""),
        (bytearray(b"array"), b"array"),
        (memoryview(b"xviewx")[1:-1], b"view"),
        ("text: ü 🚀", "text: ü 🚀".encode()),
        (io.BytesIO(b"file"), b"file"),
    ],
    ids=["bytes", "nothing", "bytearray", "memoryview", "text", "file"],
)
def test_what_goes_in_comes_out(sandbox: Sandbox, folder: str, content: object, expected: bytes) -> None:
    sandbox.fs.upload_file(folder + "/x", content)  # type: ignore[call-overload]
    assert sandbox.fs.download_file(folder + "/x") == expected


def test_today_s_order_works_where_it_is_plain(sandbox: Sandbox, folder: str) -> None:
    sandbox.fs.upload_file(b"swapped", folder + "/x")
    assert sandbox.fs.download_file(folder + "/x") == b"swapped"
    sandbox.fs.upload_file(io.BytesIO(b"a file, swapped"), folder + "/x")
    assert sandbox.fs.download_file(folder + "/x") == b"a file, swapped"
    # Two texts: the documented order.
    sandbox.fs.upload_file(folder + "/x", folder + "/y")
    assert sandbox.fs.download_file(folder + "/x").decode() == folder + "/y"


def test_a_local_path_is_uploaded_and_downloaded(sandbox: Sandbox, folder: str, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.write_bytes(os.urandom(3_000_000))
    sandbox.fs.upload_file(folder + "/x", local)
    assert sandbox.fs.download_file(folder + "/x", tmp_path / "back") is None
    assert (tmp_path / "back").read_bytes() == local.read_bytes()
    sandbox.fs.download_file(folder + "/x", str(tmp_path / "again"))
    assert (tmp_path / "again").read_bytes() == local.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"local", "back", "again"}


def test_folders_are_made_and_files_replaced(sandbox: Sandbox, folder: str) -> None:
    path = folder + "/a/b/ü c\n-d"
    sandbox.fs.upload_file(path, b"1" * 1000)
    sandbox.fs.upload_file(path, b"2")
    assert sandbox.fs.download_file(path) == b"2"


def test_several_files_at_once(sandbox: Sandbox, folder: str, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"from disk")
    sandbox.fs.upload_files(
        [
            FileUpload(path=folder + "/1", content=b"one"),
            FileUpload(destination=folder + "/2", source=str(tmp_path / "local")),
        ]
    )
    assert sandbox.fs.download_file(folder + "/1") == b"one"
    assert sandbox.fs.download_file(folder + "/2") == b"from disk"
    sandbox.fs.upload_files([])


def test_every_file_that_failed_is_named_and_the_others_stay(sandbox: Sandbox, folder: str, tmp_path: Path) -> None:
    with pytest.raises(DaytonaError) as raised:
        sandbox.fs.upload_files(
            [
                FileUpload(folder + "/good", b"good"),
                FileUpload(folder, b"a folder is there"),
                FileUpload("/proc/nope", b"read-only"),
                FileUpload(folder + "/missing", tmp_path / "no such local file"),
                FileUpload(folder + "/also good", b"good too"),
            ]
        )
    text = str(raised.value)
    assert text.startswith("Failed to upload 3 of 5 files to sandbox ")
    for path in (folder, "/proc/nope", folder + "/missing"):
        assert f"{path}: " in text
    assert folder + "/good" not in text
    assert sandbox.fs.download_file(folder + "/good") == b"good"
    assert sandbox.fs.download_file(folder + "/also good") == b"good too"


def test_a_stream_is_read_piece_by_piece(sandbox: Sandbox, folder: str) -> None:
    content = os.urandom(5_000_000)
    sandbox.fs.upload_file(folder + "/x", content)
    stream = sandbox.fs.download_file_stream(folder + "/x")
    chunks = list(stream)
    assert len(chunks) > 1
    assert b"".join(chunks) == content
    assert list(stream) == []


def test_a_stream_can_be_given_up(sandbox: Sandbox, folder: str) -> None:
    sandbox.fs.upload_file(folder + "/x", os.urandom(5_000_000))
    with sandbox.fs.download_file_stream(folder + "/x") as stream:
        assert next(stream)
    assert list(stream) == []
    assert sandbox.process.exec("echo fine").result == "fine\n"


def test_a_big_file_goes_both_ways_in_bounded_memory(sandbox: Sandbox, folder: str, tmp_path: Path) -> None:
    local = tmp_path / "big"
    digest = hashlib.sha256()
    with local.open("wb") as out:
        for _ in range(BIG // 1_048_576):
            piece = os.urandom(1_048_576)
            digest.update(piece)
            out.write(piece)
    done = run_script(
        f"""
        from pathlib import Path
        from daytona_sdk import Daytona

        def peak():
            status = Path("/proc/self/status").read_text()
            return int(status.partition("VmHWM:")[2].split()[0])

        fs = Daytona().get({sandbox.id!r}).fs
        fs.upload_file({folder!r} + "/small", b"")
        # Forgets the peak so far, which a forked process has from its parent.
        Path("/proc/self/clear_refs").write_text("5")
        before = peak()
        fs.upload_file({folder!r} + "/path", Path({str(local)!r}))
        with open({str(local)!r}, "rb") as file:
            fs.upload_file({folder!r} + "/file", file)
        fs.download_file({folder!r} + "/path", {str(tmp_path / "back")!r})
        for _ in fs.download_file_stream({folder!r} + "/file"):
            pass
        streamed = peak() - before
        fs.download_file({folder!r} + "/path")
        print(streamed, peak() - before)
        """
    )
    assert done.returncode == 0, done.stderr
    streamed, whole = (int(kilobytes) * 1024 for kilobytes in done.stdout.split())
    print(f"four streamed transfers of {BIG >> 20} MiB: {streamed / 1_048_576:.1f} MiB more memory at the peak")
    assert streamed < BIG // 2
    assert whole >= BIG, "the measurement sees nothing"
    sums = sandbox.process.exec("sha256sum path file", cwd=folder).check().result
    assert sums.count(digest.hexdigest()) == 2
    assert hashlib.sha256((tmp_path / "back").read_bytes()).hexdigest() == digest.hexdigest()


def test_an_exception_of_the_user_s_file_is_the_user_s(sandbox: Sandbox, folder: str) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the tape is torn")

    with pytest.raises(OSError, match="the tape is torn"):
        sandbox.fs.upload_file(folder + "/x", Broken())  # type: ignore[call-overload]
    with pytest.raises(DaytonaNotFoundError):
        sandbox.fs.download_file(folder + "/x")


def test_a_text_file_is_refused_with_what_to_do(sandbox: Sandbox, folder: str) -> None:
    with pytest.raises(TypeError, match="'rb'"):
        sandbox.fs.upload_file(folder + "/x", io.StringIO("text"))  # type: ignore[call-overload]


def test_a_file_object_may_use_the_sdk_itself(sandbox: Sandbox, folder: str) -> None:
    class FromTheSandbox(io.RawIOBase):
        done = False

        def read(self, size: int = -1) -> bytes:
            if self.done:
                return b""
            self.done = True
            return sandbox.process.exec("echo from inside").result.encode()

    sandbox.fs.upload_file(folder + "/x", FromTheSandbox())  # type: ignore[call-overload]
    assert sandbox.fs.download_file(folder + "/x") == b"from inside\n"


def test_threads_share_one_stream_without_losing_a_byte(sandbox: Sandbox, folder: str) -> None:
    sandbox.fs.upload_file(folder + "/x", b"x" * 5_000_000)
    stream = sandbox.fs.download_file_stream(folder + "/x")
    sizes: list[int] = []
    threads = [threading.Thread(target=lambda: sizes.extend(map(len, stream))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sizes) == 5_000_000


def test_what_cannot_be_uploaded_is_a_type_error(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="not int"):
        sandbox.fs.upload_file("x", 3)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="path must be a str"):
        sandbox.fs.upload_file(3, b"x")  # type: ignore[call-overload]


# Whatever a file may be called.
NAMES = [
    "with space",
    "quote'and\"quote",
    "line\nbreak",
    "ünïcödé 🚀",
    "-dash",
    "percent%2Fslash",
    "a?b#c&d=e",
    "back\\slash",
    "$HOME `date`",
    "x" * 255,
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:20])
def test_names_are_taken_as_they_are(sandbox: Sandbox, folder: str, name: str) -> None:
    path = f"{folder}/{name}"
    sandbox.fs.upload_file(path, b"needle here")
    assert sandbox.fs.download_file(path) == b"needle here"
    assert [file.name for file in sandbox.fs.list_files(folder)] == [name]
    assert sandbox.fs.get_file_info(path).size == 11
    assert [match.file for match in sandbox.fs.find_files(folder, "needle")] == [path]
    assert sandbox.fs.replace_in_files([path], "needle", "pin") == [ReplaceResult(path, True)]
    assert sandbox.fs.download_file(path) == b"pin here"
    sandbox.fs.set_file_permissions(path, mode="600")
    sandbox.fs.move_files(path, folder + "/moved")
    sandbox.fs.create_folder(path)
    assert sandbox.fs.get_file_info(path).is_dir
    sandbox.fs.delete_file(path, recursive=True)
    assert [file.name for file in sandbox.fs.list_files(folder)] == ["moved"]


def test_a_folder_is_listed_with_what_is_known(sandbox: Sandbox, folder: str) -> None:
    sandbox.fs.create_folder(folder + "/sub", "750")
    sandbox.fs.upload_file(folder + "/file", b"12345")
    sandbox.fs.set_file_permissions(folder + "/file", mode="640")
    files = {file.name: file for file in sandbox.fs.list_files(folder)}
    assert set(files) == {"sub", "file"}
    file, sub = files["file"], files["sub"]
    assert (file.is_dir, file.size, file.permissions[-3:]) == (False, 5, "640")
    assert (sub.is_dir, sub.permissions[-3:]) == (True, "750")
    assert file.owner
    assert file.group
    assert file.mod_time.startswith("20")
    info = sandbox.fs.get_file_info(folder + "/file")
    assert isinstance(info, FileInfo)
    assert (info.size, info.permissions, info.owner) == (file.size, file.permissions, file.owner)
    sandbox.fs.create_folder(folder + "/plain")
    assert sandbox.fs.get_file_info(folder + "/plain").permissions[-3:] == "755"


def test_text_is_found_and_replaced_and_binary_files_are_let_be(sandbox: Sandbox, folder: str) -> None:
    sandbox.fs.upload_files(
        [
            FileUpload(folder + "/a.py", b"one\n# TODO: first\nthree\n"),
            FileUpload(folder + "/deep/er/b.py", b"# TODO: second"),
            FileUpload(folder + "/binary", b"\x00\x01TODO: no\xff\xfe"),
            FileUpload(folder + "/empty", b""),
        ]
    )
    matches = sorted(sandbox.fs.find_files(folder, "TODO:"), key=lambda match: match.file)
    assert matches == [
        Match(folder + "/a.py", 2, "# TODO: first"),
        Match(folder + "/deep/er/b.py", 1, "# TODO: second"),
    ]
    assert sorted(sandbox.fs.search_files(folder, "*.py").files) == [folder + "/a.py", folder + "/deep/er/b.py"]
    results = sandbox.fs.replace_in_files([folder + "/a.py", folder + "/nope"], "TODO:", "DONE:")
    assert results[0] == ReplaceResult(folder + "/a.py", True)
    assert (results[1].file, results[1].success) == (folder + "/nope", False)
    assert results[1].error
    assert sandbox.fs.download_file(folder + "/a.py") == b"one\n# DONE: first\nthree\n"


def test_a_folder_where_a_file_is_expected(sandbox: Sandbox, folder: str) -> None:
    for call in (
        lambda: sandbox.fs.download_file(folder),
        lambda: sandbox.fs.upload_file(folder, b"x"),
        lambda: list(sandbox.fs.download_file_stream(folder)),
        lambda: sandbox.fs.list_files(folder + "/nope"),
        lambda: sandbox.fs.get_file_info(folder + "/nope"),
        lambda: sandbox.fs.delete_file(folder + "/nope"),
        lambda: sandbox.fs.move_files(folder + "/nope", folder + "/there"),
    ):
        with pytest.raises(DaytonaError) as raised:
            call()
        assert folder in str(raised.value)


def test_a_full_folder_is_deleted_only_when_asked_to(sandbox: Sandbox, folder: str) -> None:
    sandbox.fs.upload_file(folder + "/full/file", b"x")
    with pytest.raises(DaytonaError):
        sandbox.fs.delete_file(folder + "/full")
    assert sandbox.fs.download_file(folder + "/full/file") == b"x"
    sandbox.fs.delete_file(folder + "/full", recursive=True)
    with pytest.raises(DaytonaNotFoundError):
        sandbox.fs.get_file_info(folder + "/full")
