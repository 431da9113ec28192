"""A stream that is open while the process forks: whatever the child does with its copy, the parent reads on.

Parent and child share sockets and the kernel's list of who waits for them (epoll). A child that took its copy apart
would take the parent's entry off that list, and the parent would never hear of another byte. Calls that are not
streams are in test_runtime.py and test_async.py.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import pytest

from daytona_sdk import Sandbox, SessionExecuteRequest
from support import children, read_line

# What the parent runs around the child's part. It reads on in the end, with nothing to wake it but the stream.
PARENT = """
    import gc, multiprocessing, os, sys
    from daytona_sdk import Daytona

    process = Daytona().get(sys.argv[1]).process
    command = sys.argv[2]
    {open}
    next(stream)

    def in_the_child():
        global stream
        {child}

    {fork}
    for _ in range(20):
        next(stream)
    print("read on", flush=True)
    os._exit(0)
"""
LOGS = 'stream = process.stream_session_command_logs("ticks", command)'

FORK = {
    "os.fork": """
    if (child := os.fork()) == 0:
        in_the_child()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    """,
    "os.fork, ended by the interpreter": """
    if (child := os.fork()) == 0:
        in_the_child()
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
    """,
    "multiprocessing": """
    child = multiprocessing.get_context("fork").Process(target=in_the_child)
    child.start()
    child.join()
    assert child.exitcode == 0
    """,
}
CHILD = {
    "leaves it alone": "pass",
    "drops it": "del stream; gc.collect()",
    "closes it": "stream.close()",
}


@pytest.fixture
def ticks(sandbox: Sandbox) -> Iterator[str]:
    """A command that writes a line twenty times a second, until the test is over."""
    sandbox.process.create_session("ticks")
    run = SessionExecuteRequest(command="while :; do echo tick; sleep 0.05; done", run_async=True)
    yield sandbox.process.execute_session_command("ticks", run).cmd_id
    sandbox.process.delete_session("ticks")


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts scripts that do not outlive the test."""
    with children() as begin:
        yield begin


@pytest.mark.parametrize("fork", FORK)
@pytest.mark.parametrize("child", CHILD)
def test_a_parent_follows_its_log_on(
    child: str, fork: str, sandbox: Sandbox, ticks: str, start: Callable[..., subprocess.Popen[str]]
) -> None:
    code = PARENT.format(open=LOGS, child=CHILD[child], fork=FORK[fork].strip())
    parent = start(code, sandbox.id, ticks)
    assert read_line(parent) == "read on\n"


def test_a_parent_reads_its_file_on(sandbox: Sandbox, ticks: str, start: Callable[..., subprocess.Popen[str]]) -> None:
    sandbox.process.exec("head -c 50000000 /dev/zero >/tmp/big").check()
    opened = 'stream = Daytona().get(sys.argv[1]).fs.download_file_stream("/tmp/big")'
    parent = start(PARENT.format(open=opened, child=CHILD["drops it"], fork=FORK["os.fork"].strip()), sandbox.id, ticks)
    assert read_line(parent) == "read on\n"


def test_a_child_opens_a_stream_of_its_own(
    sandbox: Sandbox, ticks: str, start: Callable[..., subprocess.Popen[str]]
) -> None:
    """What it inherited says so, rather than to take the parent's lines."""
    child = f"""
        try:
            next(stream)
        except daytona_sdk.DaytonaValidationError as error:
            assert "open it again in this process" in str(error), error
        else:
            raise AssertionError("the child read its parent's stream")
        {LOGS}
        assert next(stream).text.startswith("tick")
    """
    code = PARENT.replace("import gc", "import daytona_sdk, gc")
    parent = start(code.format(open=LOGS, child=child.strip(), fork=FORK["multiprocessing"].strip()), sandbox.id, ticks)
    assert read_line(parent) == "read on\n"
