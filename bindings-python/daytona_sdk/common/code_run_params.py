"""``CodeRunParams``, by its earlier import path."""

from ..process import CodeRunParams

__all__ = ["CodeRunParams"]
