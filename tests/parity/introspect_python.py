"""Writes down what the installed Python package has, as JSON: run by the environment that it is installed in.

Two sources are read and must agree with the contract each: the stub, as a type checker sees it, and the module, as a script
meets it.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import daytona_sdk
from daytona_sdk import _daytona


def main() -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    exports = {name: getattr(daytona_sdk, name) for name in daytona_sdk.__all__}
    stub = ast.parse((Path(daytona_sdk.__file__).parent / "_daytona.pyi").read_text())
    described = {
        "exports": sorted(exports),
        "native": {node.name: native(node) for node in stub.body if isinstance(node, ast.ClassDef)},
        "values": {name: value(item) for name, item in exports.items() if is_value(item)},
        "enums": {name: members(item) for name, item in exports.items() if is_enum(item)},
        "errors": {name: error(item) for name, item in exports.items() if is_error(item)},
        "codes": list(_daytona.ERROR_CODES),
        "class_of_code": {
            code: kind.__name__ for code, kind in importlib.import_module("daytona_sdk.errors").CLASS_OF_CODE.items()
        },
        "imports": {path: importable(path) for path in json.load(sys.stdin)},
    }
    json.dump(described, sys.stdout)


def native(node: ast.ClassDef) -> dict[str, Any]:
    """A class of the native half: what its stub says, and the parameters that the built module has."""
    kind = getattr(_daytona, node.name)
    methods: dict[str, list[str]] = {}
    properties: dict[str, str] = {}
    deprecated: list[str] = []
    for item in node.body:
        if not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        decorators = [ast.unparse(decorator) for decorator in item.decorator_list]
        if "property" in decorators:
            properties[item.name] = ast.unparse(item.returns) if item.returns else ""
            continue
        if any(decorator.startswith("deprecated(") for decorator in decorators):
            deprecated.append(item.name)
        methods.setdefault(item.name, []).append(signature(item))
    runtime = {
        name: parameters(getattr(kind, name)) for name in methods if hasattr(kind, name) and not name.startswith("__")
    }
    public = {name for name in vars(kind) if not name.startswith("_")}
    return {
        "methods": methods,
        "properties": properties,
        "deprecated": deprecated,
        "runtime": runtime,
        "public": sorted(public),
    }


def signature(item: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """``(path: str) -> bytes``, without self."""
    arguments = item.args
    positional = arguments.posonlyargs or arguments.args
    positional.pop(0)
    returns = ast.unparse(item.returns) if item.returns else "None"
    if isinstance(item, ast.AsyncFunctionDef):
        returns = f"Coroutine[Any, Any, {returns}]"
    return f"({ast.unparse(arguments)}) -> {returns}"


def parameters(function: Any) -> list[list[str]]:
    """Name, kind and default of each parameter, as the built module has them."""
    found = []
    for parameter in list(inspect.signature(function).parameters.values()):
        if parameter.name != "self":
            default = "" if parameter.default is parameter.empty else repr(parameter.default)
            found.append([parameter.name, parameter.kind.name, default])
    return found


def value(kind: type) -> dict[str, Any]:
    """A plain value: how it is made, what it holds, what it can do."""
    made = inspect.signature(kind.__init__)
    fields = [name for base in reversed(kind.__mro__) for name in getattr(base, "__slots__", ())]
    arguments = []
    for parameter in list(made.parameters.values())[1:]:
        text = f"{parameter.annotation}"
        if parameter.default is not parameter.empty:
            text += f" = {parameter.default!r}"
        arguments.append([parameter.name, text, parameter.kind.name])
    properties, methods = {}, {}
    for base in kind.__mro__:
        if base.__module__.endswith("_values") or base is object:
            continue
        for name, item in vars(base).items():
            if name.startswith("_") or name in fields:
                continue
            if isinstance(item, property):
                properties[name] = str(inspect.signature(item.fget).return_annotation)
            elif inspect.isfunction(item) or isinstance(item, (classmethod, staticmethod)):
                shown = str(inspect.signature(item)).replace("'", "")
                methods[name] = shown.replace("(self, ", "(").replace("(self)", "()")
    return {
        "arguments": arguments,
        "fields": fields,
        "properties": properties,
        "methods": methods,
        "bases": [base.__name__ for base in kind.__bases__],
    }


def error(kind: type[Exception]) -> dict[str, Any]:
    own = [name for name in vars(kind).get("__annotations__", {}) if not name.startswith("_")]
    return {"bases": [base.__name__ for base in kind.__bases__], "fields": own, "code": kind._default_code}


def members(kind: type[enum.Enum]) -> dict[str, Any]:
    taken = kind.__members__
    try:
        open_ = kind("something-new").value == "something-new"
    except ValueError:
        open_ = False
    return {
        "members": {name: member.value for name, member in taken.items()},
        "open": open_,
        "text": all(member == member.value and hash(member) == hash(member.value) for member in taken.values()),
    }


def is_enum(item: object) -> bool:
    return isinstance(item, type) and issubclass(item, enum.Enum)


def is_error(item: object) -> bool:
    return isinstance(item, type) and issubclass(item, Exception)


def is_value(item: object) -> bool:
    return (
        isinstance(item, type)
        and not is_enum(item)
        and not is_error(item)
        and item.__module__ != _daytona.__name__
        and item.__name__ not in vars(_daytona)
    )


def importable(path: str) -> dict[str, Any]:
    """Whether ``module:name`` is there, and whether using it warns."""
    module, _, name = path.partition(":")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = getattr(importlib.import_module(module), name) if name else importlib.import_module(module)
        except (ImportError, AttributeError) as missing:
            return {"there": False, "why": str(missing)}
    warned = any(issubclass(warning.category, DeprecationWarning) for warning in caught)
    return {"there": True, "warns": warned, "is": getattr(found, "__name__", str(found))}


if __name__ == "__main__":
    main()
