"""Images: what the file system of a sandbox starts from, and what to do when the server does not have one."""

from daytona_sdk import (
    CreateSandboxParams,
    Daytona,
    DaytonaError,
    DaytonaNotFoundError,
    DaytonaValidationError,
    Sandbox,
)

# The one you would like, and the ones that will do. `host` is this machine's own programs, on the local target.
IMAGES = ["registry.example/team/data-science:2.1", "host"]


def create(daytona: Daytona, images: list[str]) -> Sandbox:
    """A sandbox of the first of these images that the server has."""
    for image in images:
        try:
            return daytona.create(CreateSandboxParams(image=image, language="python"))
        except (DaytonaNotFoundError, DaytonaValidationError) as error:
            # Nothing was made. The message says what the server has instead.
            print(f"no {image} ({error.code}): {error}")
    raise DaytonaError(f"the server has none of {', '.join(images)}")


daytona = Daytona()
sandbox = create(daytona, IMAGES)
try:
    print(f"image: {sandbox.image}")
    system = sandbox.process.exec(". /etc/os-release && echo $PRETTY_NAME").check().result
    print(f"runs on: {system.strip()}")
    code = "import platform; print(platform.python_version(), platform.machine())"
    print(f"python: {sandbox.process.code_run(code).check().result.strip()}")
finally:
    daytona.remove(sandbox)
