"""Giving a command's output to callbacks; behind ``process.get_session_command_logs_async``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


async def follow(stream: Any, on_logs: Callable[[str], object], on_stderr: Callable[[str], object] | None) -> None:
    """Calls ``on_logs`` with each piece, or ``on_stderr`` with those of stderr, and awaits what they return."""
    try:
        while batch := await stream._batch():
            for text, source in batch:
                on_text = on_logs if source == "stdout" or on_stderr is None else on_stderr
                returned: Any = on_text(text)
                if hasattr(returned, "__await__"):
                    await returned
    finally:
        # The exception of a callback keeps this frame, and with it the stream, alive for as long as it is kept.
        await stream.close()
