"""Every way of getting it wrong gives a typed error that says what and what to do."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from daytona_sdk import (
    CreateSandboxParams,
    Daytona,
    DaytonaAuthenticationError,
    DaytonaConfig,
    DaytonaConnectionError,
    DaytonaError,
    DaytonaNotFoundError,
    DaytonaValidationError,
    Sandbox,
    SandboxResources,
)
from support import wait_until


def api_url(data: Path) -> str:
    return str(json.loads((data / "server.json").read_text())["url"])


def test_no_key() -> None:
    with pytest.raises(DaytonaAuthenticationError, match="DAYTONA_API_KEY"):
        Daytona()


def test_a_wrong_key(sandbox: Sandbox, server: Path) -> None:
    stranger = Daytona(DaytonaConfig(api_key="dtn_" + "0" * 64, api_url=api_url(server)))
    with pytest.raises(DaytonaAuthenticationError) as raised:
        stranger.get(sandbox.id)
    assert raised.value.status == 401
    assert "api_key" in str(raised.value)
    assert "0000" not in str(raised.value)


def test_an_unreachable_url() -> None:
    with pytest.raises(DaytonaConnectionError, match=r"127\.0\.0\.1:9"):
        Daytona(DaytonaConfig(api_key="k", api_url="http://127.0.0.1:9/api")).list()
    with pytest.raises(DaytonaConnectionError, match=r"no-such-host\.invalid"):
        Daytona(DaytonaConfig(api_key="k", api_url="https://no-such-host.invalid/api")).list()


@pytest.mark.parametrize("name", ["no-such-sandbox", "../x", "a/b", "ü", "x" * 5000, "a\nb"])
def test_an_unknown_sandbox(daytona: Daytona, name: str) -> None:
    with pytest.raises((DaytonaNotFoundError, DaytonaValidationError)) as raised:
        daytona.get(name)
    assert str(raised.value).startswith("Failed to ")


def test_an_empty_id(daytona: Daytona) -> None:
    with pytest.raises(DaytonaValidationError):
        daytona.get("")


def test_an_unknown_language(daytona: Daytona) -> None:
    with pytest.raises(DaytonaValidationError, match=r"cobol.*python"):
        daytona.create(CreateSandboxParams(language="cobol"))


@pytest.mark.parametrize("seconds", [-1, -0.5, math.nan, -math.inf])
def test_a_negative_timeout(daytona: Daytona, sandbox: Sandbox, seconds: float) -> None:
    calls = [
        lambda: daytona.create(timeout=seconds),
        lambda: sandbox.process.exec("true", timeout=seconds),
        lambda: sandbox.process.code_run("1", timeout=seconds),
        lambda: sandbox.start(seconds),
        lambda: sandbox.stop(seconds),
        lambda: daytona.remove(sandbox, seconds),
    ]
    for call in calls:
        with pytest.raises(DaytonaValidationError, match="timeout"):
            call()


@pytest.mark.parametrize("path", ["/no/such/file", "/proc", "", "a\0b"])
def test_a_path_that_does_not_exist_or_is_no_file(sandbox: Sandbox, path: str) -> None:
    for call in (sandbox.fs.download_file, sandbox.fs.download_file_stream):
        with pytest.raises((DaytonaNotFoundError, DaytonaValidationError)) as raised:
            call(path)
        assert "download" in str(raised.value)


def test_a_local_path_that_does_not_exist(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(DaytonaValidationError, match="no-such-local-file"):
        sandbox.fs.upload_file("x", tmp_path / "no-such-local-file")
    with pytest.raises(DaytonaValidationError, match="no-such-folder"):
        sandbox.fs.download_file("/etc/passwd", tmp_path / "no-such-folder" / "x")


def test_a_working_directory_that_does_not_exist(sandbox: Sandbox) -> None:
    response = sandbox.process.exec("true", cwd="/no/such/folder")
    assert response.exit_code != 0
    assert "/no/such/folder" in response.result
    with pytest.raises(DaytonaError, match="/no/such/folder"):
        response.check()


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"language": 3}, r"CreateSandboxParams\.language must be a str, not 3"),
        ({"env_vars": {"A": 1}}, r"CreateSandboxParams\.env_vars must be a dict of str to str, not \{'A': 1\}"),
        ({"labels": ["a"]}, r"CreateSandboxParams\.labels must be a dict of str to str"),
        ({"auto_stop_interval": "soon"}, r"CreateSandboxParams\.auto_stop_interval must be an int, not 'soon'"),
        ({"resources": {"cpu": 2}}, r"CreateSandboxParams\.resources must be a SandboxResources, not dict"),
        ({"resources": SandboxResources(cpu=1.5)}, r"SandboxResources\.cpu must be an int, not 1\.5"),
        ({"volumes": [{"volume_id": "v"}]}, "mount_path"),
        ({"volumes": [{"volume_id": "v", "mount_path": "/v", "path": "x"}]}, "unknown key 'path'"),
    ],
)
def test_a_wrong_type_names_the_field(daytona: Daytona, params: dict[str, object], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        daytona.create(CreateSandboxParams(**params))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "params",
    [
        {"resources": SandboxResources(cpu=-1)},
        {"resources": SandboxResources(memory=2**40)},
        {"auto_stop_interval": -1},
        {"auto_stop_interval": 2**40},
        {"id": "../x"},
        {"name": "a\nb"},
        {"env_vars": {"A=B": "c"}},
        {"env_vars": {"A": "b\0c"}},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_and_leaves_nothing(daytona: Daytona, params: dict[str, object]) -> None:
    before = {sandbox.id for sandbox in daytona.list()}
    with pytest.raises(DaytonaValidationError):
        daytona.create(CreateSandboxParams(**params))  # type: ignore[arg-type]
    assert {sandbox.id for sandbox in daytona.list()} == before


def test_params_of_a_wrong_class(daytona: Daytona, sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="params must be a CreateSandboxParams, not dict"):
        daytona.create({"language": "python"})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="params must be a CodeRunParams, not dict"):
        sandbox.process.code_run("1", {"argv": []})  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        daytona.remove(sandbox.id)  # type: ignore[arg-type]


def test_commands_with_characters_no_command_can_have(sandbox: Sandbox) -> None:
    with pytest.raises(DaytonaValidationError):
        sandbox.process.exec("echo a\0b")
    with pytest.raises(UnicodeEncodeError):
        sandbox.process.exec("echo \ud800")


def test_a_very_long_command(sandbox: Sandbox) -> None:
    text = "x" * 1_000_000
    response = sandbox.process.code_run(f"print(len('{text}'))")
    assert response.result == "1000000\n"


def test_the_server_still_answers_after_all_this(daytona: Daytona, sandbox: Sandbox) -> None:
    wait_until(lambda: sandbox.process.exec("echo fine").result == "fine\n", "the sandbox answers")
    assert sandbox.id in {each.id for each in daytona.list()}
