"""A sandbox and what is known about it."""

from __future__ import annotations

from ._daytona import AsyncSandbox, Sandbox
from ._values import OpenTextEnum, TextEnum, Value

__all__ = [
    "AsyncSandbox",
    "PortPreviewUrl",
    "Sandbox",
    "SandboxInfo",
    "SandboxInstance",
    "SandboxResources",
    "SandboxState",
    "SandboxTargetRegion",
]


class SandboxTargetRegion(TextEnum):
    """Where sandboxes run. ``LOCAL`` is this machine.

    Example:
        ```python
        daytona = Daytona(DaytonaConfig(target=SandboxTargetRegion.LOCAL))
        ```
    """

    EU = "eu"
    US = "us"
    ASIA = "asia"
    LOCAL = "local"


class SandboxState(OpenTextEnum):
    """Where a sandbox is in its life. A state that only a newer server knows is a member too.

    Example:
        ```python
        running = [sandbox for sandbox in daytona.list() if sandbox.state == SandboxState.STARTED]
        ```
    """

    CREATING = "creating"
    RESTORING = "restoring"
    DESTROYED = "destroyed"
    DESTROYING = "destroying"
    STARTED = "started"
    STOPPED = "stopped"
    STARTING = "starting"
    STOPPING = "stopping"
    RESIZING = "resizing"
    ERROR = "error"
    BUILD_FAILED = "build_failed"
    PENDING_BUILD = "pending_build"
    BUILDING_SNAPSHOT = "building_snapshot"
    UNKNOWN = "unknown"
    PULLING_IMAGE = "pulling_image"
    PULLING_SNAPSHOT = "pulling_snapshot"
    ARCHIVING = "archiving"
    ARCHIVED = "archived"
    SNAPSHOTTING = "snapshotting"
    FORKING = "forking"
    PAUSING = "pausing"
    PAUSED = "paused"
    RESUMING = "resuming"


class SandboxResources(Value):
    """Size of a sandbox. What is left out takes the server's default.

    Args:
        cpu: Cores.
        memory: Memory in GB.
        disk: Disk in GB.
        gpu: GPUs.

    Example:
        ```python
        sandbox = daytona.create(CreateSandboxParams(resources=SandboxResources(cpu=1, memory=1, disk=2)))
        ```
    """

    __slots__ = ("cpu", "memory", "disk", "gpu")

    def __init__(
        self,
        cpu: int | None = None,
        memory: int | None = None,
        disk: int | None = None,
        gpu: int | None = None,
    ) -> None:
        self.cpu = cpu
        self.memory = memory
        self.disk = disk
        self.gpu = gpu


class SandboxInfo(Value):
    """Everything the server told about a sandbox when it was last asked.

    ``node_domain``, ``region``, ``class_name``, ``last_snapshot`` and ``provider_metadata`` are fields of the
    0.14.0 documents; a server that no longer sends them leaves them ``None``.

    Example:
        ```python
        info = sandbox.info()
        print(f"{info.name} runs in {info.target} since {info.created_at}")
        ```
    """

    __slots__ = (
        "id",
        "name",
        "image",
        "user",
        "env",
        "labels",
        "public",
        "target",
        "cpu",
        "gpu",
        "memory",
        "disk",
        "state",
        "error_reason",
        "snapshot_state",
        "snapshot_created_at",
        "node_domain",
        "region",
        "class_name",
        "created_at",
        "updated_at",
        "last_snapshot",
        "auto_stop_interval",
        "provider_metadata",
    )

    def __init__(
        self,
        *,
        id: str,
        name: str = "",
        image: str | None = None,
        user: str = "",
        env: dict[str, str] | None = None,
        labels: dict[str, str] | None = None,
        public: bool = False,
        target: str = "",
        cpu: float = 0,
        gpu: float = 0,
        memory: float = 0,
        disk: float = 0,
        state: SandboxState | str | None = None,
        error_reason: str | None = None,
        snapshot_state: str | None = None,
        snapshot_created_at: str | None = None,
        node_domain: str | None = None,
        region: str | None = None,
        class_name: str | None = None,
        created_at: str | None = None,
        updated_at: str | None = None,
        last_snapshot: str | None = None,
        auto_stop_interval: int | None = None,
        provider_metadata: str | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.image = image
        self.user = user
        self.env = env or {}
        self.labels = labels or {}
        self.public = public
        self.target = target
        self.cpu = cpu
        self.gpu = gpu
        self.memory = memory
        self.disk = disk
        self.state = None if state is None else SandboxState(state)
        self.error_reason = error_reason
        self.snapshot_state = snapshot_state
        self.snapshot_created_at = snapshot_created_at
        self.node_domain = node_domain
        self.region = region
        self.class_name = class_name
        self.created_at = created_at
        self.updated_at = updated_at
        self.last_snapshot = last_snapshot
        self.auto_stop_interval = auto_stop_interval
        self.provider_metadata = provider_metadata

    @property
    def resources(self) -> SandboxResources:
        """The size of the sandbox: what another needs to be as large.

        Example:
            ```python
            twin = daytona.create(CreateSandboxParams(resources=sandbox.info().resources))
            ```
        """
        return SandboxResources(int(self.cpu), int(self.memory), int(self.disk), int(self.gpu))


class SandboxInstance(SandboxInfo):
    """What ``sandbox.instance`` holds: the latest known copy of the sandbox on the server.

    Example:
        ```python
        print(sandbox.instance.state)  # as it was when the server was last asked
        sandbox.refresh_data()
        print(sandbox.instance.state)  # as it is now
        ```
    """

    __slots__ = ()

    @property
    def info(self) -> SandboxInfo:
        """The same facts as a :class:`SandboxInfo`.

        Example:
            ```python
            facts = sandbox.instance.info.to_dict()
            ```
        """
        return SandboxInfo(**dict(self._items()))


class PortPreviewUrl(Value):
    """Where a port of a sandbox can be reached.

    Args:
        url: URL of what listens on the port.
        token: What a private sandbox asks for, in the header ``x-daytona-preview-token``. Not printed.

    Example:
        ```python
        import urllib.request

        preview = sandbox.get_preview_link(3000)
        request = urllib.request.Request(preview.url, headers={"x-daytona-preview-token": preview.token})
        ```
    """

    __slots__ = ("url", "token")
    _secret_fields = frozenset({"token"})

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url
        self.token = token
