"""Language servers in a sandbox."""

from __future__ import annotations

import asyncio

import pytest

from daytona_sdk import (
    AsyncDaytona,
    DaytonaError,
    DaytonaValidationError,
    LspLanguageId,
    LspSymbol,
    Position,
    Sandbox,
)

SOURCE = "import os\n\n\ndef documented(name):\n    return name.upper()\n\n\nos.pa"


PROJECT = "/tmp/lsp project"


@pytest.fixture
def file(sandbox: Sandbox) -> str:
    path = PROJECT + "/app.py"
    sandbox.fs.upload_file(path, SOURCE)
    return path


def test_symbols_and_completions(sandbox: Sandbox, file: str) -> None:
    lsp = sandbox.create_lsp_server(LspLanguageId.PYTHON, PROJECT)
    lsp.start()
    lsp.did_open(file)
    symbols = lsp.document_symbols(file)
    assert all(isinstance(symbol, LspSymbol) for symbol in symbols)
    assert "documented" in {symbol.name for symbol in symbols}
    assert symbols[0].location.uri
    completions = lsp.completions(file, Position(line=7, character=5))
    assert "path" in {item.label for item in completions.items}
    assert lsp.completions(file, {"line": 7, "character": 5}) == completions
    assert isinstance(lsp.sandbox_symbols("documented"), list)
    with pytest.warns(DeprecationWarning, match="sandbox_symbols"):
        lsp.workspace_symbols("documented")
    lsp.did_close(file)
    lsp.stop()


def test_a_feature_starts_the_server(sandbox: Sandbox, file: str) -> None:
    async def main() -> None:
        async with AsyncDaytona() as daytona:
            lsp = (await daytona.get(sandbox.id)).create_lsp_server("python", PROJECT)
            await lsp.did_open(file)
            assert "documented" in {symbol.name for symbol in await lsp.document_symbols(file)}
            await lsp.stop()

    asyncio.run(main())


def test_what_cannot_be_asked(sandbox: Sandbox, file: str) -> None:
    with pytest.raises(DaytonaValidationError, match="cobol"):
        sandbox.create_lsp_server("cobol", PROJECT)
    lsp = sandbox.create_lsp_server("python", PROJECT)
    with pytest.raises(DaytonaError):
        lsp.document_symbols(PROJECT + "/no such file.py")
    with pytest.raises(TypeError, match="position must be a Position"):
        lsp.completions(file, {"row": 1})
    with pytest.raises(TypeError, match=r"position\.line must be an int"):
        lsp.completions(file, {"line": "1", "character": 1})  # type: ignore[dict-item]
    with pytest.raises(DaytonaValidationError, match="out of range"):
        lsp.completions(file, Position(line=-1, character=0))
