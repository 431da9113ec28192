"""Creating, finding, stopping, starting, labelling and removing sandboxes."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from daytona_sdk import (
    CodeLanguage,
    CreateSandboxParams,
    Daytona,
    DaytonaConflictError,
    DaytonaError,
    DaytonaNotFoundError,
    DaytonaValidationError,
    Sandbox,
    SandboxResources,
    SandboxState,
)
from support import wait_until

Create = Callable[..., Sandbox]


def test_create_returns_a_started_sandbox(create: Create) -> None:
    sandbox = create()
    assert sandbox.state is SandboxState.STARTED
    assert sandbox.id
    assert sandbox.name
    assert sandbox.target == "local"
    assert repr(sandbox) == f'Sandbox(id="{sandbox.id}", state="started")'


def test_what_was_asked_for_is_what_there_is(create: Create, daytona: Daytona) -> None:
    name = f"mine-{uuid.uuid4().hex[:8]}"
    sandbox = create(
        language=CodeLanguage.JAVASCRIPT,
        id=name,
        env_vars={"COLOUR": "blue"},
        labels={"project": name},
        auto_stop_interval=7,
        resources=SandboxResources(cpu=1, memory=1),
    )
    for known in (sandbox, daytona.get(name)):
        assert known.id == name
        assert known.env["COLOUR"] == "blue"
        assert known.labels["project"] == name
        assert known.auto_stop_interval == 7
        assert (known.cpu, known.memory) == (1, 1)
        assert known.instance.resources.cpu == 1
    assert sandbox.process.exec("echo $COLOUR").result == "blue\n"
    # The language is read back, so that code runs the same way for whoever finds the sandbox.
    assert daytona.get(name).process.code_run("console.log(typeof process)").result == "object\n"


def test_an_id_can_be_used_once(create: Create) -> None:
    name = f"mine-{uuid.uuid4().hex[:8]}"
    create(id=name)
    with pytest.raises(DaytonaConflictError, match=name):
        create(id=name)


def test_list_finds_by_labels(create: Create, daytona: Daytona) -> None:
    project = uuid.uuid4().hex
    one, two = create(labels={"project": project, "role": "a"}), create(labels={"project": project})
    assert {each.id for each in daytona.list({"project": project})} == {one.id, two.id}
    assert [each.id for each in daytona.list({"project": project, "role": "a"})] == [one.id]
    assert daytona.list({"project": "no such"}) == []
    assert {one.id, two.id} <= {each.id for each in daytona.list()}


def test_stop_keeps_files_and_start_brings_them_back(create: Create, daytona: Daytona) -> None:
    sandbox = create()
    path = sandbox.get_user_root_dir() + "/kept.txt"
    sandbox.fs.upload_file(path, b"still here")
    sandbox.stop()
    assert sandbox.state is SandboxState.STOPPED
    with pytest.raises(DaytonaError) as raised:
        sandbox.process.exec("true")
    assert sandbox.id in str(raised.value)
    daytona.start(sandbox)
    assert sandbox.state is SandboxState.STARTED
    sandbox.wait_for_sandbox_start()
    assert sandbox.fs.download_file(path) == b"still here"
    daytona.stop(sandbox)
    sandbox.wait_for_sandbox_stop()
    sandbox.start()


def test_a_change_elsewhere_is_seen_after_refresh(create: Create, daytona: Daytona) -> None:
    sandbox = create()
    daytona.get(sandbox.id).set_labels({"by": "someone else"})
    assert "by" not in sandbox.labels
    assert sandbox.info().labels["by"] == "someone else"
    assert sandbox.labels["by"] == "someone else"


def test_labels_are_replaced(create: Create) -> None:
    sandbox = create(labels={"old": "1"})
    assert sandbox.set_labels({"new": "2"})["new"] == "2"
    assert "old" not in sandbox.labels
    assert sandbox.labels["new"] == "2"


def test_the_auto_stop_interval(create: Create, daytona: Daytona) -> None:
    sandbox = create()
    sandbox.set_autostop_interval(0)
    assert sandbox.auto_stop_interval == 0
    sandbox.set_autostop_interval(5)
    assert daytona.get(sandbox.id).auto_stop_interval == 5
    for wrong in (-1, 2.5, "5", None, True, 2**40):
        with pytest.raises(DaytonaValidationError):
            sandbox.set_autostop_interval(wrong)  # type: ignore[arg-type]
    assert daytona.get(sandbox.id).auto_stop_interval == 5


def test_root_directories(sandbox: Sandbox) -> None:
    root = sandbox.get_user_root_dir()
    assert root.startswith("/")
    assert sandbox.get_sandbox_root_dir() == root
    with pytest.warns(DeprecationWarning, match="get_user_root_dir"):
        assert sandbox.get_workspace_root_dir() == root
    assert sandbox.process.exec("echo ~").result.strip() == root


def test_deprecated_methods_work_and_warn(sandbox: Sandbox, daytona: Daytona) -> None:
    assert daytona.get_current_sandbox(sandbox.id).id == sandbox.id
    with pytest.warns(DeprecationWarning, match="use get instead") as caught:
        assert daytona.get_current_workspace(sandbox.id).id == sandbox.id
    assert caught[0].filename == __file__
    with pytest.warns(DeprecationWarning, match="wait_for_sandbox_start"):
        sandbox.wait_for_workspace_start()


def test_removed_is_gone(daytona: Daytona) -> None:
    for remove in (daytona.remove, daytona.delete, Sandbox.delete):
        sandbox = daytona.create()
        remove(sandbox)
        with pytest.raises(DaytonaNotFoundError, match=sandbox.id):
            daytona.get(sandbox.id)
        with pytest.raises(DaytonaNotFoundError):
            sandbox.process.exec("true")


def test_a_create_that_times_out_leaves_nothing(daytona: Daytona) -> None:
    # One with an id of its own is never a warm one, and none can be made cold within a millisecond.
    name = f"mine-{uuid.uuid4().hex[:8]}"
    with pytest.raises(TimeoutError):
        daytona.create(CreateSandboxParams(id=name), timeout=0.001)
    # What is being removed may still be listed for a moment.
    wait_until(lambda: name not in {each.id for each in daytona.list()}, "nothing is left")


def test_sandboxes_outlive_their_client(create: Create, daytona: Daytona) -> None:
    sandbox = create()
    other = Daytona().get(sandbox.id)
    assert other.process.exec("echo still there").result == "still there\n"
