"""A sandbox's life: made with a name and limits, found by a label, stopped and started with its files, removed."""

from daytona_sdk import CreateSandboxParams, Daytona, DaytonaNotFoundError, SandboxResources

daytona = Daytona()
sandbox = daytona.create(
    CreateSandboxParams(
        language="python",
        env_vars={"STAGE": "review"},
        labels={"example": "lifecycle"},
        resources=SandboxResources(cpu=1, memory=1, disk=2),
        auto_stop_interval=30,
    )
)
try:
    print("found by label:", sandbox.id in [each.id for each in daytona.list({"example": "lifecycle"})])
    print("stage:", sandbox.process.exec("echo $STAGE").result.strip())

    # Files outlive a stop; processes do not.
    sandbox.fs.upload_file("kept.txt", "still here")
    sandbox.stop()
    print("state:", sandbox.state)
    sandbox.start()
    print("state:", sandbox.state, "file:", sandbox.fs.download_file("kept.txt").decode())

    sandbox.set_labels({"example": "lifecycle", "reviewed": "yes"})
    sandbox.set_autostop_interval(0)  # never by itself
    info = sandbox.info()
    print("labels:", info.labels["reviewed"], "memory:", sandbox.memory)
finally:
    daytona.remove(sandbox)

try:
    daytona.get(sandbox.id)
except DaytonaNotFoundError:
    print("removed")
