#!/usr/bin/env python3
"""A language server that behaves as the file `mode` beside it says: well, or in one of the ways that are faults."""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def mode() -> str:
    with open(os.path.join(HERE, "mode")) as file:
        return file.read().strip()


def note(text: str) -> None:
    with open(os.path.join(HERE, "seen"), "a") as file:
        file.write(text + "\n")


def send(message: object) -> None:
    content = json.dumps(message).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(content) + content)
    sys.stdout.buffer.flush()


def receive() -> dict:
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if not length:
        sys.exit(0)
    return json.loads(sys.stdin.buffer.read(length))


def block() -> None:
    while True:
        sys.stdin.buffer.read(1 << 16) or sys.exit(0)


def fault(message: dict) -> None:
    kind = mode()
    if kind == "crash":
        print("Traceback: something\nMemoryError: the heap is gone", file=sys.stderr, flush=True)
        os._exit(7)
    if kind == "garbage":
        sys.stdout.buffer.write(b"Starting up...\n" * 1000)
        sys.stdout.buffer.flush()
        block()
    if kind == "huge":
        sys.stdout.buffer.write(b"Content-Length: 1000000000000\r\n\r\n" + b"x" * 1000)
        sys.stdout.buffer.flush()
        block()
    if kind == "no json":
        sys.stdout.buffer.write(b"Content-Length: 5\r\n\r\nhello")
        sys.stdout.buffer.flush()
        block()
    if kind == "silent":
        while True:
            note("waiting " + json.dumps(receive().get("method")))
    if kind == "refuse":
        send({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32603, "message": "I would rather not"}})
    if kind == "wrong form":
        send({"jsonrpc": "2.0", "id": message["id"], "result": {"items": 7}})
    if kind == "closes":
        os.close(1)
        block()


note("start " + str(os.getpid()))
if mode() == "start crash":
    print("cannot import name 'x'", file=sys.stderr)
    sys.exit(3)
helper = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
note("helper " + str(helper.pid))
texts = {}
while True:
    message = receive()
    method, params = message.get("method"), message.get("params") or {}
    if method is None:
        note("answer " + json.dumps(message.get("result")))
    elif method == "initialize":
        # Before its answer, a server may ask and tell all kinds of things.
        send({"jsonrpc": "2.0", "id": "q", "method": "workspace/configuration", "params": {"items": [{}, {}]}})
        send({"jsonrpc": "2.0", "method": "window/logMessage", "params": {"type": 3, "message": "hello"}})
        send({"jsonrpc": "2.0", "id": message["id"], "result": {"capabilities": {}}})
    elif method == "shutdown":
        note("shutdown")
        send({"jsonrpc": "2.0", "id": message["id"], "result": None})
    elif method == "exit":
        note("exit")
        sys.exit(0)
    elif method == "textDocument/didOpen":
        document = params["textDocument"]
        texts[document["uri"]] = document["text"]
        note("open " + document["languageId"] + " " + document["uri"].rsplit("/", 1)[-1])
    elif method == "textDocument/didChange":
        texts[params["textDocument"]["uri"]] = params["contentChanges"][0]["text"]
        note("change " + str(params["textDocument"]["version"]))
    elif method == "textDocument/didClose":
        texts.pop(params["textDocument"]["uri"])
        note("close")
    elif method == "$/cancelRequest":
        note("cancel")
    elif "id" in message and mode() != "well":
        fault(message)
    elif method == "textDocument/completion":
        text = texts[params["textDocument"]["uri"]]
        item = {"label": text, "kind": 1, "documentation": "words", "data": {"more": 1}}
        send({"jsonrpc": "2.0", "id": message["id"], "result": [item]})
    elif method == "textDocument/documentSymbol":
        send({"jsonrpc": "2.0", "id": message["id"], "result": None})
