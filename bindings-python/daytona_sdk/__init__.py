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
from .daytona import AsyncDaytona, CodeLanguage, CreateSandboxParams, Daytona, DaytonaConfig
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
from .filesystem import (
    AsyncFileSystem,
    FileInfo,
    FileSystem,
    FileUpload,
    Match,
    ReplaceResult,
    SearchFilesResponse,
)
from .process import (
    AsyncProcess,
    CodeRunParams,
    Command,
    ExecuteResponse,
    ExecutionArtifacts,
    Process,
    Session,
    SessionExecuteRequest,
    SessionExecuteResponse,
    SessionLogChunk,
    SessionLogStream,
)
from .sandbox import (
    AsyncSandbox,
    PortPreviewUrl,
    Sandbox,
    SandboxInfo,
    SandboxInstance,
    SandboxResources,
    SandboxState,
    SandboxTargetRegion,
)

# What most scripts do without is imported when it is first asked for, by __getattr__ below.
_LAZY = {
    ".charts": (
        "BarChart",
        "BarData",
        "BoxAndWhiskerChart",
        "BoxAndWhiskerData",
        "Chart",
        "Chart2D",
        "ChartType",
        "CompositeChart",
        "LineChart",
        "PieChart",
        "PieData",
        "PointChart",
        "PointData",
        "ScatterChart",
        "parse_chart",
    ),
    ".git": (
        "AsyncGit",
        "FileStatus",
        "Git",
        "GitCommitInfo",
        "GitCommitResponse",
        "GitRemote",
        "GitStatus",
        "ListBranchResponse",
    ),
    ".lsp_server": (
        "AsyncLspServer",
        "CompletionItem",
        "CompletionList",
        "LspLanguageId",
        "LspLocation",
        "LspRange",
        "LspServer",
        "LspSymbol",
        "Position",
    ),
}

__all__ = [
    "AsyncDaytona",
    "AsyncFileSystem",
    "AsyncGit",
    "AsyncLspServer",
    "AsyncProcess",
    "AsyncSandbox",
    "BarChart",
    "BarData",
    "BoxAndWhiskerChart",
    "BoxAndWhiskerData",
    "Chart",
    "Chart2D",
    "ChartType",
    "CodeLanguage",
    "CodeRunParams",
    "Command",
    "CompletionItem",
    "CompletionList",
    "CompositeChart",
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
    "FileInfo",
    "FileStatus",
    "FileSystem",
    "FileUpload",
    "Git",
    "GitCommitInfo",
    "GitCommitResponse",
    "GitRemote",
    "GitStatus",
    "LineChart",
    "ListBranchResponse",
    "LspLanguageId",
    "LspLocation",
    "LspRange",
    "LspServer",
    "LspSymbol",
    "Match",
    "PieChart",
    "PieData",
    "PointChart",
    "PointData",
    "PortPreviewUrl",
    "Position",
    "Process",
    "ProcessExecutionError",
    "ReplaceResult",
    "Sandbox",
    "SandboxInfo",
    "SandboxInstance",
    "SandboxResources",
    "SandboxState",
    "SandboxTargetRegion",
    "ScatterChart",
    "SearchFilesResponse",
    "Session",
    "SessionExecuteRequest",
    "SessionExecuteResponse",
    "SessionLogChunk",
    "SessionLogStream",
    "__version__",
    "parse_chart",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .charts import (
        BarChart,
        BarData,
        BoxAndWhiskerChart,
        BoxAndWhiskerData,
        Chart,
        Chart2D,
        ChartType,
        CompositeChart,
        LineChart,
        PieChart,
        PieData,
        PointChart,
        PointData,
        ScatterChart,
        parse_chart,
    )
    from .git import (
        AsyncGit,
        FileStatus,
        Git,
        GitCommitInfo,
        GitCommitResponse,
        GitRemote,
        GitStatus,
        ListBranchResponse,
    )
    from .lsp_server import (
        AsyncLspServer,
        CompletionItem,
        CompletionList,
        LspLanguageId,
        LspLocation,
        LspRange,
        LspServer,
        LspSymbol,
        Position,
    )

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
    for module, names in _LAZY.items():
        if name in names:
            from importlib import import_module

            found: object = getattr(import_module(module, __name__), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
