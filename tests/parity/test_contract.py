"""The contract itself: its form, and that it says the same of both languages or why not."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from contract import CONTRACT, SCHEMA
from signatures import camel, listed, python_parameters, snake, typescript_name, typescript_parameters

METHODS = [(owner, name) for owner, members in CONTRACT["method"].items() for name in members]
ENTRIES = [
    (kind, owner, name, entry)
    for kind, owners in (("property", CONTRACT["property"]), ("error", CONTRACT["error"]))
    for owner, entries in owners.items()
    for name, entry in entries.items()
] + [
    ("value", owner, name, entry)
    for owner, value in CONTRACT["value"].items()
    for name, entry in value["fields"].items()
]


def test_the_contract_has_its_form() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(CONTRACT)


def test_what_has_members_is_declared() -> None:
    declared = set(CONTRACT["class"]) | set(CONTRACT["value"])
    assert set(CONTRACT["method"]) | set(CONTRACT["property"]) <= declared
    assert set(CONTRACT["errors"].values()) >= set(CONTRACT["error"])
    assert {value["extends"] for value in CONTRACT["value"].values() if "extends" in value} <= set(CONTRACT["value"])


@pytest.mark.parametrize(("owner", "name"), METHODS)
def test_a_method_is_the_same_in_both_languages_or_says_why_not(owner: str, name: str) -> None:
    method = CONTRACT["method"][owner][name]
    differs = difference(name, method)
    assert (differs is not None) == ("why" in method), differs or "it says why it differs, and does not"


def difference(name: str, method: dict[str, Any]) -> str | None:
    python, typescript = listed(method.get("python")), listed(method.get("typescript"))
    if not python or not typescript:
        return "one language does not have it"
    if len(python) != 1 or len(typescript) != 1:
        return "one language has overloads"
    if typescript_name(typescript[0]) not in ("", camel(name)):
        return f"TypeScript calls it {typescript_name(typescript[0])}"
    ours = [(parameter, default) for parameter, _, default in python_parameters(python[0])]
    theirs = [(parameter.name, parameter.default) for parameter in typescript_parameters(typescript[0])]
    # undefined is how TypeScript says None.
    if ours != [
        (parameter, default or ("None" if dict(ours).get(parameter) == "None" else "")) for parameter, default in theirs
    ]:
        return f"Python has {ours}, TypeScript has {theirs}"
    return None


@pytest.mark.parametrize(
    ("kind", "owner", "name", "entry"), ENTRIES, ids=[f"{owner}.{name}" for _, owner, name, _ in ENTRIES]
)
def test_a_field_is_the_same_in_both_languages_or_says_why_not(
    kind: str, owner: str, name: str, entry: list[Any]
) -> None:
    python, typescript, *why = entry
    declared = typescript[0] if isinstance(typescript, list) else typescript
    named = declared.removeprefix("readonly ").removeprefix("get ").split(":")[0].strip('"?()')
    same = bool(python) and bool(typescript) and snake(named) == name
    assert same != bool(why), f"{kind} {owner}.{name}: {entry}"
