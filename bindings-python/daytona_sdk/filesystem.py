"""Files of a sandbox."""

from __future__ import annotations

from ._daytona import AsyncDownloadStream, AsyncFileSystem, DownloadStream, FileSystem
from ._values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import BinaryIO, Union

    #: What an upload takes: bytes as they are, text as UTF-8, a local file by its path, or an open binary file.
    #: The last two are streamed.
    FileContent = Union[bytes, bytearray, memoryview, str, PathLike[str], BinaryIO]

__all__ = [
    "AsyncDownloadStream",
    "AsyncFileSystem",
    "DownloadStream",
    "FileInfo",
    "FileSystem",
    "FileUpload",
    "Match",
    "ReplaceResult",
    "SearchFilesResponse",
]


class FileInfo(Value):
    """What is known about a file or folder.

    Args:
        name: Its name, without the folder.
        is_dir: Whether it is a folder.
        size: Bytes.
        mod_time: When it was last changed, ISO 8601.
        mode: Kind and permissions as ``ls -l`` shows them: ``"-rw-r--r--"``.
        permissions: The permissions in octal: ``"0644"``.
        owner: Name of its user.
        group: Name of its group.

    Example:
        ```python
        files = sandbox.fs.list_files(".")
        newest = max(files, key=lambda file: file.mod_time)
        print(newest.name, newest.size, newest.permissions)
        ```
    """

    __slots__ = ("name", "is_dir", "size", "mod_time", "mode", "permissions", "owner", "group")

    def __init__(
        self,
        name: str,
        is_dir: bool = False,
        size: int = 0,
        mod_time: str = "",
        mode: str = "",
        permissions: str = "",
        owner: str = "",
        group: str = "",
    ) -> None:
        self.name = name
        self.is_dir = is_dir
        self.size = size
        self.mod_time = mod_time
        self.mode = mode
        self.permissions = permissions
        self.owner = owner
        self.group = group


class Match(Value):
    """A line in which ``fs.find_files`` found the pattern.

    Args:
        file: Path of the file.
        line: Number of the line; the first is 1.
        content: The line.

    Example:
        ```python
        for match in sandbox.fs.find_files("project", "import "):
            print(f"line {match.line} of {match.file}: {match.content.strip()}")
        ```
    """

    __slots__ = ("file", "line", "content")

    def __init__(self, file: str, line: int, content: str) -> None:
        self.file = file
        self.line = line
        self.content = content


class SearchFilesResponse(Value):
    """What ``fs.search_files`` found.

    Args:
        files: Paths of the files.

    Example:
        ```python
        found = sandbox.fs.search_files("project", "test_*.py")
        print(f"{len(found.files)} test files")
        ```
    """

    __slots__ = ("files",)

    def __init__(self, files: list[str] | None = None) -> None:
        self.files = files if files is not None else []


class ReplaceResult(Value):
    """What ``fs.replace_in_files`` did to one file.

    Args:
        file: Path of the file.
        success: Whether it holds the new text now, or nothing had to be replaced.
        error: Why not.

    Example:
        ```python
        results = sandbox.fs.replace_in_files(["app.py", "missing.py"], "http://", "https://")
        for failed in [result for result in results if not result.success]:
            print(failed.file, failed.error)
        ```
    """

    __slots__ = ("file", "success", "error")

    def __init__(self, file: str, success: bool = True, error: str | None = None) -> None:
        self.file = file
        self.success = success
        self.error = error


class FileUpload(Value):
    """One file of ``fs.upload_files``.

    Args:
        path: Where it goes in the sandbox.
        content: Bytes, text (written as UTF-8), a ``pathlib.Path`` of a local file, or an open binary file.
        source: In place of ``content``: bytes, or the path of a local file as text.
        destination: In place of ``path``.

    Example:
        ```python
        from pathlib import Path

        sandbox.fs.upload_files([FileUpload("a.txt", b"one"), FileUpload("b.bin", Path("local.bin"))])
        ```
    """

    __slots__ = ("path", "content")

    def __init__(
        self,
        path: str | None = None,
        content: FileContent | None = None,
        *,
        source: bytes | str | PathLike[str] | None = None,
        destination: str | None = None,
    ) -> None:
        path = destination if path is None else path
        if content is None and source is not None:
            if isinstance(source, str):
                from pathlib import Path

                source = Path(source)
            content = source
        if path is None or content is None:
            raise TypeError("FileUpload needs path and content (or destination and source)")
        self.path = path
        self.content = content
