"""Commands and code."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import pytest

from daytona_sdk import CodeRunParams, Daytona, ProcessExecutionError, Sandbox
from support import script, wait_until


def test_a_command_goes_through_a_shell(sandbox: Sandbox) -> None:
    response = sandbox.process.exec("""printf '%s\\n' b a "$WORD" | sort && echo "done: $?" """, env={"WORD": "c d"})
    assert (response.exit_code, response.result) == (0, "a\nb\nc d\ndone: 0\n")


def test_stdout_and_stderr_are_apart_and_in_order(sandbox: Sandbox) -> None:
    # Two pipes: what is written to both within the same instant has no order that anyone could know.
    response = sandbox.process.exec("echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three; exit 3")
    assert response.exit_code == 3
    assert response.result == "one\ntwo\nthree\n"
    assert (response.stdout, response.stderr) == ("one\nthree\n", "two\n")
    assert response.artifacts.stdout == response.stdout
    with pytest.raises(ProcessExecutionError) as raised:
        response.check()
    assert (raised.value.exit_code, raised.value.stderr) == (3, "two\n")


def test_the_working_directory(sandbox: Sandbox) -> None:
    assert sandbox.process.exec("pwd", cwd="/tmp").result == "/tmp\n"
    response = sandbox.process.exec("pwd", "/usr", {"A": "b"}, 10)
    assert response.result == "/usr\n"


def test_code_with_arguments_and_environment(sandbox: Sandbox) -> None:
    code = "import os, sys\nprint(sys.argv[1:], os.environ['MODE'])"
    params = CodeRunParams(argv=["a b", "'\"$HOME", "ü"], env={"MODE": "x y"})
    assert sandbox.process.code_run(code, params).result == "['a b', '\\'\"$HOME', 'ü'] x y\n"


def test_code_is_passed_on_untouched(sandbox: Sandbox) -> None:
    code = "print('''quotes \" ' ` $HOME \\\\ %s \\u00fc''')\nprint('''ü 🚀''')"
    assert sandbox.process.code_run(code).result == "quotes \" ' ` $HOME \\ %s ü\nü 🚀\n"


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "print(3 + 4)"),
        ("javascript", "console.log(3 + 4)"),
        ("typescript", "const sum: number = 3 + 4; console.log(sum)"),
    ],
)
def test_every_language(create: Callable[..., Sandbox], language: str, code: str) -> None:
    assert create(language=language).process.code_run(code).check().result == "7\n"


def test_code_that_fails_says_why(sandbox: Sandbox) -> None:
    response = sandbox.process.code_run("def f():\n    raise ValueError('broken')\nf()")
    assert response.exit_code == 1
    assert "ValueError: broken" in response.result
    assert "ValueError: broken" in response.stderr
    assert response.stdout == ""


def test_code_that_never_ends_is_killed_with_all_it_started(sandbox: Sandbox) -> None:
    mark = "sleep 61.5"
    with pytest.raises(ProcessExecutionError) as raised:
        sandbox.process.code_run(
            f"import subprocess\nsubprocess.Popen('{mark} & {mark}', shell=True).wait()", timeout=1
        )
    assert raised.value.code == "PROCESS_EXECUTION"
    assert sandbox.id in str(raised.value)
    assert_gone(sandbox, mark)


def test_ctrl_c_kills_what_the_call_had_started(sandbox: Sandbox) -> None:
    mark = "sleep 62.5"
    child = subprocess.Popen(
        script(
            f"""
            from daytona_sdk import Daytona
            sandbox = Daytona().get({sandbox.id!r})
            try:
                sandbox.process.exec("{mark} | cat")
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            """
        ),
        stdout=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: running(sandbox, mark), "the command runs in the sandbox")
    began = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, _ = child.communicate(timeout=20)
    took = time.monotonic() - began
    print(f"from SIGINT to the end of the process: {took * 1000:.0f} ms")
    assert (out, child.returncode) == ("interrupted\n", 0)
    assert took < 2
    assert_gone(sandbox, mark)


def test_100_mb_of_output_arrive_or_are_refused_by_name(sandbox: Sandbox) -> None:
    code = "import sys\nfor _ in range(100):\n    sys.stdout.write('x' * 999_999 + '\\n')"
    response = sandbox.process.code_run(code, timeout=120)
    assert response.exit_code == 0
    assert len(response.result) == 100_000_000
    assert response.result.count("\n") == 100


def test_binary_output_is_text_with_replacements(sandbox: Sandbox) -> None:
    response = sandbox.process.exec(r"printf 'a\377\000\033b'")
    assert response.exit_code == 0
    assert response.result == "a\ufffd\0\x1bb"


def test_a_killed_process_has_its_signal_in_the_exit_code(sandbox: Sandbox) -> None:
    assert sandbox.process.exec("kill -TERM $$").exit_code == 128 + signal.SIGTERM
    assert sandbox.process.exec("exit 77").exit_code == 77


def test_a_command_that_is_not_there(sandbox: Sandbox) -> None:
    response = sandbox.process.exec("no-such-command-anywhere")
    assert response.exit_code == 127
    assert "no-such-command-anywhere" in response.stderr


def test_many_threads_run_at_once(sandbox: Sandbox) -> None:
    results: dict[int, str] = {}

    def work(number: int) -> None:
        results[number] = sandbox.process.exec(f"echo {number}").result

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: f"{number}\n" for number in range(32)}


def test_a_client_works_in_a_forked_child(daytona: Daytona, sandbox: Sandbox) -> None:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = sandbox.process.exec("exit 9").exit_code + len(daytona.get(sandbox.id).id)
        finally:
            os._exit(code % 256)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == (9 + len(sandbox.id)) % 256


def running(sandbox: Sandbox, mark: str) -> bool:
    # The brackets keep the pattern from matching the shell that runs this very command.
    pattern = f"[{mark[0]}]{mark[1:]}"
    listing = "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $f 2>/dev/null; echo; done"
    return sandbox.process.exec(f"({listing}) | grep -qE '^{pattern}'").exit_code == 0


def assert_gone(sandbox: Sandbox, mark: str) -> None:
    wait_until(lambda: not running(sandbox, mark), f"no {mark!r} is left in the sandbox")
