"""Between a scenario's data and Python's values: arguments in, results out."""

from __future__ import annotations

import base64
from typing import Any

from daytona_sdk import CodeRunParams, CreateSandboxParams, FileUpload, SandboxResources, Session, SessionExecuteRequest

#: Parameters that take a value of ours rather than plain data.
_PARAMETERS = {
    "code_run.params": CodeRunParams,
    "execute_session_command.req": SessionExecuteRequest,
}


def argument(method: str, name: str, value: Any, handles: dict[str, Any]) -> Any:
    """One argument as the method takes it."""
    if isinstance(value, dict) and "$handle" in value:
        return handles[value["$handle"]]
    if f"{method}.{name}" == "create.params":
        fields = dict(value)
        if "resources" in fields:
            fields["resources"] = SandboxResources(**fields["resources"])
        return CreateSandboxParams(**fields)
    if f"{method}.{name}" == "upload_files.files":
        return [FileUpload(item["path"], content(item["content"])) for item in value]
    if f"{method}.{name}" == "upload_file.content":
        return content(value)
    made = _PARAMETERS.get(f"{method}.{name}")
    return made(**value) if made else value


def content(value: Any) -> bytes:
    """What a file shall hold: text, or bytes that no text can say."""
    return base64.b64decode(value["$base64"]) if isinstance(value, dict) else value.encode()


def data(value: Any) -> Any:
    """A result as plain data: what the same call gives in every language."""
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return {"$base64": base64.b64encode(value).decode()}
    if hasattr(value, "instance"):  # a sandbox
        return value.instance.to_dict()
    if isinstance(value, Session):
        # Its id is a second name of a field, so no field.
        return {**value.to_dict(), "id": value.id}
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, (list, tuple)):
        return [data(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str, dict)) else None


def joined(pieces: list[Any]) -> Any:
    """What a stream delivered, however it was cut into pieces."""
    if pieces and hasattr(pieces[0], "source"):
        return {name: "".join(piece.text for piece in pieces if piece.source == name) for name in ("stdout", "stderr")}
    return data(b"".join(pieces))
