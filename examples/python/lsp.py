"""A language server in the sandbox completes names and lists symbols of a Python project."""

from daytona_sdk import Daytona, LspLanguageId, Position

SOURCE = """import os


def greet(name: str) -> str:
    return os.path.join("hello", name)


greet(os.path.
"""

daytona = Daytona()
sandbox = daytona.create()
try:
    project = f"{sandbox.get_user_root_dir()}/project"
    sandbox.fs.upload_file(f"{project}/main.py", SOURCE)

    server = sandbox.create_lsp_server(LspLanguageId.PYTHON, project)
    server.start()
    symbols = server.document_symbols(f"{project}/main.py")
    print("symbols:", sorted(symbol.name for symbol in symbols))

    # Lines and characters count from 0: after "greet(os.path." of line 7.
    completions = server.completions(f"{project}/main.py", Position(line=7, character=14))
    labels = [item.label for item in completions.items]
    print("completions:", len(labels) > 10, any(label.startswith("join") for label in labels))
    server.stop()
finally:
    daytona.remove(sandbox)
