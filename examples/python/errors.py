"""Every failure is a DaytonaError that says what failed, why, and what to do."""

from daytona_sdk import (
    CreateSandboxParams,
    Daytona,
    DaytonaConfig,
    DaytonaError,
    DaytonaNotFoundError,
    DaytonaValidationError,
)

daytona = Daytona()
sandbox = daytona.create()
try:
    try:
        daytona.get("no-such-sandbox")
    except DaytonaNotFoundError as error:
        print(f"{type(error).__name__} ({error.code}, {error.status}): {error}")

    try:
        sandbox.fs.download_file("/no/such/file")
    except DaytonaNotFoundError as error:
        print(f"{type(error).__name__}: {error}")

    try:
        daytona.create(CreateSandboxParams(language="cobol"))
    except DaytonaValidationError as error:
        print(f"{type(error).__name__}: {error}")

    # A timeout is also Python's own TimeoutError. No sandbox is left behind.
    try:
        daytona.create(CreateSandboxParams(id="too-slow"), timeout=0.001)
    except TimeoutError as error:
        print(f"{type(error).__name__}: {error}")

    # One class catches them all.
    try:
        Daytona(DaytonaConfig(api_key="not-a-key", api_url="http://127.0.0.1:9/api")).list()
    except DaytonaError as error:
        print(f"{type(error).__name__}: {error}")
finally:
    daytona.remove(sandbox)
