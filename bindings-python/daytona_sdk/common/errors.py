"""The exceptions, by their earlier import path."""

from ..errors import *  # noqa: F403
from ..errors import __all__ as __all__
