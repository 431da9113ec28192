"""Where settings come from, seen through the binding; the rules themselves are the core's."""

from __future__ import annotations

from pathlib import Path

import pytest

from daytona_sdk import Daytona, DaytonaConfig, DaytonaError, SandboxTargetRegion

URL = "http://127.0.0.1:9/api"


def test_an_argument_wins_over_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("DAYTONA_API_KEY=dotenv\nDAYTONA_TARGET=eu\n")
    monkeypatch.setenv("DAYTONA_API_KEY", "environment")
    assert Daytona(DaytonaConfig(api_key="argument")).api_key == "argument"
    assert Daytona().api_key == "environment"
    monkeypatch.delenv("DAYTONA_API_KEY")
    Path(".env.local").write_text("DAYTONA_API_KEY=dotenv-local\n")
    assert Daytona().api_key == "dotenv-local"
    assert Daytona().target == "eu"
    Path(".env.local").unlink()
    assert Daytona().api_key == "dotenv"


def test_defaults() -> None:
    client = Daytona(DaytonaConfig(api_key="k"))
    assert client.target == "us"
    assert client.default_language == "python"
    assert client.api_url
    assert client.api_url.startswith("https://")


def test_enums_and_text_are_the_same_target() -> None:
    for target in ("eu", SandboxTargetRegion.EU):
        assert Daytona(DaytonaConfig(api_key="k", target=target)).target == "eu"


def test_a_jwt_with_its_organization() -> None:
    client = Daytona(DaytonaConfig(jwt_token="j", organization_id="o", api_url=URL))
    assert (client.jwt_token, client.organization_id, client.api_key) == ("j", "o", None)


def test_nothing_configured_names_both_ways_out() -> None:
    with pytest.raises(DaytonaError) as raised:
        Daytona()
    assert raised.value.code == "AUTHENTICATION"
    assert "DAYTONA_API_KEY" in str(raised.value)
    assert "DAYTONA_TARGET=local" in str(raised.value)


def test_a_configuration_file_that_cannot_be_read_is_fatal_only_to_those_who_need_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config.json").mkdir()
    monkeypatch.setenv("DAYTONA_CONFIG_DIR", str(tmp_path))
    assert Daytona(DaytonaConfig(api_key="k", api_url=URL)).api_key == "k"
    with pytest.raises(DaytonaError, match=r"api_key is set nowhere else.*config\.json"):
        Daytona(DaytonaConfig(api_url=URL))


def test_the_deprecated_url_works_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.warns(DeprecationWarning, match="server_url") as caught:
        client = Daytona(DaytonaConfig(api_key="k", server_url=URL))
    assert client.api_url == URL
    assert caught[0].filename == __file__
    monkeypatch.setenv("DAYTONA_SERVER_URL", URL)
    with pytest.warns(DeprecationWarning, match="DAYTONA_SERVER_URL"):
        assert Daytona(DaytonaConfig(api_key="k")).api_url == URL


def test_a_key_sent_unencrypted_is_a_warning_users_see() -> None:
    with pytest.warns(UserWarning, match="unencrypted") as caught:
        Daytona(DaytonaConfig(api_key="s3cret", api_url="http://daytona.example/api"))
    assert not any("s3cret" in str(warning.message) for warning in caught)


def test_no_secret_is_printed() -> None:
    client = Daytona(DaytonaConfig(api_key="s3cret", jwt_token="s3cret-too", organization_id="o", api_url=URL))
    assert "s3cret" not in repr(client)
    assert URL in repr(client)
    with pytest.raises(DaytonaError) as raised:
        client.list()
    assert "s3cret" not in repr(raised.value)


def test_a_wrong_type_is_named_without_the_secret() -> None:
    with pytest.raises(TypeError, match=r"DaytonaConfig\.target must be a str, not 3"):
        Daytona(DaytonaConfig(target=3))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"DaytonaConfig\.api_key must be a str, not bytes") as raised:
        Daytona(DaytonaConfig(api_key=b"s3cret"))  # type: ignore[arg-type]
    assert "s3cret" not in str(raised.value)
    with pytest.raises(TypeError, match="config must be a DaytonaConfig, not dict"):
        Daytona({"api_key": "k"})  # type: ignore[arg-type]


def test_a_url_that_is_none_is_refused_with_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYTONA_API_URL", "not a url")
    with pytest.raises(DaytonaError) as raised:
        Daytona(DaytonaConfig(api_key="k")).list()
    assert raised.value.code == "VALIDATION"
    assert "DAYTONA_API_URL" in str(raised.value)


def test_making_a_client_starts_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DAYTONA_DATA_DIR", str(tmp_path / "data"))
    client = Daytona(DaytonaConfig(target="local"))
    assert client.api_url is None
    assert "local" in repr(client)
    assert not (tmp_path / "data" / "server.json").exists()
