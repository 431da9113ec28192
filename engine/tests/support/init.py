#!/usr/bin/python3 -IS
"""A stand-in for the toolbox in the engine's own tests: the sandbox's init, running one command for each connection.

Request: one JSON line {"argv": [...]}. Answer: {"code", "out", "err"}. SIGTERM ends it, as it ends the toolbox.
"""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading


def itself(argv):
    """What a test wants of the init itself, as hostile code that has taken it over could do it."""
    if argv[0] == "exit":
        os._exit(int(argv[1]))
    if argv[0] == "prctl-pdeathsig-off":
        # The signal belongs to the thread that was there first.
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
        return 0
    if argv[0] == "flood":
        for _ in range(64):
            os.write(2, b"x" * 16384)
        return 0
    if argv[0] == "ignore-term":
        term.set()
        return 0
    return None


term = threading.Event()


def serve(connection):
    with connection, connection.makefile("rwb") as stream:
        request = json.loads(stream.readline())
        try:
            code = itself(request["argv"])
            if code is not None:
                stream.write(json.dumps({"code": code, "out": "", "err": ""}).encode() + b"\n")
                return
            done = subprocess.run(request["argv"], stdin=subprocess.DEVNULL, capture_output=True)
            answer = {
                "code": done.returncode,
                "out": done.stdout.decode("utf-8", "replace"),
                "err": done.stderr.decode("utf-8", "replace"),
            }
        except OSError as error:
            answer = {"code": 127, "out": "", "err": str(error)}
        stream.write(json.dumps(answer).encode() + b"\n")


def main():
    assert sys.argv[1:3] == ["--listen-fd", "3"] and sys.argv[3] == "--workdir", sys.argv
    signal.signal(signal.SIGTERM, lambda *_: term.is_set() or os._exit(0))
    # Blocked by the launcher until someone listens.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    signal.signal(signal.SIGUSR1, lambda *_: ctypes.CDLL(None).prctl(1, 0, 0, 0, 0))
    os.chdir(sys.argv[4])
    listener = socket.socket(fileno=3)
    os.set_inheritable(3, False)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
