"""The client and what it is made with."""

from __future__ import annotations

from ._daytona import AsyncDaytona, Daytona
from ._values import TextEnum, Value
from .errors import DaytonaError
from .process import SessionExecuteRequest, SessionExecuteResponse
from .sandbox import SandboxResources, SandboxTargetRegion

__all__ = [
    "AsyncDaytona",
    "CodeLanguage",
    "CreateSandboxParams",
    "Daytona",
    "DaytonaConfig",
    "DaytonaError",
    "SandboxResources",
    "SandboxTargetRegion",
    "SessionExecuteRequest",
    "SessionExecuteResponse",
]


class CodeLanguage(TextEnum):
    """Languages that ``process.code_run`` runs.

    Example:
        ```python
        sandbox = daytona.create(CreateSandboxParams(language=CodeLanguage.TYPESCRIPT))
        print(sandbox.process.code_run("const answer: number = 42; console.log(answer)").result)
        ```
    """

    PYTHON = "python"
    TYPESCRIPT = "typescript"
    JAVASCRIPT = "javascript"


class DaytonaConfig(Value):
    """Settings of a :class:`Daytona` client. Whatever is left out is looked up in the environment.

    Args:
        api_key: API key; else ``DAYTONA_API_KEY``.
        api_url: URL of the Daytona API; else ``DAYTONA_API_URL``. Never starts a server.
        target: Where sandboxes run, ``"local"`` for this machine; else ``DAYTONA_TARGET``.
        jwt_token: A JWT in place of an API key; else ``DAYTONA_JWT_TOKEN``.
        organization_id: The organization the JWT acts for; else ``DAYTONA_ORGANIZATION_ID``.
        server_url: Deprecated name of ``api_url``.

    Example:
        ```python
        daytona = Daytona(DaytonaConfig(api_key="your-api-key", target="us"))
        ```
    """

    __slots__ = ("api_key", "api_url", "target", "jwt_token", "organization_id", "server_url")
    _secret_fields = frozenset({"api_key", "jwt_token"})

    def __init__(
        self,
        *,
        api_key: str | None = None,
        api_url: str | None = None,
        target: SandboxTargetRegion | str | None = None,
        jwt_token: str | None = None,
        organization_id: str | None = None,
        server_url: str | None = None,
    ) -> None:
        self.api_key = api_key
        self.api_url = api_url
        self.target = target
        self.jwt_token = jwt_token
        self.organization_id = organization_id
        self.server_url = server_url


class CreateSandboxParams(Value):
    """What sandbox to create. Everything is optional.

    Args:
        language: What ``process.code_run`` runs; Python unless said otherwise.
        id: Asks for this id.
        name: A name, unique in the organization.
        image: The image to start from.
        os_user: The user that commands run as.
        env_vars: Environment of every process in the sandbox.
        labels: Labels to find it by.
        public: Whether preview links need no token.
        target: Where it runs.
        resources: Its size.
        timeout: Deprecated: pass ``timeout`` to ``Daytona.create``, which wins over this one.
        auto_stop_interval: Minutes without activity until it is stopped; 0 never.
        volumes: Volumes to mount, each a dict with ``volume_id``, ``mount_path`` and perhaps ``subpath``.

    Example:
        ```python
        sandbox = daytona.create(CreateSandboxParams(language="python", env_vars={"DEBUG": "1"}))
        ```
    """

    __slots__ = (
        "language",
        "id",
        "name",
        "image",
        "os_user",
        "env_vars",
        "labels",
        "public",
        "target",
        "resources",
        "timeout",
        "auto_stop_interval",
        "volumes",
    )

    def __init__(
        self,
        *,
        language: CodeLanguage | str | None = None,
        id: str | None = None,
        name: str | None = None,
        image: str | None = None,
        os_user: str | None = None,
        env_vars: dict[str, str] | None = None,
        labels: dict[str, str] | None = None,
        public: bool | None = None,
        target: SandboxTargetRegion | str | None = None,
        resources: SandboxResources | None = None,
        timeout: float | None = None,
        auto_stop_interval: int | None = None,
        volumes: list[dict[str, str]] | None = None,
    ) -> None:
        if timeout is not None:
            import warnings

            warnings.warn(
                "CreateSandboxParams.timeout is deprecated; pass timeout to Daytona.create() instead",
                DeprecationWarning,
                stacklevel=2,
            )
        self.language = language
        self.id = id
        self.name = name
        self.image = image
        self.os_user = os_user
        self.env_vars = env_vars
        self.labels = labels
        self.public = public
        self.target = target
        self.resources = resources
        self.timeout = timeout
        self.auto_stop_interval = auto_stop_interval
        self.volumes = volumes
