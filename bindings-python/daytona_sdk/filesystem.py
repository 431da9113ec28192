"""Files of a sandbox."""

from __future__ import annotations

from ._daytona import DownloadStream, FileSystem
from ._values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import BinaryIO, Union

    #: What an upload takes: bytes as they are, text as UTF-8, a local file by its path, or an open binary file.
    #: The last two are streamed.
    FileContent = Union[bytes, bytearray, memoryview, str, PathLike[str], BinaryIO]

__all__ = ["DownloadStream", "FileSystem", "FileUpload"]


class FileUpload(Value):
    """One file of ``fs.upload_files``.

    Args:
        path: Where it goes in the sandbox.
        content: Bytes, text (written as UTF-8), a ``pathlib.Path`` of a local file, or an open binary file.
        source: In place of ``content``: bytes, or the path of a local file as text.
        destination: In place of ``path``.

    Example:
        ```python
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
