"""The exceptions the SDK raises.

Every one is a :class:`DaytonaError` and carries ``message``, ``code``, ``status`` and ``request_id``. They are
Python classes because a timeout must also be a ``TimeoutError`` and a lost connection a ``ConnectionError``,
and only Python can inherit from two bases.
"""

from __future__ import annotations

__all__ = [
    "DaytonaAuthenticationError",
    "DaytonaAuthorizationError",
    "DaytonaConflictError",
    "DaytonaConnectionError",
    "DaytonaError",
    "DaytonaNotFoundError",
    "DaytonaQuotaError",
    "DaytonaRateLimitError",
    "DaytonaTimeoutError",
    "DaytonaValidationError",
    "ProcessExecutionError",
]


class DaytonaError(Exception):
    """Base class of everything the SDK raises.

    Example:
        ```python
        try:
            sandbox = daytona.get("no-such-sandbox")
        except DaytonaError as error:
            print(error.code, error.status, error.message)
        ```
    """

    #: What failed, on what, why, and what to do.
    message: str
    #: The same text in every language: ``"NOT_FOUND"``, ``"TIMEOUT"``, ...
    code: str
    #: The HTTP status, when a server answered.
    status: int | None
    #: Identifies the request in the server's log.
    request_id: str | None

    _default_code = "SERVER"

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self._default_code
        self.status = status
        self.request_id = request_id


class DaytonaAuthenticationError(DaytonaError):
    """There is no credential, or the server does not know it.

    Example:
        ```python
        try:
            Daytona(DaytonaConfig(api_key="mistyped")).list()
        except DaytonaAuthenticationError:
            print("create a key in the dashboard, and set DAYTONA_API_KEY")
        ```
    """

    _default_code = "AUTHENTICATION"


class DaytonaAuthorizationError(DaytonaError):
    """The credential is known but not allowed to do this.

    Example:
        ```python
        try:
            daytona.remove(sandbox)
        except DaytonaAuthorizationError as error:
            print(f"this key may not do that: {error}")
        ```
    """

    _default_code = "AUTHORIZATION"


class DaytonaNotFoundError(DaytonaError):
    """The sandbox, file or other thing does not exist.

    Example:
        ```python
        try:
            content = sandbox.fs.download_file("settings.json")
        except DaytonaNotFoundError:
            content = b"{}"
        ```
    """

    _default_code = "NOT_FOUND"


class DaytonaConflictError(DaytonaError):
    """It exists already, or is changing state just now.

    Example:
        ```python
        try:
            sandbox.process.create_session("build")
        except DaytonaConflictError:
            print("the session of the last run is used again")
        ```
    """

    _default_code = "CONFLICT"


class DaytonaValidationError(DaytonaError):
    """An argument or a configuration value is wrong.

    Example:
        ```python
        try:
            daytona.create(CreateSandboxParams(language="cobol"))
        except DaytonaValidationError as error:
            print(error.message)  # names the languages there are
        ```
    """

    _default_code = "VALIDATION"


class DaytonaRateLimitError(DaytonaError):
    """Too many requests.

    Example:
        ```python
        import time

        try:
            sandboxes = daytona.list()
        except DaytonaRateLimitError as error:
            time.sleep(error.retry_after or 1)
            sandboxes = daytona.list()
        ```
    """

    _default_code = "RATE_LIMIT"

    #: Seconds to wait before the next try, when the server said.
    retry_after: float | None

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, status=status, request_id=request_id)
        self.retry_after = retry_after


class DaytonaTimeoutError(DaytonaError, TimeoutError):
    """The deadline passed. Also a ``TimeoutError``.

    Example:
        ```python
        try:
            sandbox = daytona.create(timeout=0.001)
        except DaytonaTimeoutError:
            print("no sandbox is left behind")
        ```
    """

    _default_code = "TIMEOUT"


class DaytonaConnectionError(DaytonaError, ConnectionError):
    """The server could not be reached, or the connection broke. Also a ``ConnectionError``.

    Example:
        ```python
        elsewhere = Daytona(DaytonaConfig(api_key="your-api-key", api_url="http://127.0.0.1:9/api"))
        try:
            elsewhere.list()
        except DaytonaConnectionError as error:
            print(error.message)
        ```
    """

    _default_code = "CONNECTION"


class DaytonaQuotaError(DaytonaError):
    """The organization's or the machine's limit is reached.

    Example:
        ```python
        try:
            sandbox = daytona.create(CreateSandboxParams(resources=SandboxResources(memory=1)))
        except DaytonaQuotaError:
            for old in daytona.list({"purpose": "experiment"}):
                daytona.remove(old)
        ```
    """

    _default_code = "QUOTA"


class ProcessExecutionError(DaytonaError):
    """A process could not be run to its end: timed out, killed, or its interpreter is missing.

    A process that ends with a non-zero exit code does not raise; ``ExecuteResponse.check()`` does.

    Example:
        ```python
        try:
            sandbox.process.exec("ls /no/such/folder").check()
        except ProcessExecutionError as error:
            print(error.exit_code, error.stderr)
        ```
    """

    _default_code = "PROCESS_EXECUTION"

    #: The exit code, when there is one.
    exit_code: int | None
    #: What the process had written to stderr.
    stderr: str

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        exit_code: int | None = None,
        stderr: str = "",
    ) -> None:
        super().__init__(message, code=code, status=status, request_id=request_id)
        self.exit_code = exit_code
        self.stderr = stderr


#: The class of each error code. A test holds its keys equal to the codes that the core knows.
CLASS_OF_CODE: dict[str, type[DaytonaError]] = {
    "AUTHENTICATION": DaytonaAuthenticationError,
    "AUTHORIZATION": DaytonaAuthorizationError,
    "NOT_FOUND": DaytonaNotFoundError,
    "CONFLICT": DaytonaConflictError,
    "VALIDATION": DaytonaValidationError,
    "RATE_LIMIT": DaytonaRateLimitError,
    "TIMEOUT": DaytonaTimeoutError,
    "CONNECTION": DaytonaConnectionError,
    "QUOTA": DaytonaQuotaError,
    "PROCESS_EXECUTION": ProcessExecutionError,
    "SANDBOX_STATE": DaytonaError,
    "LOCAL_SERVER": DaytonaError,
    "SERVER": DaytonaError,
    "CANCELLED": DaytonaError,
}


def from_core(
    code: str,
    message: str,
    status: int | None,
    request_id: str | None,
    retry_after: float | None,
    exit_code: int | None,
    stderr: str | None,
) -> DaytonaError:
    """Builds the exception for a failure of the core. The native half calls this, and nothing else raises."""
    kind = CLASS_OF_CODE[code]
    if issubclass(kind, DaytonaRateLimitError):
        return kind(message, code=code, status=status, request_id=request_id, retry_after=retry_after)
    if issubclass(kind, ProcessExecutionError):
        return kind(message, code=code, status=status, request_id=request_id, exit_code=exit_code, stderr=stderr or "")
    return kind(message, code=code, status=status, request_id=request_id)
