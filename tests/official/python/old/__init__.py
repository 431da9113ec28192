"""Scenarios of `daytona-sdk` 0.14.0, as its documents show it: synchronous, a sandbox is a workspace on the wire."""

from old import files, lifecycle, process, projects
from old.client import with_sandbox

__all__ = ["files", "lifecycle", "process", "projects", "with_sandbox"]
