"""Runs the blocks of Markdown documents, as their readers would, on a local server.

    python tests/documents/run.py [DOCUMENT...]

Without arguments: README.md, the guide (docs/guide) and, where it is, the documents of version 0.14.0 (DAYTONA_DOCUMENTS, else
../shared/docs beside this clone), which are not part of this repository. Both packages must be installed in
target/test-documents (``make test-documents`` does that). Everything that is changed in a block before it runs, and
every block that is not run, is printed with its reason.

A block of the guide is run as it stands; the ``text`` block that follows it says what it prints.
"""

from __future__ import annotations

import concurrent.futures
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from block_plans import ASSUMED, PLANS, Edit, Plan
from blocks import Block, read_blocks

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENT = ROOT / "target" / "test-documents"
RUN = ("python", "typescript")
FILES = {
    "local_file.txt": "a local file\n",
    "file1.txt": "one\n",
    "file2.txt": "two\n",
    "settings.json": '{"key": "value"}\n',
}
ANSWER = "```python\nimport math\nprint(math.factorial(25))\n```"


@dataclass
class Job:
    """A block, what is planned for it, and what came of it."""

    document: Path
    block: Block
    plan: Plan
    # A block of the documents may use names that only their prose introduces.
    everything: bool
    problems: list[str] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return f"{self.document.name}:{self.block.line} {self.block.name}"


def the_documents() -> Path | None:
    """The documents of version 0.14.0, where this machine has them."""
    named = os.environ.get("DAYTONA_DOCUMENTS")
    found = Path(named) if named else ROOT.parent / "shared" / "docs" / "daytona-docs-v0.14.0.md"
    if named and not found.is_file():
        raise SystemExit(f"documents: DAYTONA_DOCUMENTS names {named}, which is no file")
    return found if found.is_file() else None


def of_the_documents(document: Path) -> list[Job]:
    """The blocks of the 0.14.0 documents, each with its plan. A plan for no block is an error."""
    blocks = [block for block in read_blocks(document) if block.language in RUN]
    unknown = PLANS.keys() - {block.name for block in blocks}
    if unknown:
        raise SystemExit(f"documents: block_plans.py speaks of blocks that are not in {document}: {sorted(unknown)}")
    return [Job(document, block, PLANS.get(block.name, Plan()), everything=True) for block in blocks]


def the_pages() -> list[Path]:
    """What a user reads of ours."""
    return [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]


def of_the_guide(page: Path) -> list[Job]:
    """The blocks of one page of the guide; a ``text`` block is what the blocks above it print, line by line."""
    jobs: list[Job] = []
    pair: list[Job] = []
    for block in read_blocks(page):
        if block.language in RUN:
            pair = [job for job in pair if job.block.language != block.language and not job.plan.output]
            jobs.append(Job(page, block, Plan(), everything=False))
            pair.append(jobs[-1])
        elif block.language == "text":
            lines = tuple(re.escape(line).replace(r"\.\.\.", ".*") for line in block.code.splitlines())
            for job in pair:
                job.plan = replace(job.plan, output=tuple(f"(?m)^{line}$" for line in lines))
            pair = []
    return jobs


def edited(job: Job, model: str) -> str:
    """The block as it runs, at the line it has in its document, so that errors name that."""
    code = job.block.code
    for edit in job.plan.edits:
        if code.count(edit.old) != edit.times:
            job.problems.append(f"an edit no longer applies: {edit.old!r} is there {code.count(edit.old)} times")
        code = code.replace(edit.old, edit.new)
    return "\n" * (job.block.line - 1) + code.replace("{model}", model)


@contextmanager
def model_provider() -> Iterator[str]:
    """Answers every request as a model provider would that was asked for the factorial of 25."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            body = json.dumps({"content": [{"type": "text", "text": ANSWER}]}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def command_of(language: str) -> list[str]:
    if language == "python":
        return [str(ENVIRONMENT / "python" / "bin" / "python"), "-W", "error", str(HERE / "run_python.py")]
    shutil.copy(HERE / "run-typescript.mjs", ENVIRONMENT / "node")
    for package in (HERE / "standins" / "node").iterdir():
        shutil.copytree(package, ENVIRONMENT / "node" / "node_modules" / package.name, dirs_exist_ok=True)
    tsx = (ROOT / "node_modules" / "tsx" / "dist" / "loader.mjs").as_uri()
    return ["node", "--enable-source-maps", "--import", tsx, str(ENVIRONMENT / "node" / "run-typescript.mjs")]


def run_language(language: str, jobs: list[Job], work: Path, model: str) -> None:
    """Runs all blocks of one language in one process, on a server of their own."""
    # Short: the sandboxes' unix sockets lie below it.
    data = Path(tempfile.mkdtemp(prefix="dtn-"))
    sources = ENVIRONMENT / "node" / "blocks" if language == "typescript" else work / "blocks"
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir(parents=True)
    messages = []
    for number, job in enumerate(jobs):
        folder = work / f"{language}-{number}"
        folder.mkdir()
        for name, text in FILES.items():
            (folder / name).write_text(text, encoding="utf-8")
        source = sources / f"{number}.{'py' if language == 'python' else 'mts'}"
        source.write_text(edited(job, model), encoding="utf-8")
        plan = job.plan
        messages.append({
            "name": job.block.name, "document": str(job.document), "source": str(source), "folder": str(folder),
            "before": plan.before, "after": plan.after, "serves": plan.serves, "removes": plan.removes,
            "everything": job.everything,
        })  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAYTONA_")}
    environment.update({
        "DAYTONA_TARGET": "local", "DAYTONA_API_KEY": "your-api-key", "DAYTONA_DATA_DIR": str(data),
        "DAYTONA_DOCUMENTS_FOLDER": str(HERE), "ANTHROPIC_API_KEY": "your-anthropic-api-key",
    })  # fmt: skip
    if "DAYTONA_TOOLS_DIR" in os.environ:
        environment["DAYTONA_TOOLS_DIR"] = os.environ["DAYTONA_TOOLS_DIR"]
    try:
        done = subprocess.run(
            command_of(language),
            input=json.dumps(messages),
            env=environment,
            cwd=work,
            capture_output=True,
            text=True,
            timeout=1800,
            check=False,
        )
        for job, line in zip(jobs, done.stdout.splitlines()):
            job.result = json.loads(line)
            judge(job, work / f"{language}-{jobs.index(job)}")
        for job in jobs[len(done.stdout.splitlines()) :]:
            job.problems.append(f"was not run: the runner ended with {done.returncode}\n{done.stderr}")
        if done.returncode and jobs:
            jobs[-1].problems.append(f"the runner ended with {done.returncode}\n{done.stderr}")
    finally:
        daytona = ENVIRONMENT / "python" / "bin" / "daytona"
        subprocess.run([daytona, "stop", "--all"], env=environment, stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(data, ignore_errors=True)


def judge(job: Job, folder: Path) -> None:
    """Compares what a block did with what was planned for it."""
    result, plan = job.result, job.plan
    if result["error"]:
        job.problems.append(result["error"])
    if result["stderr"]:
        job.problems.append(f"wrote to stderr:\n{result['stderr']}")
    # The documents' scripts catch what goes wrong and print it.
    if job.everything and re.search(r"(?m)^Error\b", result["stdout"]):
        job.problems.append("printed an error")
    missing = [pattern for pattern in plan.output if not re.search(pattern, result["stdout"])]
    job.problems.extend(f"did not print {pattern!r}" for pattern in missing)
    for (command, pattern), output in zip(plan.after, result["after"]):
        if not re.search(pattern, output.strip()):
            job.problems.append(f"afterwards `{command}` printed {output!r}, not {pattern!r}")
    for (port, text), output in zip(plan.serves, result["serves"]):
        if text not in output:
            job.problems.append(f"port {port} served {output!r}, not {text!r}")
    for pattern, text in plan.leaves:
        left = [path.read_text(encoding="utf-8") for path in folder.glob(pattern)]
        if text not in left:
            job.problems.append(f"left {left!r} as {pattern}, not {text!r}")


def describe(edit: Edit) -> str:
    def short(text: str) -> str:
        line = " ".join(text.split())
        return line if len(line) < 60 else line[:57] + "..."

    return f"{edit.reason}: {short(edit.old)!r} -> {short(edit.new)!r}"


def main(arguments: list[str]) -> int:
    documents = the_documents()
    named = [Path(argument).resolve() for argument in arguments]
    pages = [path for path in named if path != documents] if named else the_pages()
    jobs = [job for page in pages for job in of_the_guide(page)]
    print(f"documents: {len(pages)} pages of ours, {len(jobs)} blocks")
    if documents and (not named or documents in named):
        those = of_the_documents(documents)
        print(f"documents: {documents.name}, {len(those)} blocks; assumed from its prose: {ASSUMED}")
        jobs += those
        others = [block.language for block in read_blocks(documents) if block.language not in RUN]
        print(f"documents: {len(others)} blocks of it are no code (shell lines, synopses, output) and are not run")
    elif documents:
        print("documents: those of 0.14.0 were not asked for")
    else:
        print("documents: those of 0.14.0 are not on this machine (DAYTONA_DOCUMENTS names them); not run")

    work = Path(tempfile.mkdtemp(prefix="documents-"))
    skipped = [job for job in jobs if job.plan.skip]
    todo = [job for job in jobs if not job.plan.skip]
    try:
        with model_provider() as model, concurrent.futures.ThreadPoolExecutor() as pool:
            parts = [
                pool.submit(
                    run_language,
                    language,
                    [job for job in todo if job.block.language == language],
                    work / language,
                    model,
                )
                for language in RUN
                if (work / language).mkdir() is None
            ]
            for part in parts:
                part.result()
    finally:
        shutil.rmtree(work)

    for job in todo:
        print(f"{'FAILED' if job.problems else 'ok':6} {job.where}  {job.result.get('seconds', '-')} s")
        for edit in job.plan.edits:
            print(f"         {describe(edit)}")
        for problem in job.problems:
            print("         " + problem.replace("\n", "\n         "))
        if job.problems:
            print("         it printed:\n         | " + job.result.get("stdout", "").replace("\n", "\n         | "))
    for job in skipped:
        print(f"not run {job.where}: {job.plan.skip}")
    bad = sum(bool(job.problems) for job in todo)
    print(f"documents: {len(todo) - bad} passed, {bad} failed, {len(skipped)} not run")
    return 1 if bad or not todo else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
