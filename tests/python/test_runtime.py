"""Threads, signals, fork, interpreter exit: what a blocking call must live with.

A server that never answers stands for a call that takes long; what becomes of the process inside a sandbox
is tested in test_process.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from daytona_sdk import Daytona, DaytonaConfig, DaytonaError
from support import answering_server, children, read_line, silent_server, wait_until

EMPTY_PAGE = b'{"items": [], "nextCursor": null}'


Start = Callable[[str, str], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts scripts against an API URL; none outlives the test."""
    with children() as begin:
        yield lambda code, url: begin(
            code,
            env={**os.environ, "DAYTONA_API_URL": url, "DAYTONA_API_KEY": "k"},
            stdin=subprocess.PIPE,
        )


@pytest.mark.parametrize(
    "call",
    [
        "Daytona().create(timeout=None)",
        "Daytona().list()",
        "asyncio.run(AsyncDaytona().create(timeout=None))",
    ],
)
def test_ctrl_c_interrupts_a_blocking_call_within_200_ms(call: str, start: Start) -> None:
    rounds = 5
    with silent_server() as (url, taken):
        child = start(
            f"""
            import asyncio, threading, time
            from daytona_sdk import AsyncDaytona, Daytona

            late = 0.0

            def watch():
                # How late this process is woken at worst: what the call cannot be blamed for.
                global late
                while True:
                    begun = time.monotonic()
                    time.sleep(0.01)
                    late = max(late, time.monotonic() - begun - 0.01)

            threading.Thread(target=watch, daemon=True).start()
            for _ in range({rounds}):
                late = 0.0
                try:
                    {call}
                except KeyboardInterrupt:
                    print(time.monotonic(), late, flush=True)
            """,
            url,
        )
        overruns = []
        for _ in range(rounds):
            assert taken.acquire(timeout=20)
            child.send_signal(signal.SIGINT)
            # The clock is the machine's, so that the child's time can be taken from it.
            began = time.monotonic()
            ended, late = (float(figure) for figure in read_line(child).split())
            overruns.append((ended - began, late))
        _, err = child.communicate(timeout=20)
    assert child.returncode == 0, err
    print("from SIGINT to KeyboardInterrupt:", *(f"{took * 1000:.0f} ms" for took, _ in overruns))
    for took, late in overruns:
        assert took <= 0.2 + late, f"{took:.3f} s, of which {late:.3f} s are the machine's"


def test_an_interrupted_create_leaves_no_sandbox(start: Start) -> None:
    requested, interrupted, removed = threading.Event(), threading.Event(), threading.Event()

    def answer(method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if method == "POST":
            requested.set()
            interrupted.wait(20)
        if method == "DELETE":
            assert path.partition("?")[0].endswith("/sandbox/one")
            removed.set()
        return 200, {}, b'{"id": "one", "state": "started"}'

    with answering_server(answer) as url:
        child = start(
            """
            from daytona_sdk import Daytona
            try:
                Daytona().create(timeout=None)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
            """,
            url,
        )
        assert requested.wait(20)
        child.send_signal(signal.SIGINT)
        assert read_line(child) == "interrupted\n"
        # Only now does the server answer; the script has nothing left to do but to end.
        interrupted.set()
        _, err = child.communicate(timeout=20)
        assert removed.is_set(), err


@pytest.mark.parametrize("create", ["Daytona().create(timeout=0.5)", "asyncio.run(AsyncDaytona().create(timeout=0.5))"])
def test_a_create_that_times_out_leaves_no_sandbox(create: str, start: Start) -> None:
    late, removed = threading.Event(), threading.Event()

    def answer(method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if method == "POST":
            assert late.wait(20)
        if method == "DELETE":
            assert path.partition("?")[0].endswith("/sandbox/one")
            removed.set()
        return 200, {}, b'{"id": "one", "state": "started"}'

    with answering_server(answer) as url:
        child = start(
            f"""
            import asyncio
            from daytona_sdk import AsyncDaytona, Daytona
            try:
                {create}
            except TimeoutError:
                print("too late", flush=True)
            """,
            url,
        )
        assert read_line(child) == "too late\n"
        # Only now does the server answer; the script has nothing left to do but to end.
        late.set()
        out, err = child.communicate(timeout=20)
    assert (out, err, child.returncode) == ("", "", 0)
    assert removed.is_set()


def test_creates_that_fail_leave_nothing_to_do_at_exit(start: Start) -> None:
    with silent_server() as (url, _):
        child = start(
            """
            import atexit
            from daytona_sdk import Daytona
            before = atexit._ncallbacks()
            for _ in range(3):
                try:
                    Daytona().create(timeout=0.05)
                except TimeoutError:
                    pass
            print(atexit._ncallbacks() - before, flush=True)
            """,
            url,
        )
        assert read_line(child) == "0\n"
        # Nothing to wait for but an answer that never comes: the exit is kept for a while, and not by it.
        _, err = child.communicate(timeout=60)
    assert (err, child.returncode) == ("", 0)


def test_a_signal_handler_may_call_the_sdk(start: Start) -> None:
    with silent_server() as (slow, taken), answering_server(lambda *_: (200, {}, EMPTY_PAGE)) as quick:
        child = start(
            f"""
            import signal
            from daytona_sdk import Daytona, DaytonaConfig

            def clean_up(*_):
                print(Daytona(DaytonaConfig(api_key="k", api_url={quick!r})).list(), flush=True)
                raise SystemExit(7)

            signal.signal(signal.SIGTERM, clean_up)
            Daytona().create(timeout=None)
            """,
            slow,
        )
        assert taken.acquire(timeout=20)
        child.terminate()
        out, err = child.communicate(timeout=20)
    assert (out, child.returncode) == ("[]\n", 7), err


def test_a_handler_that_returns_lets_the_call_go_on() -> None:
    hold = threading.Event()

    def answer(*_: object) -> tuple[int, dict[str, str], bytes]:
        hold.wait(20)
        return 200, {}, EMPTY_PAGE

    seen: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: seen.append(number))
    try:
        with answering_server(answer) as url:

            def interfere() -> None:
                os.kill(os.getpid(), signal.SIGUSR1)
                wait_until(lambda: seen, "the handler ran during the call")
                hold.set()

            helper = threading.Thread(target=interfere)
            helper.start()
            assert Daytona(DaytonaConfig(api_key="k", api_url=url)).list() == []
            helper.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [signal.SIGUSR1]


def test_other_python_threads_run_during_a_call() -> None:
    with silent_server() as (url, taken):
        counted = 0

        def count() -> None:
            nonlocal counted
            taken.acquire()
            while not done.is_set():
                counted += 1

        done = threading.Event()
        counter = threading.Thread(target=count)
        counter.start()
        with pytest.raises(TimeoutError):
            Daytona(DaytonaConfig(api_key="k", api_url=url)).create(timeout=0.5)
        done.set()
        counter.join()
    assert counted > 1000


def test_32_threads_share_a_client() -> None:
    def answer(_method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        name = path.rpartition("/")[2]
        return 200, {}, b'{"id": "%s", "state": "started"}' % name.encode()

    wrong: list[object] = []
    with answering_server(answer) as url:
        client = Daytona(DaytonaConfig(api_key="k", api_url=url))

        def work(number: int) -> None:
            try:
                for turn in range(20):
                    name = f"sandbox-{number}-{turn}"
                    if client.get(name).id != name:
                        wrong.append(name)
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_client_works_in_a_forked_child(start: Start) -> None:
    with answering_server(lambda *_: (200, {}, EMPTY_PAGE)) as url:
        child = start(
            """
            import os
            from daytona_sdk import Daytona

            daytona = Daytona()
            assert daytona.list() == []     # the runtime and a pooled connection exist now
            for depth in range(3):          # a child, and a child of that child
                child = os.fork()
                if child:
                    _, status = os.waitpid(child, 0)
                    assert daytona.list() == []     # and the parent still works
                    os._exit(os.waitstatus_to_exitcode(status))
                assert daytona.list() == []
            """,
            url,
        )
        _, err = child.communicate(timeout=30)
    assert child.returncode == 0, err


def test_fork_while_another_thread_is_in_a_call(start: Start) -> None:
    with silent_server() as (slow, taken), answering_server(lambda *_: (200, {}, EMPTY_PAGE)) as quick:
        child = start(
            f"""
            import os, threading
            from daytona_sdk import Daytona, DaytonaConfig

            threading.Thread(target=lambda: Daytona().create(timeout=None), daemon=True).start()
            input()
            quick = DaytonaConfig(api_key="k", api_url={quick!r})
            Daytona(quick).list()
            child = os.fork()
            if child == 0:
                os._exit(len(Daytona(quick).list()))
            os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            """,
            slow,
        )
        assert taken.acquire(timeout=20)
        _, err = child.communicate("go\n", timeout=20)
    assert child.returncode == 0, err


@pytest.mark.parametrize("threads", [1, 8])
def test_the_interpreter_exits_during_a_call(threads: int, start: Start) -> None:
    with silent_server() as (url, taken):
        child = start(
            f"""
            import sys, threading, time
            from daytona_sdk import Daytona

            # Keeps the interpreter in the middle of its shutdown for longer than a call stays asleep.
            class Slow:
                def __del__(self, sleep=time.sleep, print=print):
                    sleep(0.3)
                    print("slow", flush=True)

            sys.modules["slow"] = Slow()
            for _ in range({threads}):
                threading.Thread(target=lambda: Daytona().create(timeout=None), daemon=True).start()
            input()
            print("leaving")
            """,
            url,
        )
        for _ in range(threads):
            assert taken.acquire(timeout=20)
        out, err = child.communicate("go\n", timeout=20)
    assert (out, err, child.returncode) == ("leaving\nslow\n", "", 0)


def test_collecting_a_client_leaves_its_sandboxes_usable() -> None:
    import gc
    import weakref

    def answer(*_: object) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b'{"id": "one", "state": "started"}'

    with answering_server(answer) as url:
        client = Daytona(DaytonaConfig(api_key="k", api_url=url))
        sandbox = client.get("one")
        collected = weakref.ref(client)
        del client
        gc.collect()
        assert collected() is None
        sandbox.refresh_data()
        assert sandbox.state == "started"


def test_a_closed_client_stays_usable() -> None:
    with answering_server(lambda *_: (200, {}, EMPTY_PAGE)) as url:
        with Daytona(DaytonaConfig(api_key="k", api_url=url)) as client:
            assert client.list() == []
        assert client.list() == []


def test_clients_can_be_subclassed() -> None:
    class Mine(Daytona):
        """A client with a method more."""

        def shout(self) -> str:
            return self.target.upper()

    assert Mine(DaytonaConfig(api_key="k", target="eu")).shout() == "EU"


def test_a_call_from_a_coroutine_s_thread_works() -> None:
    import asyncio

    with answering_server(lambda *_: (200, {}, EMPTY_PAGE)) as url:
        client = Daytona(DaytonaConfig(api_key="k", api_url=url))

        async def main() -> list[list[object]]:
            return await asyncio.gather(*(asyncio.to_thread(client.list) for _ in range(8)))

        assert asyncio.run(main()) == [[]] * 8


def test_a_broken_connection_is_an_error_not_a_hang() -> None:
    with silent_server() as (url, taken):
        client = Daytona(DaytonaConfig(api_key="k", api_url=url))
        failures: list[BaseException] = []

        def call() -> None:
            try:
                client.create(timeout=30)
            except DaytonaError as error:
                failures.append(error)

        caller = threading.Thread(target=call)
        caller.start()
        assert taken.acquire(timeout=20)
    # Leaving the block closed listener and connections: the server is gone in the middle of the call.
    caller.join(timeout=20)
    assert not caller.is_alive()
    assert isinstance(failures[0], ConnectionError)


def test_a_create_interrupted_as_it_returns_leaves_no_sandbox(start: Start) -> None:
    children: list[subprocess.Popen[str]] = []
    running = threading.Event()
    removed: list[str] = []
    made = 0

    def answer(method: str, path: str, _headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        nonlocal made
        if method == "POST":
            made += 1
            running.wait(20)
            # The answer overtakes the next look at signals, in most of the rounds at least.
            os.kill(children[-1].pid, signal.SIGINT)
        if method == "DELETE":
            removed.append(path)
        return 200, {}, b'{"id": "one", "state": "started"}'

    with answering_server(answer) as url:
        for _ in range(8):
            running.clear()
            children.append(
                start(
                    """
                    from daytona_sdk import Daytona
                    sandbox = None
                    try:
                        sandbox = Daytona().create(timeout=None)
                    except KeyboardInterrupt:
                        print("interrupted with", sandbox, flush=True)
                    """,
                    url,
                )
            )
            running.set()
            out, err = children[-1].communicate(timeout=20)
            assert (out, children[-1].returncode) == ("interrupted with None\n", 0), err
            assert len(removed) == made, err
