"""Daytona SDK: run untrusted code in sandboxes, on a Daytona server or on this machine.

Example:
    ```python
    from daytona_sdk import CreateSandboxParams, Daytona

    daytona = Daytona()  # DAYTONA_API_KEY, or DAYTONA_TARGET=local for this machine
    sandbox = daytona.create(CreateSandboxParams(language="python"))
    print(sandbox.process.code_run('print("Sum of 3 and 4 is " + str(3 + 4))').result)
    daytona.remove(sandbox)
    ```
"""

from __future__ import annotations

from ._daytona import __version__
from .daytona import CodeLanguage, CreateSandboxParams, Daytona, DaytonaConfig
from .errors import (
    DaytonaAuthenticationError,
    DaytonaAuthorizationError,
    DaytonaConflictError,
    DaytonaConnectionError,
    DaytonaError,
    DaytonaNotFoundError,
    DaytonaQuotaError,
    DaytonaRateLimitError,
    DaytonaTimeoutError,
    DaytonaValidationError,
    ProcessExecutionError,
)
from .filesystem import FileSystem, FileUpload
from .process import CodeRunParams, ExecuteResponse, ExecutionArtifacts, Process
from .sandbox import (
    Sandbox,
    SandboxInfo,
    SandboxInstance,
    SandboxResources,
    SandboxState,
    SandboxTargetRegion,
)

__all__ = [
    "CodeLanguage",
    "CodeRunParams",
    "CreateSandboxParams",
    "Daytona",
    "DaytonaAuthenticationError",
    "DaytonaAuthorizationError",
    "DaytonaConfig",
    "DaytonaConflictError",
    "DaytonaConnectionError",
    "DaytonaError",
    "DaytonaNotFoundError",
    "DaytonaQuotaError",
    "DaytonaRateLimitError",
    "DaytonaTimeoutError",
    "DaytonaValidationError",
    "ExecuteResponse",
    "ExecutionArtifacts",
    "FileSystem",
    "FileUpload",
    "Process",
    "ProcessExecutionError",
    "Sandbox",
    "SandboxInfo",
    "SandboxInstance",
    "SandboxResources",
    "SandboxState",
    "SandboxTargetRegion",
    "__version__",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Deprecated names; at run time __getattr__ below gives them with a warning.
    CreateWorkspaceParams = CreateSandboxParams
    Workspace = Sandbox
    WorkspaceResources = SandboxResources
    WorkspaceState = SandboxState
    WorkspaceTargetRegion = SandboxTargetRegion

_RENAMED = {
    "CreateWorkspaceParams": "CreateSandboxParams",
    "Workspace": "Sandbox",
    "WorkspaceResources": "SandboxResources",
    "WorkspaceState": "SandboxState",
    "WorkspaceTargetRegion": "SandboxTargetRegion",
}


def __getattr__(name: str) -> object:
    if name in _RENAMED:
        import warnings

        now = _RENAMED[name]
        warnings.warn(f"{name} is deprecated; use {now} instead", DeprecationWarning, stacklevel=2)
        return globals()[now]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
