"""``ExecuteResponse``, by its earlier import path."""

from ..process import ExecuteResponse, ExecutionArtifacts

__all__ = ["ExecuteResponse", "ExecutionArtifacts"]
