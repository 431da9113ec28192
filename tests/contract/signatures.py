"""Signatures of both languages as the contract writes them: taken apart, and brought to one form."""

from __future__ import annotations

import ast
import re
from typing import Any, NamedTuple


class Parameter(NamedTuple):
    name: str
    default: str


def listed(signature: str | list[str] | None) -> list[str]:
    """One signature, or several overloads."""
    if signature is None:
        return []
    return [signature] if isinstance(signature, str) else signature


def python_form(signature: str) -> str:
    """As the stub's reader writes it."""
    function = _function(signature)
    return f"({ast.unparse(function.args)}) -> {ast.unparse(function.returns)}" if function.returns else signature


def python_parameters(signature: str) -> list[list[str]]:
    """Name, kind and default of each parameter, as ``inspect`` says them."""
    found = []
    arguments = _function(signature).args
    missing: list[ast.expr | None] = [None] * (len(arguments.args) - len(arguments.defaults))
    for argument, default in zip(arguments.args, [*missing, *arguments.defaults]):
        found.append([argument.arg, "POSITIONAL_OR_KEYWORD", _text(default)])
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults):
        found.append([argument.arg, "KEYWORD_ONLY", _text(default)])
    return found


def awaited(signature: str, classes: dict[str, str], *, asynchronous: bool) -> str:
    """The same method of the asynchronous client: its classes, and a coroutine."""
    head, returns = python_form(signature).rsplit(" -> ", 1)

    def renamed(text: str) -> str:
        return re.sub(r"\b[A-Z]\w+\b", lambda word: classes.get(word[0], word[0]), text)

    returns = renamed(returns)
    return f"{renamed(head)} -> {f'Coroutine[Any, Any, {returns}]' if asynchronous else returns}"


def typescript_parameters(signature: str) -> list[Parameter]:
    """Names in snake case and defaults, without the options at the end."""
    inner = signature[signature.index("(") + 1 : closing(signature)]
    found = []
    for part in split(inner):
        name = re.match(r"(\w+)\??", part.strip())
        if name and name[1] != "options":
            default = re.search(r" = ([^=]+)$", part)
            found.append(Parameter(snake(name[1]), default[1] if default else ""))
    return found


def typescript_name(signature: str) -> str:
    return signature[: signature.index("(")]


def closing(signature: str) -> int:
    """Where the parameters end."""
    depth = 0
    for index, character in enumerate(signature):
        depth += (character == "(") - (character == ")")
        if character == ")" and depth == 0:
            return index
    raise ValueError(signature)


def split(parameters: str) -> list[str]:
    """At the commas that are not inside brackets."""
    parts, depth, start = [], 0, 0
    for index, character in enumerate(parameters):
        depth += (character in "([{<") - (character in ")]}>" and parameters[index - 1] != "=")
        if character == "," and depth == 0:
            parts.append(parameters[start:index])
            start = index + 1
    return [part for part in [*parts, parameters[start:]] if part.strip()]


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), name)


def _function(signature: str) -> ast.FunctionDef:
    function: Any = ast.parse(f"def f{signature}: ...").body[0]
    return function


def _text(default: ast.expr | None) -> str:
    return "" if default is None else ast.unparse(default)
