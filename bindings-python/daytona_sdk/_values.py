"""What the SDK's plain values and enums have in common.

A value is a small class with ``__slots__`` and a written-out ``__init__``: an unknown keyword is Python's own
``TypeError``, ``help()`` shows the fields, and importing costs nothing (``dataclasses`` alone would take three
times as long as the whole SDK). This base gives them comparison, printing, pickling and ``to_dict``.
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class Value:
    """Base of every plain value: equal when all fields are equal, printable, picklable, ``to_dict``-able."""

    __slots__ = ()

    #: Fields whose text ``repr`` must not show.
    _secret_fields: frozenset[str] = frozenset()

    def _items(self) -> Iterator[tuple[str, Any]]:
        for kind in reversed(type(self).__mro__):
            for name in getattr(kind, "__slots__", ()):
                yield name, getattr(self, name)

    def to_dict(self) -> dict[str, Any]:
        """The fields as a dict of plain Python objects; nested values and enums are converted too."""
        return {name: _plain(value) for name, value in self._items()}

    def model_dump(self, *, exclude_none: bool = False) -> dict[str, Any]:
        """The same as :meth:`to_dict`, by the name that pydantic models use."""
        return {k: v for k, v in self.to_dict().items() if not (exclude_none and v is None)}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return list(self._items()) == list(other._items())

    # Values can be changed, so they must not be dict keys.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = (
            f"{name}='***'" if name in self._secret_fields else f"{name}={value!r}"
            for name, value in self._items()
            if value is not None
        )
        return f"{type(self).__name__}({', '.join(shown)})"


class TextEnum(str, Enum):
    """An enum whose members are also their text: ``CodeLanguage.PYTHON == "python"``."""

    def __str__(self) -> str:
        return str(self.value)


class OpenTextEnum(TextEnum):
    """A :class:`TextEnum` that takes any text, so that a value only a newer server knows never breaks parsing."""

    @classmethod
    def _missing_(cls, value: object) -> OpenTextEnum | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value.upper()
        member._value_ = value
        return member


def _plain(value: Any) -> Any:
    items: Any = value  # what is in a dict or a list has no type of its own
    if isinstance(value, Value):
        return value.to_dict()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in items.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in items]
    return value
