"""What the v0.14.0 documents leave to their reader, block by block, and what must come of each block.

Three kinds of thing stand here, and each is printed when the documents are run: slips of the documents (``Edit``),
their placeholders (``Edit`` too: a repository, a model provider), and the few blocks that are not run, with the
reason. An edit that no longer applies fails the run, so that this table cannot outlive what it is for.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """A replacement in one block. ``times`` counts how often ``old`` must be there."""

    old: str
    new: str
    reason: str
    times: int = 1


@dataclass(frozen=True)
class Plan:
    """What to do with one block, and what must be true when it has ended."""

    edits: tuple[Edit, ...] = ()
    # Shell, run in the sandbox the block finds, with fixture.sh's functions.
    before: str = ""
    # Regular expressions, each of which the block's output must have.
    output: tuple[str, ...] = ()
    # A shell command in that sandbox, and a regular expression its output must have.
    after: tuple[tuple[str, str], ...] = ()
    # Glob of a file the block leaves on this machine, and the text in it.
    leaves: tuple[tuple[str, str], ...] = ()
    # A port of the sandbox that the block made, and the text its preview must serve.
    serves: tuple[tuple[int, str], ...] = ()
    # The block removes the sandbox it finds.
    removes: bool = False
    # Why it is not run; empty for all but a few.
    skip: str = ""


REPOSITORY = "http://127.0.0.1:8418/user/repo.git"
PRIVATE = "http://127.0.0.1:8418/private/repo.git"
ONE_PATH = "slip: three clones into one folder"
A_REPOSITORY = "placeholder: a repository"
NO_AWAIT = "slip: a promise is read without await"
MAIN = "so that the end of main() can be awaited"
MODEL = "placeholder: a scripted model answers in the provider's place"
PULL = "pulls alpine:3.21.3 from Docker Hub; the local server has its own image only"
SUM = ("Sum of 3 and 4 is 7",)


def _main(old: str) -> Edit:
    return Edit(old, "await " + old, MAIN)


_STEPS = tuple(f"Processing step {step}\\.\\.\\." for step in range(1, 11))
_COUNT = (("logs/*.log", "".join(f"Count: {n}\n" for n in range(1, 6))),)
_CLONED = (
    ("git -C /workspace/repo branch --show-current", "^main$"),
    ("git -C /workspace/private branch --show-current; sort -u /tmp/asked-as", "^main\ngit$"),
    ("git -C /workspace/develop branch --show-current", "^develop$"),
    ("grep -rl personal_access_token /workspace || echo searched", r"\Asearched\Z"),
)
_CLONE = "rm -rf /workspace/repo /workspace/private /workspace/develop /tmp/asked-as; repository"
_UPLOADED = (("cat ~/config/settings.json", '"key": "value"'), ("cat ~/data/file1.txt", "."))
_REPLACED = (("cat /workspace/file1.txt /workspace/file2.txt", "new_text one\nnew_text two"),)
_COMMITTED = (
    ("git -C /workspace/repo log -1 --format=%s --name-only", "feat: add new feature\n\nfile1.txt\nfile2.txt"),
)
_BRANCHES = (("git -C /workspace/repo branch --format='%(HEAD)%(refname:short)'", r"\A\*feature/new-feature\n main\Z"),)
_AHEAD = "fresh_clone; cd /workspace/repo; git checkout -q -b feature/new-feature; git checkout -q main; git add .; git commit -qm x"
_PUSHED = (("git -C /tmp/served/user/repo.git log -1 --format=%s main", "^x$"),)

PLANS: dict[str, Plan] = {
    "Listing Files and Directories/python": Plan(output=("Name: file.txt", "Is directory: True", "Size: ")),
    "Listing Files and Directories/typescript": Plan(output=("Name: file.txt", "Is directory: true", "Size: ")),
    "Creating Directories/python": Plan(after=(("stat -c %a /workspace/new-dir", "755"),)),
    "Creating Directories/typescript": Plan(after=(("stat -c %a /workspace/new-dir", "755"),)),
    "Uploading Files/python": Plan(after=(*_UPLOADED, ("cat ~/remote_file.txt", "a local file"))),
    "Uploading Files/typescript": Plan(after=(*_UPLOADED, ("cat ~/data.txt", r"\AHello, World!\Z"))),
    "Downloading Files/python": Plan(
        output=("in the home folder",), leaves=(("local_file.txt", "in the home folder\n"),)
    ),
    "Downloading Files/typescript": Plan(output=("File content: in the home folder",)),
    "Deleting files/python": Plan(after=(("ls /workspace/file.txt 2>&1 || true", "No such file"),)),
    "Deleting files/typescript": Plan(after=(("ls /workspace/file.txt 2>&1 || true", "No such file"),)),
    "File Permissions/python": Plan(output=("Permissions: ",), after=(("stat -c %a /workspace/file.txt", "644"),)),
    "File Permissions/typescript": Plan(output=("Permissions: ",), after=(("stat -c %a /workspace/file.txt", "644"),)),
    "File Search and Replace/python": Plan(
        output=(r"Absolute file path: /workspace/src/app\.txt\nLine number: 2\nLine content: # text-of-interest",),
        after=_REPLACED,
    ),
    "File Search and Replace/typescript": Plan(
        edits=(Edit('path="/workspace/src"', 'path: "/workspace/src"', "slip: `=` for `:` in an object"),),
        output=(r"Absolute file path: /workspace/src/app\.txt\nLine number: 2\nLine content: # text-of-interest",),
        after=_REPLACED,
    ),
    "Run Code Inside a Sandbox/python": Plan(output=SUM),
    "Run Code Inside a Sandbox/typescript": Plan(edits=(_main("main().catch"),), output=SUM),
    "Preview Your App/python": Plan(
        output=(r"Flask app is available at: http://\S+",), serves=((3000, "running in a Daytona sandbox!"),)
    ),
    "Preview Your App/typescript": Plan(
        edits=(
            _main("main().catch"),
            Edit("= sandbox.getPreviewLink", "= await sandbox.getPreviewLink", NO_AWAIT),
        ),
        output=(r"Flask app is available at: http://\S+",),
        serves=((3000, "running in a Daytona sandbox!"),),
    ),
    "Connect to an LLM/python": Plan(
        edits=(Edit("https://api.anthropic.com", "{model}", MODEL),),
        output=("The factorial of 25 is 15511210043330985984000000",),
    ),
    "Connect to an LLM/typescript": Plan(
        edits=(Edit("https://api.anthropic.com", "{model}", MODEL), _main("main().catch")),
        output=("The factorial of 25 is 15511210043330985984000000",),
    ),
    "Cloning Repositories/python": Plan(
        edits=(
            Edit(
                '<https://github.com/user/repo.git>",\n    path="/workspace/repo",\n    username',
                f'{PRIVATE}",\n    path="/workspace/private",\n    username',
                f"slip: a URL in angle brackets; {ONE_PATH}",
            ),
            Edit(
                '<https://github.com/user/repo.git>",\n    path="/workspace/repo",\n    branch',
                f'{REPOSITORY}",\n    path="/workspace/develop",\n    branch',
                f"slip: a URL in angle brackets; {ONE_PATH}",
            ),
            Edit("https://github.com/user/repo.git", REPOSITORY, A_REPOSITORY),
        ),
        before=_CLONE,
        after=_CLONED,
    ),
    "Cloning Repositories/typescript": Plan(
        edits=(
            Edit(
                '"https://github.com/user/repo.git",\n    "/workspace/repo",\n    undefined',
                f'"{PRIVATE}",\n    "/workspace/private",\n    undefined',
                ONE_PATH,
            ),
            Edit('"/workspace/repo",\n    "develop"', '"/workspace/develop",\n    "develop"', ONE_PATH),
            Edit("https://github.com/user/repo.git", REPOSITORY, A_REPOSITORY, 2),
        ),
        before=_CLONE,
        after=_CLONED,
    ),
    "Repository Status/python": Plan(
        before="fresh_clone",
        output=("Current branch: main", "Commits ahead: 0", "Commits behind: 0", "File: file1.txt", "Branch: main"),
    ),
    "Repository Status/typescript": Plan(
        before="fresh_clone",
        output=("Current branch: main", "Commits ahead: 0", "Commits behind: 0", "File: file1.txt", "Branch: main"),
    ),
    "Managing Branches/python": Plan(before="fresh_clone", after=_BRANCHES),
    "Managing Branches/typescript": Plan(before="fresh_clone", after=_BRANCHES),
    "Working with Changes/python": Plan(
        before="fresh_clone", output=("Commit: [0-9a-f]{40}", "Message: feat: add new feature"), after=_COMMITTED
    ),
    "Working with Changes/typescript": Plan(
        before="fresh_clone", output=("Commit: [0-9a-f]{40}", "Message: feat: add new feature"), after=_COMMITTED
    ),
    "Working with Remotes/python": Plan(before=_AHEAD, output=(f"Remote: origin URL: {REPOSITORY}",), after=_PUSHED),
    "Working with Remotes/typescript": Plan(
        before=_AHEAD,
        after=(*_PUSHED, ("git -C /tmp/served/user/repo.git branch", "feature/new-feature")),
    ),
    "Creating Images/python": Plan(skip=PULL),
    "Creating Images/typescript": Plan(skip=PULL),
    "3. Write Your Code/python": Plan(output=("Hello World from code!",)),
    "3. Write Your Code/typescript": Plan(output=("Hello World from code!",)),
    "Code Completion/python": Plan(output=("join",)),
    "Code Completion/typescript": Plan(output=("floor",)),
    "Asynchronous/python": Plan(output=(*_STEPS, "Other operations completed!", "Cleaning up sandbox")),
    "Asynchronous/typescript": Plan(
        edits=(_main("main()\n"),), output=(*_STEPS, "Other operations completed!", "Cleaning up sandbox")
    ),
    "Synchronous/python": Plan(leaves=_COUNT, output=("Cleaning up sandbox",)),
    "Synchronous/typescript": Plan(
        edits=(_main("main()\n"), Edit("    await logTask\n", "", "slip: a name of another block")),
        leaves=_COUNT,
        output=("Cleaning up sandbox",),
    ),
    "Preview & Authentication/python": Plan(output=(r"Preview link url: http://\S+", r"Preview link token: \S{16}")),
    "Preview & Authentication/typescript": Plan(
        output=(r"Preview link url: http://\S+", r"Preview link token: \S{16}")
    ),
    "Running Code/python": Plan(output=("Hello, Daytona!",)),
    "Running Code/typescript": Plan(output=(r"Hello, Daytona!(.|\n)*Hello, Daytona!\nFOO: BAR(.|\n)*Done",)),
    "Running Commands/python": Plan(output=(r"file1\.txt", "DAYTONA")),
    "Running Commands/typescript": Plan(output=(r"file1\.txt", "DAYTONA")),
    "Managing Long-Running Processes/python": Plan(
        output=("Session documents:\nCommand: echo ready, Exit Code: 0", "PID: documents, Commands: ")
    ),
    "Managing Long-Running Processes/typescript": Plan(
        output=("Session documents:\nCommand: echo ready, Exit Code: 0", "PID: documents, Commands: ")
    ),
    "Best Practices/python": Plan(),
    "Best Practices/typescript": Plan(
        edits=(Edit("deleteSession(session.sessionId)", "deleteSession(sessionId)", "slip: a name of an inner block"),)
    ),
    "Basic Sandbox Creation/typescript": Plan(
        edits=(
            Edit(
                "const sandbox = await daytona.create({ l",
                "const second = await daytona.create({ l",
                "slip: one name thrice",
            ),
            Edit(
                "const sandbox = await daytona.create({ i",
                "const third = await daytona.create({ i",
                "slip: one name thrice",
            ),
        )
    ),
    "Remove Sandbox/python": Plan(removes=True),
    "Remove Sandbox/typescript": Plan(removes=True),
}

# Names that prose introduces and blocks use: the runners have a value for each.
ASSUMED = {
    "python": "sandbox, daytona, lsp_server, session_id, process_id, and the names of daytona_sdk",
    "typescript": "sandbox, workspace, daytona, lspServer, sessionId, path, fs, sleep, ProcessExecutionError",
}
