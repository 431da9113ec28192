"""Exceptions: one table from code to class, the right bases, and answers of a server mapped to them."""

from __future__ import annotations

import pickle

import pytest

import daytona_sdk
from daytona_sdk import Daytona, DaytonaConfig, DaytonaError, DaytonaRateLimitError, errors
from daytona_sdk._daytona import ERROR_CODES
from support import answering_server, error_body, silent_server

CLASSES = [getattr(errors, name) for name in errors.__all__]


def test_every_code_of_the_core_has_a_class() -> None:
    assert set(errors.CLASS_OF_CODE) == set(ERROR_CODES)


def test_every_class_is_exported_and_is_a_daytona_error() -> None:
    for name in errors.__all__:
        assert getattr(daytona_sdk, name) is getattr(errors, name)
        assert issubclass(getattr(errors, name), DaytonaError)
    assert set(errors.CLASS_OF_CODE.values()) == set(CLASSES)


def test_python_s_own_bases() -> None:
    assert issubclass(errors.DaytonaTimeoutError, TimeoutError)
    assert issubclass(errors.DaytonaConnectionError, ConnectionError)


@pytest.mark.parametrize("code", ERROR_CODES)
def test_facts_survive_the_way_up_and_pickling(code: str) -> None:
    error = errors.from_core(code, "Failed to x: y", 418, "req-1", 2.5, 7, "said")
    again = pickle.loads(pickle.dumps(error))
    for each in (error, again):
        assert type(each) is errors.CLASS_OF_CODE[code]
        assert str(each) == each.message == "Failed to x: y"
        assert (each.code, each.status, each.request_id) == (code, 418, "req-1")
    assert vars(again) == vars(error)


@pytest.mark.parametrize("kind", CLASSES)
def test_users_may_raise_them(kind: type[DaytonaError]) -> None:
    error = kind("no")
    assert (str(error), error.message, error.status) == ("no", "no", None)
    assert errors.CLASS_OF_CODE[error.code] is kind


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "DaytonaValidationError"),
        (401, "DaytonaAuthenticationError"),
        (403, "DaytonaAuthorizationError"),
        (404, "DaytonaNotFoundError"),
        (409, "DaytonaConflictError"),
        (422, "DaytonaValidationError"),
        (500, "DaytonaError"),
    ],
)
def test_statuses_become_classes(status: int, name: str) -> None:
    def answer(_method: str, _path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        return status, {"x-request-id": "req-7"}, error_body(status, "because of that")

    with answering_server(answer) as url:
        client = Daytona(DaytonaConfig(api_key="dtn_key", api_url=url))
        with pytest.raises(DaytonaError) as raised:
            client.get("some-sandbox")
    error = raised.value
    assert type(error) is getattr(daytona_sdk, name)
    assert (error.status, error.request_id) == (status, "req-7")
    assert str(error).startswith("Failed to ")
    assert "because of that" in str(error)
    assert "dtn_key" not in str(error)


def test_a_rate_limit_says_how_long_to_wait() -> None:
    def answer(_method: str, _path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        # Longer than any client would wait by itself.
        return 429, {"retry-after": "3600"}, error_body(429, "slow down")

    with answering_server(answer) as url:
        client = Daytona(DaytonaConfig(api_key="k", api_url=url))
        with pytest.raises(DaytonaRateLimitError) as raised:
            client.list()
    assert raised.value.retry_after == 3600


@pytest.mark.parametrize("body", [b"", b"<html>it works</html>", b'{"items": [', b"[1, 2]"])
def test_something_that_is_not_the_api_says_so(body: bytes) -> None:
    with answering_server(lambda *_: (200, {}, body)) as url:
        client = Daytona(DaytonaConfig(api_key="k", api_url=url))
        with pytest.raises(DaytonaError) as raised:
            client.list()
    assert raised.value.code == "SERVER"


def test_the_client_says_who_it_is() -> None:
    seen: dict[str, str] = {}

    def answer(_method: str, _path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        seen.update(headers)
        return 200, {}, b'{"items": [], "nextCursor": null}'

    with answering_server(answer) as url, Daytona(DaytonaConfig(api_key="dtn_key", api_url=url)) as client:
        assert client.list() == []
    assert seen["authorization"] == "Bearer dtn_key"
    assert seen["x-daytona-source"] == "sdk-python"
    assert seen["x-daytona-sdk-version"] == daytona_sdk.__version__


def test_an_unreachable_server_is_a_connection_error() -> None:
    with silent_server() as (url, _):
        pass  # closed again: nothing listens there now
    with pytest.raises(ConnectionError) as raised:
        Daytona(DaytonaConfig(api_key="k", api_url=url)).list()
    assert isinstance(raised.value, errors.DaytonaConnectionError)
    assert url.removesuffix("/api").removeprefix("http://") in str(raised.value)


def test_a_deadline_is_a_timeout_error() -> None:
    with silent_server() as (url, _):
        client = Daytona(DaytonaConfig(api_key="k", api_url=url))
        with pytest.raises(TimeoutError) as raised:
            client.create(timeout=0.2)
    assert isinstance(raised.value, errors.DaytonaTimeoutError)
    assert "0.2" in str(raised.value)
