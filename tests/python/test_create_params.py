"""What `create` makes of its parameters before and when it sends them. The TypeScript twin is create-params.test.ts."""

from __future__ import annotations

from typing import Any

import pytest

from daytona_sdk import (
    CreateSandboxParams,
    Daytona,
    DaytonaConfig,
    DaytonaTimeoutError,
    DaytonaValidationError,
    Position,
    Sandbox,
    SandboxResources,
)
from support import answering_server, error_body, silent_server


def deprecated(timeout: float) -> CreateSandboxParams:
    with pytest.warns(DeprecationWarning, match="timeout is deprecated"):
        return CreateSandboxParams(timeout=timeout)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        # No argument: the parameter counts.
        ({"params": -1}, "timeout: it must be"),
        # Whatever the argument is, it wins, and None is one.
        ({"params": -1, "timeout": 30}, "made up"),
        ({"params": -1, "timeout": 60}, "made up"),
        ({"params": -1, "timeout": 0}, "made up"),
        ({"params": -1, "timeout": None}, "made up"),
        ({"params": 30, "timeout": -1}, "timeout: it must be"),
    ],
)
def test_the_argument_wins_over_the_deprecated_parameter(given: dict[str, Any], error: str) -> None:
    argument = {"timeout": given["timeout"]} if "timeout" in given else {}
    with answering_server(lambda *_: (400, {}, error_body(400, "made up"))) as url:
        daytona = Daytona(DaytonaConfig(api_key="k", api_url=url))
        with pytest.raises(DaytonaValidationError, match=error):
            daytona.create(deprecated(given["params"]), **argument)


def test_the_deprecated_parameter_still_counts() -> None:
    with silent_server() as (url, _), pytest.raises(DaytonaTimeoutError, match=r"0\.2 s"):
        Daytona(DaytonaConfig(api_key="k", api_url=url)).create(deprecated(0.2))


def test_what_no_number_can_be_says_what_failed(daytona: Daytona, sandbox: Sandbox) -> None:
    with pytest.raises(DaytonaValidationError, match=r"^Failed to create the sandbox: SandboxResources\.cpu is out of"):
        daytona.create(CreateSandboxParams(resources=SandboxResources(cpu=-1)))
    lsp = sandbox.create_lsp_server("python", "/home/daytona")
    with pytest.raises(DaytonaValidationError, match=r"^Failed to get completions: position\.line is out of range"):
        lsp.completions("/home/daytona/app.py", Position(-1, 0))


def test_the_resources_of_one_sandbox_make_another_as_large(daytona: Daytona, sandbox: Sandbox) -> None:
    resources = sandbox.instance.resources
    assert all(type(size) is int for size in resources.to_dict().values())
    twin = daytona.create(CreateSandboxParams(resources=resources))
    try:
        assert twin.instance.resources == resources
    finally:
        daytona.remove(twin)
