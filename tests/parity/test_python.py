"""The installed Python package is what the contract says, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from contract import CONTRACT, REAL
from signatures import awaited, listed, python_form, python_parameters

CLASSES = {name: entry["async"] for name, entry in CONTRACT["class"].items()}
#: Classes that only annotations name; users get them from calls.
NOT_EXPORTED = {"DownloadStream", "AsyncDownloadStream", "AsyncSessionLogStream"}
HANDLES = [(name, asynchronous) for name in CLASSES for asynchronous in (False, True)]
#: How an asynchronous handle answers to the statements of the language.
ASYNC_PROTOCOL = {"__enter__": "__aenter__", "__exit__": "__aexit__", "__iter__": "__aiter__", "__next__": "__anext__"}


def test_exports(python: dict[str, Any]) -> None:
    errors = {*CONTRACT["errors"].values(), "DaytonaError"}
    handles = {*CLASSES, *CLASSES.values()} - NOT_EXPORTED
    plain = {*CONTRACT["value"], *CONTRACT["enum"], *CONTRACT["function"], *CONTRACT["python"]["only"]}
    assert set(python["exports"]) == errors | handles | plain


@pytest.mark.parametrize(("name", "asynchronous"), HANDLES)
def test_handle(python: dict[str, Any], name: str, asynchronous: bool) -> None:
    known = python["native"][CLASSES[name] if asynchronous else name]
    wanted = CONTRACT["method"].get(name, {})
    methods = {method: signatures(entry, asynchronous) for method, entry in wanted.items() if "python" in entry}
    public = {method: overloads for method, overloads in known["methods"].items() if not method.startswith("__")}
    assert public == methods
    properties = {
        field: renamed(entry[0], asynchronous)
        for field, entry in CONTRACT["property"].get(name, {}).items()
        if entry[0]
    }
    assert known["properties"] == properties
    assert sorted(known["deprecated"]) == sorted(method for method in methods if "deprecated" in wanted[method])
    # The module has what its stub has.
    assert set(known["public"]) == set(methods) | set(properties)
    for method, parameters in known["runtime"].items():
        last = listed(wanted[method]["python"])[-1]
        overloaded = len(methods[method]) > 1
        expected = python_parameters(last)
        if overloaded:
            assert [parameter for parameter, *_ in parameters] == [parameter for parameter, *_ in expected], method
        else:
            assert parameters == expected, method


@pytest.mark.parametrize(("name", "asynchronous"), HANDLES)
def test_handle_protocol(python: dict[str, Any], name: str, asynchronous: bool) -> None:
    """``with``, ``for``, and how a client is made."""
    known = python["native"][CLASSES[name] if asynchronous else name]["methods"]
    protocol = CONTRACT["class"][name].get("protocol", [])
    if asynchronous:
        protocol = {ASYNC_PROTOCOL.get(method, method) for method in protocol}
    assert {method for method in known if method.startswith("__")} - {"__new__"} == set(protocol)
    made = CONTRACT["class"][name].get("python")
    assert known.get("__new__") == (None if made is None else [python_form(f"{made} -> Self")])


def signatures(entry: dict[str, Any], asynchronous: bool) -> list[str]:
    if not asynchronous:
        return [python_form(signature) for signature in listed(entry["python"])]
    awaits = entry.get("asynchronous", True)
    return [awaited(signature, CLASSES, asynchronous=awaits) for signature in listed(entry["python"])]


def renamed(kind: str, asynchronous: bool) -> str:
    return CLASSES.get(kind, kind) if asynchronous else kind


@pytest.mark.parametrize("name", CONTRACT["value"])
def test_value(python: dict[str, Any], name: str) -> None:
    known = python["values"][name]
    fields = {field: entry[0] for field, entry in all_fields(name).items() if entry[0]}
    made = {
        field: text.removeprefix("@argument ") for field, text in fields.items() if not text.startswith("@property")
    }
    positional = CONTRACT["value"][name]["positional"]
    arguments = [
        [field, text, "POSITIONAL_OR_KEYWORD" if index < positional else "KEYWORD_ONLY"]
        for index, (field, text) in enumerate(made.items())
    ]
    assert known["arguments"] == arguments
    assert known["fields"] == [field for field in made if not fields[field].startswith("@argument")]
    properties = {field: text.split(" ", 1)[1] for field, text in fields.items() if text.startswith("@property")}
    assert known["properties"] == properties
    methods = {method: entry["python"] for method, entry in CONTRACT["method"].get(name, {}).items()}
    assert known["methods"] == methods


def all_fields(name: str) -> dict[str, Any]:
    value = CONTRACT["value"][name]
    return {**(all_fields(value["extends"]) if "extends" in value else {}), **value["fields"]}


@pytest.mark.parametrize("name", CONTRACT["enum"])
def test_enum(python: dict[str, Any], name: str) -> None:
    known = python["enums"][name]
    # Aliases of a member may be more, never fewer.
    assert known["members"] == CONTRACT["enum"][name]["members"]
    assert known["open"] == CONTRACT["enum"][name].get("open", False)
    assert known["text"], "a member equals its text and has its hash"


def test_errors(python: dict[str, Any]) -> None:
    """Every code has its class here, and every class what the contract gives it."""
    assert sorted(python["codes"]) == sorted(CONTRACT["errors"])
    assert python["class_of_code"] == CONTRACT["errors"]
    assert set(python["errors"]) == {*CONTRACT["errors"].values(), "DaytonaError"}
    for name, known in python["errors"].items():
        fields = {field: entry for field, entry in CONTRACT["error"].get(name, {}).items() if entry[0]}
        assert known["fields"] == list(fields), name
        base = "Exception" if name == "DaytonaError" else "DaytonaError"
        also = [CONTRACT["error_bases"][name]] if name in CONTRACT["error_bases"] else []
        assert known["bases"] == [base, *also], name
        if name != "DaytonaError":
            assert CONTRACT["errors"][known["code"]] == name


@pytest.mark.parametrize("module", CONTRACT["python"]["imports"])
def test_import_paths(python: dict[str, Any], module: str) -> None:
    for name in CONTRACT["python"]["imports"][module]:
        assert python["imports"][f"{module}:{name}"]["there"], python["imports"][f"{module}:{name}"]


@pytest.mark.parametrize("name", CONTRACT["deprecated"])
def test_deprecated_name(python: dict[str, Any], name: str) -> None:
    found = python["imports"][f"daytona_sdk:{name}"]
    assert found == {"there": True, "warns": True, "is": CONTRACT["deprecated"][name]}


def test_scripts_for_0_14_0_import_what_they_did(python: dict[str, Any]) -> None:
    missing = {path: python["imports"][path]["why"] for path in REAL if not python["imports"][path]["there"]}
    assert missing == {}
