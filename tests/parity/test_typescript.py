"""The installed npm package is what the contract says, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from contract import CONTRACT
from signatures import camel, listed, typescript_name

CLASSES = [name for name, entry in CONTRACT["class"].items() if "noun" in entry]
ERRORS = sorted({*CONTRACT["errors"].values(), "DaytonaError"})


def test_exports(typescript: dict[str, Any]) -> None:
    functions = {camel(name) for name in CONTRACT["function"]}
    named = {*CLASSES, *CONTRACT["value"], *CONTRACT["enum"], *ERRORS, *functions}
    assert set(typescript["declarations"]) == named | set(CONTRACT["deprecated"]) | set(CONTRACT["typescript"]["only"])


def test_what_is_there_at_run_time(typescript: dict[str, Any]) -> None:
    """Classes, enums and functions are values, in both module systems; the rest is types alone."""
    declared = typescript["declarations"]
    values = sorted(name for name, entry in declared.items() if entry["kind"] in ("class", "enum", "function", "const"))
    assert typescript["values"] == values
    assert typescript["commonjs"] == values


@pytest.mark.parametrize("name", CLASSES)
def test_handle(typescript: dict[str, Any], name: str) -> None:
    known = typescript["declarations"][name]
    assert known["kind"] == "class"
    expected: dict[str, list[str]] = {}
    for method, entry in CONTRACT["method"].get(name, {}).items():
        for signature in listed(entry.get("typescript")):
            own = typescript_name(signature) or camel(method)
            expected.setdefault(own, []).append(f"{own}{signature.removeprefix(typescript_name(signature))}")
    for text in (entry[1] for entry in CONTRACT["property"].get(name, {}).values()):
        if text:
            expected[text.removeprefix("readonly ").removeprefix("get ").split(":")[0].strip("()")] = [text]
    assert {member: entry["texts"] for member, entry in known["members"].items()} == expected
    made = CONTRACT["class"][name].get("typescript")
    assert known["constructors"] == ([] if made is None else [f"constructor{made}"])
    for method, entry in CONTRACT["method"].get(name, {}).items():
        if "typescript" in entry:
            own = typescript_name(listed(entry["typescript"])[0]) or camel(method)
            assert known["members"][own]["deprecated"] == ("deprecated" in entry), method


@pytest.mark.parametrize("name", CONTRACT["value"])
def test_value(typescript: dict[str, Any], name: str) -> None:
    value = CONTRACT["value"][name]
    known = typescript["declarations"][name]
    assert known["kind"] == value.get("typescript", "interface")
    lacks = all_lacks(name)
    declared = {text for entry in all_fields(name).values() for text in listed(entry[1]) if text}
    expected = {text for text in declared if text.removeprefix("readonly ").split(":")[0].rstrip("?") not in lacks}
    methods = CONTRACT["method"].get(name, {})
    expected |= {f"{camel(method)}{entry['typescript']}" for method, entry in methods.items()}
    assert {text for entry in known["members"].values() for text in entry["texts"]} == expected


def all_fields(name: str) -> dict[str, Any]:
    value = CONTRACT["value"][name]
    return {**(all_fields(value["extends"]) if "extends" in value else {}), **value["fields"]}


def all_lacks(name: str) -> set[str]:
    value = CONTRACT["value"][name]
    return set(value.get("typescript_lacks", [])) | (all_lacks(value["extends"]) if "extends" in value else set())


@pytest.mark.parametrize("name", CONTRACT["enum"])
def test_enum(typescript: dict[str, Any], name: str) -> None:
    known = typescript["declarations"][name]
    assert known["kind"] == "enum"
    assert known["members"] == CONTRACT["enum"][name]["members"]


@pytest.mark.parametrize("name", CONTRACT["function"])
def test_function(typescript: dict[str, Any], name: str) -> None:
    known = typescript["declarations"][camel(name)]
    assert (known["kind"], known["text"]) == ("function", camel(name) + CONTRACT["function"][name]["typescript"])


@pytest.mark.parametrize("name", ERRORS)
def test_error(typescript: dict[str, Any], name: str) -> None:
    known = typescript["declarations"][name]
    assert known["bases"] == ["Error" if name == "DaytonaError" else "DaytonaError"]
    expected = {entry[1] for entry in CONTRACT["error"].get(name, {}).values() if entry[1]}
    assert {text for entry in known["members"].values() for text in entry["texts"]} == expected


def test_error_codes(typescript: dict[str, Any]) -> None:
    """The type of codes has every code, and each class is the one of its code."""
    codes = typescript["declarations"]["DaytonaErrorCode"]["text"]
    assert sorted(code.strip('"') for code in codes.split(" | ")) == sorted(CONTRACT["errors"])
    for name, code in typescript["codes"].items():
        assert CONTRACT["errors"][code] == name, code


@pytest.mark.parametrize("name", CONTRACT["deprecated"])
def test_deprecated_name(typescript: dict[str, Any], name: str) -> None:
    known = typescript["declarations"][name]
    assert known["text"].replace(f"{name}: typeof ", "") == CONTRACT["deprecated"][name]
