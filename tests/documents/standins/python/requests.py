"""Of the requests package, what the documents' LLM example calls."""

from __future__ import annotations

import json as encoding
import urllib.request
from typing import Any


class Response:
    def __init__(self, status_code: int, body: bytes) -> None:
        self.status_code = status_code
        self.text = body.decode()

    def json(self) -> Any:
        return encoding.loads(self.text)


def post(url: str, json: Any, headers: dict[str, str]) -> Response:
    request = urllib.request.Request(url, encoding.dumps(json).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return Response(answer.status, answer.read())
