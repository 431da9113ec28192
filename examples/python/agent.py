"""A model writes code, the sandbox runs it, the model reads what came out, until it has an answer.

With ANTHROPIC_API_KEY set, the model is Anthropic's (ANTHROPIC_MODEL names which). Without it, a scripted model plays
the same part, mistake included, so that the example runs anywhere.
"""

import json
import os
import re
import urllib.request

from daytona_sdk import CreateSandboxParams, Daytona, Sandbox

TASK = """How many digits has the factorial of 1000? Reply with one block of Python in ```python fences, which I run and
whose output I send back. When you know, reply with ANSWER: and the number, without code."""

SCRIPT = [
    "Let me compute it.\n```python\nprint(len(str(factorial(1000))))\n```",
    "I forgot an import.\n```python\nfrom math import factorial\nprint(len(str(factorial(1000))))\n```",
    "ANSWER: 2568",
]


def ask(messages: list[dict[str, str]]) -> str:
    """The model's reply to a conversation."""
    key = os.environ.get("ANTHROPIC_API_KEY")
    if not key:
        return SCRIPT[len(messages) // 2]
    model = os.environ.get("ANTHROPIC_MODEL", "claude-sonnet-4-5")
    body = json.dumps({"model": model, "max_tokens": 1024, "messages": messages}).encode()
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01", "content-type": "application/json"}
    request = urllib.request.Request("https://api.anthropic.com/v1/messages", body, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        reply = json.load(answer)
    return "".join(part["text"] for part in reply["content"] if part["type"] == "text")


def solve(sandbox: Sandbox, task: str, turns: int = 6) -> str:
    """What the model answers in the end; its code runs in the sandbox and nowhere else."""
    messages = [{"role": "user", "content": task}]
    for turn in range(turns):
        reply = ask(messages)
        messages.append({"role": "assistant", "content": reply})
        code = re.search(r"```python\n(.*?)```", reply, re.DOTALL)
        if not code:
            return reply.partition("ANSWER:")[2].strip()
        response = sandbox.process.code_run(code[1], timeout=60)
        print(f"turn {turn + 1}: exit code {response.exit_code}, {response.result.strip().splitlines()[-1:]}")
        # What a model reads should be bounded, however much its program prints.
        result = f"exit code {response.exit_code}\n{response.result[-4000:]}"
        messages.append({"role": "user", "content": result})
    return "no answer"


daytona = Daytona()
sandbox = daytona.create(CreateSandboxParams(language="python"))
try:
    print("answer:", solve(sandbox, TASK))
finally:
    daytona.remove(sandbox)
