"""Scenarios of today's `daytona` package, written once for its two clients.

They are written for the asynchronous one. `today_sync` runs them on the synchronous client, whose methods it
makes awaitable; nothing of either client is replaced.
"""

from today import files, lifecycle, process, projects

__all__ = ["files", "lifecycle", "process", "projects"]
