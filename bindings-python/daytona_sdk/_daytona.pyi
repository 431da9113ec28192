# Written by scripts/stubs.py from the Rust source ("make stubs"). Do not edit.
from collections.abc import Callable, Coroutine, Mapping
from os import PathLike
from typing import Any, final, overload

from typing_extensions import Self, deprecated, disjoint_base

from .daytona import CodeLanguage, CreateSandboxParams, DaytonaConfig
from .filesystem import FileContent, FileInfo, FileUpload, Match, ReplaceResult, SearchFilesResponse
from .git import GitCommitInfo, GitCommitResponse, GitRemote, GitStatus, ListBranchResponse
from .lsp_server import CompletionList, LspLanguageId, LspSymbol, Position
from .process import (
    CodeRunParams,
    Command,
    ExecuteResponse,
    Session,
    SessionExecuteRequest,
    SessionExecuteResponse,
    SessionLogChunk,
)
from .sandbox import PortPreviewUrl, SandboxInfo, SandboxInstance, SandboxState

__all__ = [
    "ERROR_CODES",
    "AsyncDaytona",
    "AsyncDownloadStream",
    "AsyncFileSystem",
    "AsyncGit",
    "AsyncLspServer",
    "AsyncProcess",
    "AsyncSandbox",
    "AsyncSessionLogStream",
    "Daytona",
    "DownloadStream",
    "FileSystem",
    "Git",
    "LspServer",
    "Process",
    "Sandbox",
    "SessionLogStream",
    "__version__",
    "check_exit",
]

__version__: str
ERROR_CODES: tuple[str, ...]

@disjoint_base
class AsyncDaytona:
    """The client of one Daytona API. Safe to share between threads, and usable after ``fork``.

    Settings come from ``config``, else from the environment, ``.env.local``, ``.env`` and the configuration file
    of the ``daytona`` command. ``target="local"`` (or ``DAYTONA_TARGET=local``) runs sandboxes on this machine.

    Args:
        config: Settings that win over the environment.

    Example:
        ```python
        async with AsyncDaytona(DaytonaConfig(target="local")) as daytona:
            sandbox = await daytona.create()
            response = await sandbox.process.exec("uname -a")
            print(response.result)
            await daytona.remove(sandbox)
        ```
    """
    def __new__(cls, config: DaytonaConfig | None = None) -> Self: ...
    def create(
        self, params: CreateSandboxParams | None = None, timeout: float | None = 60
    ) -> Coroutine[Any, Any, AsyncSandbox]:
        """Creates a sandbox and returns when it is started. When that fails, none is left behind.

        Args:
            params: What sandbox; a Python one with the server's defaults when left out.
            timeout: Seconds to wait; 0 or None: no limit. Given here, it wins over the deprecated ``params.timeout``.

        Example:
            ```python
            sandbox = await daytona.create(CreateSandboxParams(language="python"), timeout=30)
            ```
        """
    def get(self, sandbox_id: str) -> Coroutine[Any, Any, AsyncSandbox]:
        """The sandbox with that id or name.

        Args:
            sandbox_id: Its id or name.

        Example:
            ```python
            sandbox = await daytona.get("my-sandbox")
            ```
        """
    def get_current_sandbox(self, sandbox_id: str) -> Coroutine[Any, Any, AsyncSandbox]:
        """The same as :meth:`get`.

        Args:
            sandbox_id: Its id or name.

        Example:
            ```python
            sandbox = await daytona.get_current_sandbox("my-sandbox")
            ```
        """
    @deprecated("get_current_workspace is deprecated; use get instead")
    def get_current_workspace(self, workspace_id: str) -> Coroutine[Any, Any, AsyncSandbox]:
        """Deprecated name of :meth:`get`."""
    def list(self, labels: dict[str, str] | None = None) -> Coroutine[Any, Any, list[AsyncSandbox]]:
        """All sandboxes, or those that carry all of ``labels``.

        Args:
            labels: Labels to look for.

        Example:
            ```python
            for sandbox in await daytona.list({"project": "demo"}):
                print(sandbox.id, sandbox.state)
            ```
        """
    def start(self, sandbox: AsyncSandbox, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Starts a stopped sandbox and returns when it is started.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await daytona.stop(sandbox)
            await daytona.start(sandbox)
            ```
        """
    def stop(self, sandbox: AsyncSandbox, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Stops a sandbox and returns when it is stopped. Its files are kept.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await daytona.stop(sandbox, timeout=30)
            ```
        """
    def remove(self, sandbox: AsyncSandbox, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Removes a sandbox and everything in it.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await daytona.remove(sandbox)
            ```
        """
    def delete(self, sandbox: AsyncSandbox, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """The same as :meth:`remove`.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await daytona.delete(sandbox)
            ```
        """
    def close(self) -> Coroutine[Any, Any, None]:
        """Closes pooled connections. The client stays usable; sandboxes are not touched.

        Example:
            ```python
            daytona = AsyncDaytona()
            print(len(await daytona.list()))
            await daytona.close()
            ```
        """
    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...
    @property
    def api_key(self) -> str | None:
        """The API key in use.

        Example:
            ```python
            if daytona.api_key is None:
                print("signed in with a JWT, or local")
            ```
        """
    @property
    def jwt_token(self) -> str | None:
        """The JWT in use.

        Example:
            ```python
            print("a JWT" if daytona.jwt_token else "an API key")
            ```
        """
    @property
    def organization_id(self) -> str | None:
        """The organization the JWT acts for.

        Example:
            ```python
            print(f"acting for {daytona.organization_id}")
            ```
        """
    @property
    def api_url(self) -> str | None:
        """URL of the API; None for the local target, whose server is found or started by the first call.

        Example:
            ```python
            print(daytona.api_url or "sandboxes run on this machine")
            ```
        """
    @property
    def target(self) -> str:
        """Where sandboxes run.

        Example:
            ```python
            assert daytona.target == "local"
            ```
        """
    @property
    def default_language(self) -> CodeLanguage:
        """The language of sandboxes created without one.

        Example:
            ```python
            assert daytona.default_language == CodeLanguage.PYTHON
            ```
        """

@final
class AsyncDownloadStream:
    """The content of a file as it arrives: an async iterator of bytes, made by ``fs.download_file_stream``.

    Reading to the end without an exception means that the whole file arrived. Also a context manager, for a
    reader that may stop early.

    Example:
        ```python
        async with await sandbox.fs.download_file_stream("big.log") as stream:
            async for chunk in stream:
                if b"ERROR" in chunk:
                    break
        ```
    """
    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, bytes]: ...
    def close(self) -> Coroutine[Any, Any, None]:
        """Gives up the rest of the file. A reader that waits meanwhile gets an error.

        Example:
            ```python
            stream = await sandbox.fs.download_file_stream("big.log")
            await stream.close()
            ```
        """
    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...

@final
class AsyncFileSystem:
    """Moves files in and out of a sandbox: ``sandbox.fs``.

    Example:
        ```python
        await sandbox.fs.upload_file("data.csv", b"a,b\\n1,2\\n")
        content = await sandbox.fs.download_file("data.csv")
        print(content.decode())
        ```
    """
    def list_files(self, path: str) -> Coroutine[Any, Any, list[FileInfo]]:
        """What is in a folder.

        Args:
            path: The folder in the sandbox.

        Example:
            ```python
            for file in await sandbox.fs.list_files("/home/daytona"):
                print(file.name, file.is_dir, file.size)
            ```
        """
    def create_folder(self, path: str, mode: str = "755") -> Coroutine[Any, Any, None]:
        """Makes a folder, and those above it.

        Args:
            path: Where it goes in the sandbox.
            mode: Its permissions in octal.

        Example:
            ```python
            await sandbox.fs.create_folder("data/raw", "750")
            ```
        """
    def delete_file(self, path: str, recursive: bool = False) -> Coroutine[Any, Any, None]:
        """Deletes a file or an empty folder, and a full one when asked to.

        Args:
            path: The file or folder in the sandbox.
            recursive: Whether to delete a folder with everything in it.

        Example:
            ```python
            await sandbox.fs.delete_file("data", recursive=True)
            ```
        """
    def move_files(self, source: str, destination: str) -> Coroutine[Any, Any, None]:
        """Moves or renames a file or folder.

        Args:
            source: The file or folder in the sandbox.
            destination: Its new path.

        Example:
            ```python
            await sandbox.fs.move_files("draft.txt", "final.txt")
            ```
        """
    def find_files(self, path: str, pattern: str) -> Coroutine[Any, Any, list[Match]]:
        """Looks for text in files; binary ones are passed over.

        Args:
            path: A file, or a folder to search with everything below it.
            pattern: The text, as it stands.

        Example:
            ```python
            for match in await sandbox.fs.find_files("project", "TODO:"):
                print(f"{match.file}:{match.line}: {match.content}")
            ```
        """
    def search_files(self, path: str, pattern: str) -> Coroutine[Any, Any, SearchFilesResponse]:
        """Looks for files by name.

        Args:
            path: The folder to search, with everything below it.
            pattern: A glob: ``"*.py"``.

        Example:
            ```python
            response = await sandbox.fs.search_files("project", "*.py")
            print(response.files)
            ```
        """
    def replace_in_files(
        self, files: list[str], pattern: str, new_value: str
    ) -> Coroutine[Any, Any, list[ReplaceResult]]:
        """Replaces text in files. Each file succeeds or fails on its own.

        Args:
            files: Paths of the files.
            pattern: What to replace.
            new_value: What to put there.

        Example:
            ```python
            for result in await sandbox.fs.replace_in_files(["app.py"], "old_function", "new_function"):
                print(result.file, result.success, result.error)
            ```
        """
    def get_file_info(self, path: str) -> Coroutine[Any, Any, FileInfo]:
        """What is known about a file or folder.

        Args:
            path: The file or folder in the sandbox.

        Example:
            ```python
            info = await sandbox.fs.get_file_info("app.py")
            print(info.size, info.permissions, info.mod_time)
            ```
        """
    def set_file_permissions(
        self, path: str, mode: str | None = None, owner: str | None = None, group: str | None = None
    ) -> Coroutine[Any, Any, None]:
        """Changes permissions and owner of a file or folder. What is left out stays as it is.

        Args:
            path: The file or folder in the sandbox.
            mode: Permissions in octal.
            owner: Name of the user.
            group: Name of the group.

        Example:
            ```python
            await sandbox.fs.set_file_permissions("run.sh", mode="755")
            ```
        """
    @overload
    def upload_file(self, path: str, content: FileContent) -> Coroutine[Any, Any, None]:
        """Writes a file, making its folders and replacing what was there.

        Bytes first and path second, as later versions have it, works too.

        Args:
            path: Where it goes in the sandbox; relative to the working directory, or absolute.
            content: Bytes, text (written as UTF-8), a ``pathlib.Path`` of a local file, or an open binary
                file. The last two are streamed: their size does not matter.

        Example:
            ```python
            from pathlib import Path

            await sandbox.fs.upload_file("hello.txt", "Hello, World!")
            await sandbox.fs.upload_file("model.bin", Path("model.bin"))  # streamed from the local disk
            ```
        """
    @overload
    def upload_file(self, path: FileContent, content: str) -> Coroutine[Any, Any, None]:
        """Writes a file, making its folders and replacing what was there.

        Bytes first and path second, as later versions have it, works too.

        Args:
            path: Where it goes in the sandbox; relative to the working directory, or absolute.
            content: Bytes, text (written as UTF-8), a ``pathlib.Path`` of a local file, or an open binary
                file. The last two are streamed: their size does not matter.

        Example:
            ```python
            from pathlib import Path

            await sandbox.fs.upload_file("hello.txt", "Hello, World!")
            await sandbox.fs.upload_file("model.bin", Path("model.bin"))  # streamed from the local disk
            ```
        """
    def upload_files(self, files: list[FileUpload]) -> Coroutine[Any, Any, None]:
        """Writes several files. Those that fail are reported together, by path; the others stay uploaded.

        Args:
            files: ``FileUpload`` values.

        Example:
            ```python
            await sandbox.fs.upload_files([FileUpload("a.txt", b"one"), FileUpload("b.txt", b"two")])
            ```
        """
    @overload
    def download_file(self, path: str, local_path: None = None) -> Coroutine[Any, Any, bytes]:
        """Reads a file.

        Args:
            path: The file in the sandbox.
            local_path: Where to put it on this machine. It is streamed there, and appears whole or not at all.

        Returns:
            The content, or None when ``local_path`` was given.

        Example:
            ```python
            content = await sandbox.fs.download_file("report.txt")
            await sandbox.fs.download_file("big.bin", "big.bin")
            ```
        """
    @overload
    def download_file(self, path: str, local_path: str | PathLike[str]) -> Coroutine[Any, Any, None]:
        """Reads a file.

        Args:
            path: The file in the sandbox.
            local_path: Where to put it on this machine. It is streamed there, and appears whole or not at all.

        Returns:
            The content, or None when ``local_path`` was given.

        Example:
            ```python
            content = await sandbox.fs.download_file("report.txt")
            await sandbox.fs.download_file("big.bin", "big.bin")
            ```
        """
    def download_file_stream(self, path: str) -> Coroutine[Any, Any, AsyncDownloadStream]:
        """Reads a file piece by piece, in bounded memory.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            import hashlib

            digest = hashlib.sha256()
            async for chunk in await sandbox.fs.download_file_stream("big.bin"):
                digest.update(chunk)
            ```
        """

@final
class AsyncGit:
    """Works on git repositories in a sandbox: ``sandbox.git``.

    Passwords and tokens are used for the one call they are given to, and are stored nowhere.

    Example:
        ```python
        await sandbox.git.clone("https://github.com/user/repo.git", "app")
        status = await sandbox.git.status("app")
        print(status.current_branch, [file.name for file in status.file_status])
        ```
    """
    def clone(
        self,
        url: str,
        path: str,
        branch: str | None = None,
        commit_id: str | None = None,
        username: str | None = None,
        password: str | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Clones a repository.

        Args:
            url: Its URL.
            path: Where it goes in the sandbox.
            branch: The branch to check out; the remote's default when left out.
            commit_id: The commit to check out, detached.
            username: For a private repository.
            password: Password or token for it.

        Example:
            ```python
            await sandbox.git.clone("https://github.com/user/repo.git", "app", branch="main")
            ```
        """
    def status(self, path: str) -> Coroutine[Any, Any, GitStatus]:
        """The current branch, and how the files differ from its last commit.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            status = await sandbox.git.status("repo")
            print(status.current_branch, status.ahead, status.behind)
            ```
        """
    def branches(self, path: str) -> Coroutine[Any, Any, ListBranchResponse]:
        """The branches.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            response = await sandbox.git.branches("repo")
            print(response.branches)
            ```
        """
    def create_branch(self, path: str, name: str) -> Coroutine[Any, Any, None]:
        """Makes a branch and checks it out.

        Args:
            path: The repository in the sandbox.
            name: Name of the branch.

        Example:
            ```python
            await sandbox.git.create_branch("repo", "feature/new-feature")
            ```
        """
    def checkout(self, path: str, branch: str) -> Coroutine[Any, Any, None]:
        """Checks a branch out.

        Args:
            path: The repository in the sandbox.
            branch: Name of the branch.

        Example:
            ```python
            await sandbox.git.checkout("repo", "main")
            ```
        """
    def checkout_branch(self, path: str, branch: str) -> Coroutine[Any, Any, None]:
        """The same as :meth:`checkout`.

        Args:
            path: The repository in the sandbox.
            branch: Name of the branch.

        Example:
            ```python
            await sandbox.git.checkout_branch("repo", "main")
            ```
        """
    def delete_branch(self, path: str, name: str) -> Coroutine[Any, Any, None]:
        """Deletes a branch.

        Args:
            path: The repository in the sandbox.
            name: Name of the branch.

        Example:
            ```python
            await sandbox.git.delete_branch("repo", "feature/old-feature")
            ```
        """
    def add(self, path: str, files: list[str]) -> Coroutine[Any, Any, None]:
        """Stages files for the next commit.

        Args:
            path: The repository in the sandbox.
            files: Paths in the repository; ``"."`` for everything.

        Example:
            ```python
            await sandbox.git.add("repo", ["app.py", "README.md"])
            ```
        """
    def commit(
        self, path: str, message: str, author: str | None = None, email: str | None = None
    ) -> Coroutine[Any, Any, GitCommitResponse]:
        """Commits what is staged.

        Args:
            path: The repository in the sandbox.
            message: The message.
            author: Name of the author; the repository's own configuration when left out.
            email: Address of the author.

        Example:
            ```python
            await sandbox.git.add("repo", ["app.py"])
            response = await sandbox.git.commit("repo", "feat: add new feature", "Jane Doe", "jane@example.com")
            print(response.sha)
            ```
        """
    def log(self, path: str) -> Coroutine[Any, Any, list[GitCommitInfo]]:
        """The commits of the current branch, newest first.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            for commit in await sandbox.git.log("repo"):
                print(commit.hash, commit.author, commit.message)
            ```
        """
    def push(
        self,
        path: str,
        username: str | None = None,
        password: str | None = None,
        *,
        remote: str | None = None,
        branch: str | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Pushes commits to a remote.

        Args:
            path: The repository in the sandbox.
            username: For a private repository.
            password: Password or token for it.
            remote: Name of the remote; ``origin`` when left out.
            branch: The branch; the current one when left out.

        Example:
            ```python
            await sandbox.git.push("repo", username="user", password="token")
            ```
        """
    def pull(
        self,
        path: str,
        username: str | None = None,
        password: str | None = None,
        *,
        remote: str | None = None,
        branch: str | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Pulls commits from a remote.

        Args:
            path: The repository in the sandbox.
            username: For a private repository.
            password: Password or token for it.
            remote: Name of the remote; ``origin`` when left out.
            branch: The branch; the current one when left out.

        Example:
            ```python
            await sandbox.git.pull("repo")
            ```
        """
    def list_remotes(self, path: str) -> Coroutine[Any, Any, list[GitRemote]]:
        """The remotes.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            for remote in await sandbox.git.list_remotes("repo"):
                print(remote.name, remote.url)
            ```
        """
    def remotes(self, path: str) -> Coroutine[Any, Any, list[GitRemote]]:
        """The same as :meth:`list_remotes`.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            remotes = await sandbox.git.remotes("repo")
            print("origin" in [remote.name for remote in remotes])
            ```
        """

@final
class AsyncLspServer:
    """A language server for one project in a sandbox, made by ``sandbox.create_lsp_server``.

    Whatever it is asked first starts it, so ``start`` is only there to have the waiting done early.

    Example:
        ```python
        lsp = sandbox.create_lsp_server("python", "/home/daytona/project")
        await lsp.did_open("/home/daytona/project/app.py")
        for symbol in await lsp.document_symbols("/home/daytona/project/app.py"):
            print(symbol.name, symbol.kind)
        ```
    """
    def start(self) -> Coroutine[Any, Any, None]:
        """Starts it and returns when it answers.

        Example:
            ```python
            await lsp.start()
            ```
        """
    def stop(self) -> Coroutine[Any, Any, None]:
        """Stops it.

        Example:
            ```python
            await lsp.stop()
            ```
        """
    def did_open(self, path: str) -> Coroutine[Any, Any, None]:
        """Tells it that a file is being worked on. Completions need that.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            await lsp.did_open("/home/daytona/project/app.py")
            ```
        """
    def did_close(self, path: str) -> Coroutine[Any, Any, None]:
        """Tells it that a file is no longer worked on.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            await lsp.did_close("/home/daytona/project/app.py")
            ```
        """
    def document_symbols(self, path: str) -> Coroutine[Any, Any, list[LspSymbol]]:
        """The functions, classes and variables of a file.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            for symbol in await lsp.document_symbols("/home/daytona/project/app.py"):
                print(symbol.name, symbol.kind, symbol.location.range)
            ```
        """
    def sandbox_symbols(self, query: str) -> Coroutine[Any, Any, list[LspSymbol]]:
        """The symbols of the whole project whose name holds ``query``.

        Args:
            query: Part of a name.

        Example:
            ```python
            for symbol in await lsp.sandbox_symbols("User"):
                print(symbol.name, symbol.location.uri)
            ```
        """
    @deprecated("workspace_symbols is deprecated; use sandbox_symbols instead")
    def workspace_symbols(self, query: str) -> Coroutine[Any, Any, list[LspSymbol]]:
        """Deprecated name of :meth:`sandbox_symbols`."""
    def completions(self, path: str, position: Position | Mapping[str, int]) -> Coroutine[Any, Any, CompletionList]:
        """What could stand at a place.

        Args:
            path: The file in the sandbox.
            position: The place: a ``Position``, or a dict with ``line`` and ``character``; both count from 0.

        Example:
            ```python
            completions = await lsp.completions("/home/daytona/project/app.py", Position(line=10, character=15))
            print([item.label for item in completions.items])
            ```
        """

@final
class AsyncProcess:
    """Runs commands, code and sessions in a sandbox: ``sandbox.process``.

    A non-zero exit code does not raise; ``ExecuteResponse.check()`` does. ``ProcessExecutionError`` is raised
    when a process could not be run to its end.

    Example:
        ```python
        response = await sandbox.process.exec("echo $GREETING | tr a-z A-Z", env={"GREETING": "hello"})
        print(response.result)
        ```
    """
    def exec(
        self, command: str, cwd: str | None = None, env: dict[str, str] | None = None, timeout: float | None = None
    ) -> Coroutine[Any, Any, ExecuteResponse]:
        """Runs a shell command: pipes, variables, quotes and ``&&`` work.

        Args:
            command: The command line.
            cwd: Working directory; the sandbox's own when left out.
            env: Added to the environment.
            timeout: Seconds until the command and everything it started is killed; 0 or None: no limit.

        Example:
            ```python
            response = await sandbox.process.exec("ls -l | wc -l", cwd="/tmp", timeout=10)
            print(response.exit_code, response.result)
            ```
        """
    def code_run(
        self, code: str, params: CodeRunParams | None = None, timeout: float | None = None
    ) -> Coroutine[Any, Any, ExecuteResponse]:
        """Runs code in the language of the sandbox.

        Args:
            code: Source text.
            params: Arguments and environment of the program.
            timeout: Seconds until the program and everything it started is killed; 0 or None: no limit.

        Example:
            ```python
            response = await sandbox.process.code_run('print("Sum of 3 and 4 is " + str(3 + 4))')
            print(response.result)
            ```
        """
    def create_session(self, session_id: str) -> Coroutine[Any, Any, None]:
        """Makes a session: a shell that keeps its folder and variables from one command to the next.

        Args:
            session_id: Its id, of your choice.

        Example:
            ```python
            await sandbox.process.create_session("tests")
            run = SessionExecuteRequest(command="export CI=1")
            await sandbox.process.execute_session_command("tests", run)
            ```
        """
    def get_session(self, session_id: str) -> Coroutine[Any, Any, Session]:
        """A session and its commands.

        Args:
            session_id: Its id.

        Example:
            ```python
            session = await sandbox.process.get_session("build")
            for command in session.commands:
                print(command.id, command.command, command.exit_code)
            ```
        """
    def list_sessions(self) -> Coroutine[Any, Any, list[Session]]:
        """All sessions.

        Example:
            ```python
            for session in await sandbox.process.list_sessions():
                print(session.session_id, len(session.commands))
            ```
        """
    def delete_session(self, session_id: str) -> Coroutine[Any, Any, None]:
        """Ends a session and everything that runs in it.

        Args:
            session_id: Its id.

        Example:
            ```python
            await sandbox.process.delete_session("build")
            ```
        """
    def get_session_command(self, session_id: str, command_id: str) -> Coroutine[Any, Any, Command]:
        """A command of a session.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.

        Example:
            ```python
            run = SessionExecuteRequest(command="make", run_async=True)
            response = await sandbox.process.execute_session_command("build", run)
            command = await sandbox.process.get_session_command("build", response.cmd_id)
            print("runs" if command.exit_code is None else f"exit code {command.exit_code}")
            ```
        """
    def execute_session_command(
        self, session_id: str, req: SessionExecuteRequest, timeout: float | None = None
    ) -> Coroutine[Any, Any, SessionExecuteResponse]:
        """Runs a command in a session; waits for it unless it is to run in the background.

        Args:
            session_id: Id of the session.
            req: The command.
            timeout: Seconds to wait for it; 0 or None: no limit.

        Example:
            ```python
            await sandbox.process.execute_session_command("build", SessionExecuteRequest(command="cd project"))
            response = await sandbox.process.execute_session_command("build", SessionExecuteRequest(command="make"))
            print(response.exit_code, response.output)
            ```
        """
    def get_session_command_logs(self, session_id: str, command_id: str) -> Coroutine[Any, Any, str]:
        """What a command has written so far, stdout and stderr together.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.

        Example:
            ```python
            response = await sandbox.process.execute_session_command("build", SessionExecuteRequest(command="ls -l"))
            logs = await sandbox.process.get_session_command_logs("build", response.cmd_id)
            print(logs)
            ```
        """
    def get_session_command_logs_async(
        self,
        session_id: str,
        command_id: str,
        on_logs: Callable[[str], object],
        on_stderr: Callable[[str], object] | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Gives the output of a command to a callback as it is written, from its beginning, and returns when the
        command has ended. To be awaited.

        The callbacks are plain functions or coroutine functions, and run in the task that awaits this. The stream
        waits for them. An exception of theirs ends it and is raised here.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.
            on_logs: Called with each piece of text.
            on_stderr: Called with the pieces of stderr; ``on_logs`` then gets those of stdout only.

        Example:
            ```python
            run = SessionExecuteRequest(command="make", run_async=True)
            response = await sandbox.process.execute_session_command("build", run)
            await sandbox.process.get_session_command_logs_async("build", response.cmd_id, print)
            ```
        """
    def stream_session_command_logs(self, session_id: str, command_id: str) -> AsyncSessionLogStream:
        """The output of a command as it is written, from its beginning: an iterator that ends when the command has
        ended. ``async for`` works on it too.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.

        Example:
            ```python
            run = SessionExecuteRequest(command="for i in 1 2 3; do echo $i; sleep 0.1; done", run_async=True)
            response = await sandbox.process.execute_session_command("build", run)
            async for chunk in sandbox.process.stream_session_command_logs("build", response.cmd_id):
                print(chunk.source, chunk.text, end="")
            ```
        """
    def send_session_command_input(self, session_id: str, command_id: str, data: str) -> Coroutine[Any, Any, None]:
        """Writes to the standard input of a running command.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.
            data: The text; a line ends with ``"\\n"``.

        Example:
            ```python
            run = SessionExecuteRequest(command="read -p 'Go on? ' answer", run_async=True)
            response = await sandbox.process.execute_session_command("build", run)
            await sandbox.process.send_session_command_input("build", response.cmd_id, "yes\\n")
            ```
        """

@final
class AsyncSandbox:
    """One sandbox: ``process`` runs things in it, ``fs`` moves files, ``git`` works on repositories, ``instance``
    tells about it.

    Made by ``AsyncDaytona.create``, ``get`` and ``list``. It outlives this object: remove it when it is done with.

    Example:
        ```python
        sandbox = await daytona.create()
        print(sandbox.id, sandbox.state)
        await sandbox.delete()
        ```
    """
    @property
    def id(self) -> str:
        """Its id.

        Example:
            ```python
            print(f"sandbox {sandbox.id}")
            ```
        """
    @property
    def instance(self) -> SandboxInstance:
        """The latest known copy of it: a ``SandboxInstance``. ``refresh_data`` asks the server again.

        Example:
            ```python
            print(sandbox.instance.created_at, sandbox.instance.resources)
            ```
        """
    @property
    def process(self) -> AsyncProcess:
        """Runs commands and code in it.

        Example:
            ```python
            print(await sandbox.process.exec("date"))
            ```
        """
    @property
    def git(self) -> AsyncGit:
        """Works on git repositories in it.

        Example:
            ```python
            await sandbox.git.clone("https://github.com/user/repo.git", "clone")
            ```
        """
    @property
    def fs(self) -> AsyncFileSystem:
        """Moves files in and out of it.

        Example:
            ```python
            await sandbox.fs.upload_file("notes.txt", "Remember the milk.")
            ```
        """
    @property
    def name(self) -> str:
        """Its name.

        Example:
            ```python
            sandbox = await daytona.get(sandbox.name)
            ```
        """
    @property
    def image(self) -> str | None:
        """The image it was made from.

        Example:
            ```python
            print(f"made from {sandbox.image}")
            ```
        """
    @property
    def user(self) -> str:
        """The user that commands run as.

        Example:
            ```python
            print(f"commands run as {sandbox.user}")
            ```
        """
    @property
    def env(self) -> dict[str, str]:
        """Environment of every process in it.

        Example:
            ```python
            if "DEBUG" in sandbox.env:
                print("debugging is on")
            ```
        """
    @property
    def labels(self) -> dict[str, str]:
        """Its labels.

        Example:
            ```python
            owner = sandbox.labels.get("owner", "nobody")
            ```
        """
    @property
    def public(self) -> bool:
        """Whether preview links need no token.

        Example:
            ```python
            preview = await sandbox.get_preview_link(3000)
            print(preview.url if sandbox.public else f"{preview.url} with a token")
            ```
        """
    @property
    def target(self) -> str:
        """Where it runs.

        Example:
            ```python
            if sandbox.target == "local":
                print("no data leaves this machine")
            ```
        """
    @property
    def cpu(self) -> float:
        """Its cores.

        Example:
            ```python
            await sandbox.process.exec(f"make -j {sandbox.cpu:.0f}")
            ```
        """
    @property
    def gpu(self) -> float:
        """Its GPUs.

        Example:
            ```python
            device = "cuda" if sandbox.gpu else "cpu"
            ```
        """
    @property
    def memory(self) -> float:
        """Its memory in GB.

        Example:
            ```python
            print(f"{sandbox.memory} GB of memory")
            ```
        """
    @property
    def disk(self) -> float:
        """Its disk in GB.

        Example:
            ```python
            if sandbox.disk < 10:
                print("little room for a data set")
            ```
        """
    @property
    def state(self) -> SandboxState | None:
        """Where it was in its life when the server was last asked.

        Example:
            ```python
            if sandbox.state == SandboxState.STOPPED:
                await sandbox.start()
            ```
        """
    @property
    def error_reason(self) -> str | None:
        """Why it is in the error state.

        Example:
            ```python
            if sandbox.state == "error":
                print(sandbox.error_reason)
            ```
        """
    @property
    def snapshot_state(self) -> str | None:
        """State of its last backup.

        Example:
            ```python
            backed_up = sandbox.snapshot_state == "Completed"
            ```
        """
    @property
    def snapshot_created_at(self) -> str | None:
        """When it was last backed up, ISO 8601.

        Example:
            ```python
            print(sandbox.snapshot_created_at or "never backed up")
            ```
        """
    @property
    def auto_stop_interval(self) -> float | None:
        """Minutes without activity until it is stopped; 0 never.

        Example:
            ```python
            if sandbox.auto_stop_interval == 0:
                print("it runs until someone stops it")
            ```
        """
    def info(self) -> Coroutine[Any, Any, SandboxInfo]:
        """Asks the server about the sandbox and returns what it said.

        Example:
            ```python
            info = await sandbox.info()
            print(info.state, info.resources)
            ```
        """
    def refresh_data(self) -> Coroutine[Any, Any, None]:
        """Asks the server about the sandbox; ``instance`` and the properties are fresh afterwards.

        Example:
            ```python
            await sandbox.refresh_data()
            print(sandbox.state)
            ```
        """
    def get_user_root_dir(self) -> Coroutine[Any, Any, str]:
        """The home folder of its user.

        Example:
            ```python
            root = await sandbox.get_user_root_dir()
            await sandbox.fs.upload_file(root + "/app.py", b"print(7)")
            ```
        """
    def get_sandbox_root_dir(self) -> Coroutine[Any, Any, str]:
        """The same as :meth:`get_user_root_dir`.

        Example:
            ```python
            root = await sandbox.get_sandbox_root_dir()
            print(await sandbox.fs.list_files(root))
            ```
        """
    @deprecated("get_workspace_root_dir is deprecated; use get_user_root_dir instead")
    def get_workspace_root_dir(self) -> Coroutine[Any, Any, str]:
        """Deprecated name of :meth:`get_user_root_dir`."""
    def create_lsp_server(self, language_id: LspLanguageId | str, path_to_project: str) -> AsyncLspServer:
        """A language server for a project in it. It starts with ``start``, or with the first thing it is asked.

        Args:
            language_id: ``"python"``, ``"typescript"`` or ``"javascript"``.
            path_to_project: The project's folder in the sandbox.

        Example:
            ```python
            lsp = sandbox.create_lsp_server(LspLanguageId.PYTHON, "/home/daytona/project")
            ```
        """
    def set_labels(self, labels: dict[str, str]) -> Coroutine[Any, Any, dict[str, str]]:
        """Replaces its labels and returns them.

        Args:
            labels: All labels it has afterwards.

        Example:
            ```python
            await sandbox.set_labels({"project": "demo"})
            ```
        """
    def start(self, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Starts it and returns when it is started.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await sandbox.stop()
            await sandbox.start(timeout=30)
            ```
        """
    def stop(self, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Stops it and returns when it is stopped. Its files are kept.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await sandbox.stop()
            ```
        """
    def delete(self, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Removes it and everything in it.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await sandbox.delete()
            ```
        """
    def archive(self) -> Coroutine[Any, Any, None]:
        """Moves a stopped sandbox to cheaper storage, where the server has any.

        Example:
            ```python
            await sandbox.stop()
            await sandbox.archive()
            ```
        """
    def wait_for_sandbox_start(self, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Waits until it is started.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            sandbox = await daytona.get("my-sandbox")  # which another program starts
            await sandbox.wait_for_sandbox_start(timeout=30)
            ```
        """
    def wait_for_sandbox_stop(self, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Waits until it is stopped.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            await sandbox.stop()
            await sandbox.wait_for_sandbox_stop(timeout=30)
            ```
        """
    @deprecated("wait_for_workspace_start is deprecated; use wait_for_sandbox_start instead")
    def wait_for_workspace_start(self, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Deprecated name of :meth:`wait_for_sandbox_start`."""
    @deprecated("wait_for_workspace_stop is deprecated; use wait_for_sandbox_stop instead")
    def wait_for_workspace_stop(self, timeout: float | None = 60) -> Coroutine[Any, Any, None]:
        """Deprecated name of :meth:`wait_for_sandbox_stop`."""
    def set_autostop_interval(self, interval: int) -> Coroutine[Any, Any, None]:
        """Sets the minutes without activity until it is stopped; 0 never.

        Args:
            interval: Minutes, a whole number.

        Example:
            ```python
            await sandbox.set_autostop_interval(60)
            ```
        """
    def get_preview_link(self, port: int) -> Coroutine[Any, Any, PortPreviewUrl]:
        """Where a port of it can be reached, and the token that a private sandbox asks for.

        Args:
            port: The port something in the sandbox listens on, 3000 to 9999.

        Example:
            ```python
            preview = await sandbox.get_preview_link(3000)
            print(preview.url)
            ```
        """
    def get_preview_url(self, port: int) -> Coroutine[Any, Any, PortPreviewUrl]:
        """The same as :meth:`get_preview_link`.

        Args:
            port: The port something in the sandbox listens on, 3000 to 9999.

        Example:
            ```python
            preview = await sandbox.get_preview_url(8080)
            print(preview.url, len(preview.token))
            ```
        """

@final
class AsyncSessionLogStream:
    """The output of a command as it is written: an async iterator of ``SessionLogChunk``, made by
    ``process.stream_session_command_logs``.

    It ends when the command has ended and everything was delivered. While nobody reads, what the command writes waits
    in the sandbox, on its disk, and the command goes on.

    Example:
        ```python
        session = await sandbox.process.get_session("build")
        async for chunk in sandbox.process.stream_session_command_logs("build", session.commands[-1].id):
            print(chunk.source, chunk.text, end="")
        ```
    """
    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, SessionLogChunk]: ...
    def close(self) -> Coroutine[Any, Any, None]:
        """Stops following the command, which runs on. A reader that waits meanwhile is at the end.

        Example:
            ```python
            session = await sandbox.process.get_session("build")
            stream = sandbox.process.stream_session_command_logs("build", session.commands[-1].id)
            await stream.close()
            ```
        """
    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...

@disjoint_base
class Daytona:
    """The client of one Daytona API. Safe to share between threads, and usable after ``fork``.

    Settings come from ``config``, else from the environment, ``.env.local``, ``.env`` and the configuration file
    of the ``daytona`` command. ``target="local"`` (or ``DAYTONA_TARGET=local``) runs sandboxes on this machine.

    Args:
        config: Settings that win over the environment.

    Example:
        ```python
        with Daytona(DaytonaConfig(target="local")) as daytona:
            sandbox = daytona.create()
            response = sandbox.process.exec("uname -a")
            print(response.result)
            daytona.remove(sandbox)
        ```
    """
    def __new__(cls, config: DaytonaConfig | None = None) -> Self: ...
    def create(self, params: CreateSandboxParams | None = None, timeout: float | None = 60) -> Sandbox:
        """Creates a sandbox and returns when it is started. When that fails, none is left behind.

        Args:
            params: What sandbox; a Python one with the server's defaults when left out.
            timeout: Seconds to wait; 0 or None: no limit. Given here, it wins over the deprecated ``params.timeout``.

        Example:
            ```python
            sandbox = daytona.create(CreateSandboxParams(language="python"), timeout=30)
            ```
        """
    def get(self, sandbox_id: str) -> Sandbox:
        """The sandbox with that id or name.

        Args:
            sandbox_id: Its id or name.

        Example:
            ```python
            sandbox = daytona.get("my-sandbox")
            ```
        """
    def get_current_sandbox(self, sandbox_id: str) -> Sandbox:
        """The same as :meth:`get`.

        Args:
            sandbox_id: Its id or name.

        Example:
            ```python
            sandbox = daytona.get_current_sandbox("my-sandbox")
            ```
        """
    @deprecated("get_current_workspace is deprecated; use get instead")
    def get_current_workspace(self, workspace_id: str) -> Sandbox:
        """Deprecated name of :meth:`get`."""
    def list(self, labels: dict[str, str] | None = None) -> list[Sandbox]:
        """All sandboxes, or those that carry all of ``labels``.

        Args:
            labels: Labels to look for.

        Example:
            ```python
            for sandbox in daytona.list({"project": "demo"}):
                print(sandbox.id, sandbox.state)
            ```
        """
    def start(self, sandbox: Sandbox, timeout: float | None = 60) -> None:
        """Starts a stopped sandbox and returns when it is started.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            daytona.stop(sandbox)
            daytona.start(sandbox)
            ```
        """
    def stop(self, sandbox: Sandbox, timeout: float | None = 60) -> None:
        """Stops a sandbox and returns when it is stopped. Its files are kept.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            daytona.stop(sandbox, timeout=30)
            ```
        """
    def remove(self, sandbox: Sandbox, timeout: float | None = 60) -> None:
        """Removes a sandbox and everything in it.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            daytona.remove(sandbox)
            ```
        """
    def delete(self, sandbox: Sandbox, timeout: float | None = 60) -> None:
        """The same as :meth:`remove`.

        Args:
            sandbox: The sandbox.
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            daytona.delete(sandbox)
            ```
        """
    def close(self) -> None:
        """Closes pooled connections. The client stays usable; sandboxes are not touched.

        Example:
            ```python
            daytona = Daytona()
            print(len(daytona.list()))
            daytona.close()
            ```
        """
    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...
    @property
    def api_key(self) -> str | None:
        """The API key in use.

        Example:
            ```python
            if daytona.api_key is None:
                print("signed in with a JWT, or local")
            ```
        """
    @property
    def jwt_token(self) -> str | None:
        """The JWT in use.

        Example:
            ```python
            print("a JWT" if daytona.jwt_token else "an API key")
            ```
        """
    @property
    def organization_id(self) -> str | None:
        """The organization the JWT acts for.

        Example:
            ```python
            print(f"acting for {daytona.organization_id}")
            ```
        """
    @property
    def api_url(self) -> str | None:
        """URL of the API; None for the local target, whose server is found or started by the first call.

        Example:
            ```python
            print(daytona.api_url or "sandboxes run on this machine")
            ```
        """
    @property
    def target(self) -> str:
        """Where sandboxes run.

        Example:
            ```python
            assert daytona.target == "local"
            ```
        """
    @property
    def default_language(self) -> CodeLanguage:
        """The language of sandboxes created without one.

        Example:
            ```python
            assert daytona.default_language == CodeLanguage.PYTHON
            ```
        """

@final
class DownloadStream:
    """The content of a file as it arrives: an iterator of bytes, made by ``fs.download_file_stream``.

    Reading to the end without an exception means that the whole file arrived. Also a context manager, for a
    reader that may stop early.

    Example:
        ```python
        with sandbox.fs.download_file_stream("big.log") as stream:
            for chunk in stream:
                if b"ERROR" in chunk:
                    break
        ```
    """
    def __iter__(self) -> Self: ...
    def __next__(self) -> bytes: ...
    def close(self) -> None:
        """Gives up the rest of the file. A reader that waits meanwhile gets an error.

        Example:
            ```python
            stream = sandbox.fs.download_file_stream("big.log")
            stream.close()
            ```
        """
    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...

@final
class FileSystem:
    """Moves files in and out of a sandbox: ``sandbox.fs``.

    Example:
        ```python
        sandbox.fs.upload_file("data.csv", b"a,b\\n1,2\\n")
        content = sandbox.fs.download_file("data.csv")
        print(content.decode())
        ```
    """
    def list_files(self, path: str) -> list[FileInfo]:
        """What is in a folder.

        Args:
            path: The folder in the sandbox.

        Example:
            ```python
            for file in sandbox.fs.list_files("/home/daytona"):
                print(file.name, file.is_dir, file.size)
            ```
        """
    def create_folder(self, path: str, mode: str = "755") -> None:
        """Makes a folder, and those above it.

        Args:
            path: Where it goes in the sandbox.
            mode: Its permissions in octal.

        Example:
            ```python
            sandbox.fs.create_folder("data/raw", "750")
            ```
        """
    def delete_file(self, path: str, recursive: bool = False) -> None:
        """Deletes a file or an empty folder, and a full one when asked to.

        Args:
            path: The file or folder in the sandbox.
            recursive: Whether to delete a folder with everything in it.

        Example:
            ```python
            sandbox.fs.delete_file("data", recursive=True)
            ```
        """
    def move_files(self, source: str, destination: str) -> None:
        """Moves or renames a file or folder.

        Args:
            source: The file or folder in the sandbox.
            destination: Its new path.

        Example:
            ```python
            sandbox.fs.move_files("draft.txt", "final.txt")
            ```
        """
    def find_files(self, path: str, pattern: str) -> list[Match]:
        """Looks for text in files; binary ones are passed over.

        Args:
            path: A file, or a folder to search with everything below it.
            pattern: The text, as it stands.

        Example:
            ```python
            for match in sandbox.fs.find_files("project", "TODO:"):
                print(f"{match.file}:{match.line}: {match.content}")
            ```
        """
    def search_files(self, path: str, pattern: str) -> SearchFilesResponse:
        """Looks for files by name.

        Args:
            path: The folder to search, with everything below it.
            pattern: A glob: ``"*.py"``.

        Example:
            ```python
            response = sandbox.fs.search_files("project", "*.py")
            print(response.files)
            ```
        """
    def replace_in_files(self, files: list[str], pattern: str, new_value: str) -> list[ReplaceResult]:
        """Replaces text in files. Each file succeeds or fails on its own.

        Args:
            files: Paths of the files.
            pattern: What to replace.
            new_value: What to put there.

        Example:
            ```python
            for result in sandbox.fs.replace_in_files(["app.py"], "old_function", "new_function"):
                print(result.file, result.success, result.error)
            ```
        """
    def get_file_info(self, path: str) -> FileInfo:
        """What is known about a file or folder.

        Args:
            path: The file or folder in the sandbox.

        Example:
            ```python
            info = sandbox.fs.get_file_info("app.py")
            print(info.size, info.permissions, info.mod_time)
            ```
        """
    def set_file_permissions(
        self, path: str, mode: str | None = None, owner: str | None = None, group: str | None = None
    ) -> None:
        """Changes permissions and owner of a file or folder. What is left out stays as it is.

        Args:
            path: The file or folder in the sandbox.
            mode: Permissions in octal.
            owner: Name of the user.
            group: Name of the group.

        Example:
            ```python
            sandbox.fs.set_file_permissions("run.sh", mode="755")
            ```
        """
    @overload
    def upload_file(self, path: str, content: FileContent) -> None:
        """Writes a file, making its folders and replacing what was there.

        Bytes first and path second, as later versions have it, works too.

        Args:
            path: Where it goes in the sandbox; relative to the working directory, or absolute.
            content: Bytes, text (written as UTF-8), a ``pathlib.Path`` of a local file, or an open binary
                file. The last two are streamed: their size does not matter.

        Example:
            ```python
            from pathlib import Path

            sandbox.fs.upload_file("hello.txt", "Hello, World!")
            sandbox.fs.upload_file("model.bin", Path("model.bin"))  # streamed from the local disk
            ```
        """
    @overload
    def upload_file(self, path: FileContent, content: str) -> None:
        """Writes a file, making its folders and replacing what was there.

        Bytes first and path second, as later versions have it, works too.

        Args:
            path: Where it goes in the sandbox; relative to the working directory, or absolute.
            content: Bytes, text (written as UTF-8), a ``pathlib.Path`` of a local file, or an open binary
                file. The last two are streamed: their size does not matter.

        Example:
            ```python
            from pathlib import Path

            sandbox.fs.upload_file("hello.txt", "Hello, World!")
            sandbox.fs.upload_file("model.bin", Path("model.bin"))  # streamed from the local disk
            ```
        """
    def upload_files(self, files: list[FileUpload]) -> None:
        """Writes several files. Those that fail are reported together, by path; the others stay uploaded.

        Args:
            files: ``FileUpload`` values.

        Example:
            ```python
            sandbox.fs.upload_files([FileUpload("a.txt", b"one"), FileUpload("b.txt", b"two")])
            ```
        """
    @overload
    def download_file(self, path: str, local_path: None = None) -> bytes:
        """Reads a file.

        Args:
            path: The file in the sandbox.
            local_path: Where to put it on this machine. It is streamed there, and appears whole or not at all.

        Returns:
            The content, or None when ``local_path`` was given.

        Example:
            ```python
            content = sandbox.fs.download_file("report.txt")
            sandbox.fs.download_file("big.bin", "big.bin")
            ```
        """
    @overload
    def download_file(self, path: str, local_path: str | PathLike[str]) -> None:
        """Reads a file.

        Args:
            path: The file in the sandbox.
            local_path: Where to put it on this machine. It is streamed there, and appears whole or not at all.

        Returns:
            The content, or None when ``local_path`` was given.

        Example:
            ```python
            content = sandbox.fs.download_file("report.txt")
            sandbox.fs.download_file("big.bin", "big.bin")
            ```
        """
    def download_file_stream(self, path: str) -> DownloadStream:
        """Reads a file piece by piece, in bounded memory.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            import hashlib

            digest = hashlib.sha256()
            for chunk in sandbox.fs.download_file_stream("big.bin"):
                digest.update(chunk)
            ```
        """

@final
class Git:
    """Works on git repositories in a sandbox: ``sandbox.git``.

    Passwords and tokens are used for the one call they are given to, and are stored nowhere.

    Example:
        ```python
        sandbox.git.clone("https://github.com/user/repo.git", "app")
        status = sandbox.git.status("app")
        print(status.current_branch, [file.name for file in status.file_status])
        ```
    """
    def clone(
        self,
        url: str,
        path: str,
        branch: str | None = None,
        commit_id: str | None = None,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        """Clones a repository.

        Args:
            url: Its URL.
            path: Where it goes in the sandbox.
            branch: The branch to check out; the remote's default when left out.
            commit_id: The commit to check out, detached.
            username: For a private repository.
            password: Password or token for it.

        Example:
            ```python
            sandbox.git.clone("https://github.com/user/repo.git", "app", branch="main")
            ```
        """
    def status(self, path: str) -> GitStatus:
        """The current branch, and how the files differ from its last commit.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            status = sandbox.git.status("repo")
            print(status.current_branch, status.ahead, status.behind)
            ```
        """
    def branches(self, path: str) -> ListBranchResponse:
        """The branches.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            response = sandbox.git.branches("repo")
            print(response.branches)
            ```
        """
    def create_branch(self, path: str, name: str) -> None:
        """Makes a branch and checks it out.

        Args:
            path: The repository in the sandbox.
            name: Name of the branch.

        Example:
            ```python
            sandbox.git.create_branch("repo", "feature/new-feature")
            ```
        """
    def checkout(self, path: str, branch: str) -> None:
        """Checks a branch out.

        Args:
            path: The repository in the sandbox.
            branch: Name of the branch.

        Example:
            ```python
            sandbox.git.checkout("repo", "main")
            ```
        """
    def checkout_branch(self, path: str, branch: str) -> None:
        """The same as :meth:`checkout`.

        Args:
            path: The repository in the sandbox.
            branch: Name of the branch.

        Example:
            ```python
            sandbox.git.checkout_branch("repo", "main")
            ```
        """
    def delete_branch(self, path: str, name: str) -> None:
        """Deletes a branch.

        Args:
            path: The repository in the sandbox.
            name: Name of the branch.

        Example:
            ```python
            sandbox.git.delete_branch("repo", "feature/old-feature")
            ```
        """
    def add(self, path: str, files: list[str]) -> None:
        """Stages files for the next commit.

        Args:
            path: The repository in the sandbox.
            files: Paths in the repository; ``"."`` for everything.

        Example:
            ```python
            sandbox.git.add("repo", ["app.py", "README.md"])
            ```
        """
    def commit(self, path: str, message: str, author: str | None = None, email: str | None = None) -> GitCommitResponse:
        """Commits what is staged.

        Args:
            path: The repository in the sandbox.
            message: The message.
            author: Name of the author; the repository's own configuration when left out.
            email: Address of the author.

        Example:
            ```python
            sandbox.git.add("repo", ["app.py"])
            response = sandbox.git.commit("repo", "feat: add new feature", "Jane Doe", "jane@example.com")
            print(response.sha)
            ```
        """
    def log(self, path: str) -> list[GitCommitInfo]:
        """The commits of the current branch, newest first.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            for commit in sandbox.git.log("repo"):
                print(commit.hash, commit.author, commit.message)
            ```
        """
    def push(
        self,
        path: str,
        username: str | None = None,
        password: str | None = None,
        *,
        remote: str | None = None,
        branch: str | None = None,
    ) -> None:
        """Pushes commits to a remote.

        Args:
            path: The repository in the sandbox.
            username: For a private repository.
            password: Password or token for it.
            remote: Name of the remote; ``origin`` when left out.
            branch: The branch; the current one when left out.

        Example:
            ```python
            sandbox.git.push("repo", username="user", password="token")
            ```
        """
    def pull(
        self,
        path: str,
        username: str | None = None,
        password: str | None = None,
        *,
        remote: str | None = None,
        branch: str | None = None,
    ) -> None:
        """Pulls commits from a remote.

        Args:
            path: The repository in the sandbox.
            username: For a private repository.
            password: Password or token for it.
            remote: Name of the remote; ``origin`` when left out.
            branch: The branch; the current one when left out.

        Example:
            ```python
            sandbox.git.pull("repo")
            ```
        """
    def list_remotes(self, path: str) -> list[GitRemote]:
        """The remotes.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            for remote in sandbox.git.list_remotes("repo"):
                print(remote.name, remote.url)
            ```
        """
    def remotes(self, path: str) -> list[GitRemote]:
        """The same as :meth:`list_remotes`.

        Args:
            path: The repository in the sandbox.

        Example:
            ```python
            remotes = sandbox.git.remotes("repo")
            print("origin" in [remote.name for remote in remotes])
            ```
        """

@final
class LspServer:
    """A language server for one project in a sandbox, made by ``sandbox.create_lsp_server``.

    Whatever it is asked first starts it, so ``start`` is only there to have the waiting done early.

    Example:
        ```python
        lsp = sandbox.create_lsp_server("python", "/home/daytona/project")
        lsp.did_open("/home/daytona/project/app.py")
        for symbol in lsp.document_symbols("/home/daytona/project/app.py"):
            print(symbol.name, symbol.kind)
        ```
    """
    def start(self) -> None:
        """Starts it and returns when it answers.

        Example:
            ```python
            lsp.start()
            ```
        """
    def stop(self) -> None:
        """Stops it.

        Example:
            ```python
            lsp.stop()
            ```
        """
    def did_open(self, path: str) -> None:
        """Tells it that a file is being worked on. Completions need that.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            lsp.did_open("/home/daytona/project/app.py")
            ```
        """
    def did_close(self, path: str) -> None:
        """Tells it that a file is no longer worked on.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            lsp.did_close("/home/daytona/project/app.py")
            ```
        """
    def document_symbols(self, path: str) -> list[LspSymbol]:
        """The functions, classes and variables of a file.

        Args:
            path: The file in the sandbox.

        Example:
            ```python
            for symbol in lsp.document_symbols("/home/daytona/project/app.py"):
                print(symbol.name, symbol.kind, symbol.location.range)
            ```
        """
    def sandbox_symbols(self, query: str) -> list[LspSymbol]:
        """The symbols of the whole project whose name holds ``query``.

        Args:
            query: Part of a name.

        Example:
            ```python
            for symbol in lsp.sandbox_symbols("User"):
                print(symbol.name, symbol.location.uri)
            ```
        """
    @deprecated("workspace_symbols is deprecated; use sandbox_symbols instead")
    def workspace_symbols(self, query: str) -> list[LspSymbol]:
        """Deprecated name of :meth:`sandbox_symbols`."""
    def completions(self, path: str, position: Position | Mapping[str, int]) -> CompletionList:
        """What could stand at a place.

        Args:
            path: The file in the sandbox.
            position: The place: a ``Position``, or a dict with ``line`` and ``character``; both count from 0.

        Example:
            ```python
            completions = lsp.completions("/home/daytona/project/app.py", Position(line=10, character=15))
            print([item.label for item in completions.items])
            ```
        """

@final
class Process:
    """Runs commands, code and sessions in a sandbox: ``sandbox.process``.

    A non-zero exit code does not raise; ``ExecuteResponse.check()`` does. ``ProcessExecutionError`` is raised
    when a process could not be run to its end.

    Example:
        ```python
        response = sandbox.process.exec("echo $GREETING | tr a-z A-Z", env={"GREETING": "hello"})
        print(response.result)
        ```
    """
    def exec(
        self, command: str, cwd: str | None = None, env: dict[str, str] | None = None, timeout: float | None = None
    ) -> ExecuteResponse:
        """Runs a shell command: pipes, variables, quotes and ``&&`` work.

        Args:
            command: The command line.
            cwd: Working directory; the sandbox's own when left out.
            env: Added to the environment.
            timeout: Seconds until the command and everything it started is killed; 0 or None: no limit.

        Example:
            ```python
            response = sandbox.process.exec("ls -l | wc -l", cwd="/tmp", timeout=10)
            print(response.exit_code, response.result)
            ```
        """
    def code_run(self, code: str, params: CodeRunParams | None = None, timeout: float | None = None) -> ExecuteResponse:
        """Runs code in the language of the sandbox.

        Args:
            code: Source text.
            params: Arguments and environment of the program.
            timeout: Seconds until the program and everything it started is killed; 0 or None: no limit.

        Example:
            ```python
            response = sandbox.process.code_run('print("Sum of 3 and 4 is " + str(3 + 4))')
            print(response.result)
            ```
        """
    def create_session(self, session_id: str) -> None:
        """Makes a session: a shell that keeps its folder and variables from one command to the next.

        Args:
            session_id: Its id, of your choice.

        Example:
            ```python
            sandbox.process.create_session("tests")
            run = SessionExecuteRequest(command="export CI=1")
            sandbox.process.execute_session_command("tests", run)
            ```
        """
    def get_session(self, session_id: str) -> Session:
        """A session and its commands.

        Args:
            session_id: Its id.

        Example:
            ```python
            session = sandbox.process.get_session("build")
            for command in session.commands:
                print(command.id, command.command, command.exit_code)
            ```
        """
    def list_sessions(self) -> list[Session]:
        """All sessions.

        Example:
            ```python
            for session in sandbox.process.list_sessions():
                print(session.session_id, len(session.commands))
            ```
        """
    def delete_session(self, session_id: str) -> None:
        """Ends a session and everything that runs in it.

        Args:
            session_id: Its id.

        Example:
            ```python
            sandbox.process.delete_session("build")
            ```
        """
    def get_session_command(self, session_id: str, command_id: str) -> Command:
        """A command of a session.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.

        Example:
            ```python
            run = SessionExecuteRequest(command="make", run_async=True)
            response = sandbox.process.execute_session_command("build", run)
            command = sandbox.process.get_session_command("build", response.cmd_id)
            print("runs" if command.exit_code is None else f"exit code {command.exit_code}")
            ```
        """
    def execute_session_command(
        self, session_id: str, req: SessionExecuteRequest, timeout: float | None = None
    ) -> SessionExecuteResponse:
        """Runs a command in a session; waits for it unless it is to run in the background.

        Args:
            session_id: Id of the session.
            req: The command.
            timeout: Seconds to wait for it; 0 or None: no limit.

        Example:
            ```python
            sandbox.process.execute_session_command("build", SessionExecuteRequest(command="cd project"))
            response = sandbox.process.execute_session_command("build", SessionExecuteRequest(command="make"))
            print(response.exit_code, response.output)
            ```
        """
    def get_session_command_logs(self, session_id: str, command_id: str) -> str:
        """What a command has written so far, stdout and stderr together.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.

        Example:
            ```python
            response = sandbox.process.execute_session_command("build", SessionExecuteRequest(command="ls -l"))
            logs = sandbox.process.get_session_command_logs("build", response.cmd_id)
            print(logs)
            ```
        """
    def get_session_command_logs_async(
        self,
        session_id: str,
        command_id: str,
        on_logs: Callable[[str], object],
        on_stderr: Callable[[str], object] | None = None,
    ) -> Coroutine[Any, Any, None]:
        """Gives the output of a command to a callback as it is written, from its beginning, and returns when the
        command has ended. To be awaited.

        The callbacks are plain functions or coroutine functions, and run in the task that awaits this. The stream
        waits for them. An exception of theirs ends it and is raised here.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.
            on_logs: Called with each piece of text.
            on_stderr: Called with the pieces of stderr; ``on_logs`` then gets those of stdout only.

        Example:
            ```python
            run = SessionExecuteRequest(command="make", run_async=True)
            response = sandbox.process.execute_session_command("build", run)
            await sandbox.process.get_session_command_logs_async("build", response.cmd_id, print)
            ```
        """
    def stream_session_command_logs(self, session_id: str, command_id: str) -> SessionLogStream:
        """The output of a command as it is written, from its beginning: an iterator that ends when the command has
        ended. ``async for`` works on it too.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.

        Example:
            ```python
            run = SessionExecuteRequest(command="for i in 1 2 3; do echo $i; sleep 0.1; done", run_async=True)
            response = sandbox.process.execute_session_command("build", run)
            for chunk in sandbox.process.stream_session_command_logs("build", response.cmd_id):
                print(chunk.source, chunk.text, end="")
            ```
        """
    def send_session_command_input(self, session_id: str, command_id: str, data: str) -> None:
        """Writes to the standard input of a running command.

        Args:
            session_id: Id of the session.
            command_id: Id of the command.
            data: The text; a line ends with ``"\\n"``.

        Example:
            ```python
            run = SessionExecuteRequest(command="read -p 'Go on? ' answer", run_async=True)
            response = sandbox.process.execute_session_command("build", run)
            sandbox.process.send_session_command_input("build", response.cmd_id, "yes\\n")
            ```
        """

@final
class Sandbox:
    """One sandbox: ``process`` runs things in it, ``fs`` moves files, ``git`` works on repositories, ``instance``
    tells about it.

    Made by ``Daytona.create``, ``get`` and ``list``. It outlives this object: remove it when it is done with.

    Example:
        ```python
        sandbox = daytona.create()
        print(sandbox.id, sandbox.state)
        sandbox.delete()
        ```
    """
    @property
    def id(self) -> str:
        """Its id.

        Example:
            ```python
            print(f"sandbox {sandbox.id}")
            ```
        """
    @property
    def instance(self) -> SandboxInstance:
        """The latest known copy of it: a ``SandboxInstance``. ``refresh_data`` asks the server again.

        Example:
            ```python
            print(sandbox.instance.created_at, sandbox.instance.resources)
            ```
        """
    @property
    def process(self) -> Process:
        """Runs commands and code in it.

        Example:
            ```python
            print(sandbox.process.exec("date"))
            ```
        """
    @property
    def git(self) -> Git:
        """Works on git repositories in it.

        Example:
            ```python
            sandbox.git.clone("https://github.com/user/repo.git", "clone")
            ```
        """
    @property
    def fs(self) -> FileSystem:
        """Moves files in and out of it.

        Example:
            ```python
            sandbox.fs.upload_file("notes.txt", "Remember the milk.")
            ```
        """
    @property
    def name(self) -> str:
        """Its name.

        Example:
            ```python
            sandbox = daytona.get(sandbox.name)
            ```
        """
    @property
    def image(self) -> str | None:
        """The image it was made from.

        Example:
            ```python
            print(f"made from {sandbox.image}")
            ```
        """
    @property
    def user(self) -> str:
        """The user that commands run as.

        Example:
            ```python
            print(f"commands run as {sandbox.user}")
            ```
        """
    @property
    def env(self) -> dict[str, str]:
        """Environment of every process in it.

        Example:
            ```python
            if "DEBUG" in sandbox.env:
                print("debugging is on")
            ```
        """
    @property
    def labels(self) -> dict[str, str]:
        """Its labels.

        Example:
            ```python
            owner = sandbox.labels.get("owner", "nobody")
            ```
        """
    @property
    def public(self) -> bool:
        """Whether preview links need no token.

        Example:
            ```python
            preview = sandbox.get_preview_link(3000)
            print(preview.url if sandbox.public else f"{preview.url} with a token")
            ```
        """
    @property
    def target(self) -> str:
        """Where it runs.

        Example:
            ```python
            if sandbox.target == "local":
                print("no data leaves this machine")
            ```
        """
    @property
    def cpu(self) -> float:
        """Its cores.

        Example:
            ```python
            sandbox.process.exec(f"make -j {sandbox.cpu:.0f}")
            ```
        """
    @property
    def gpu(self) -> float:
        """Its GPUs.

        Example:
            ```python
            device = "cuda" if sandbox.gpu else "cpu"
            ```
        """
    @property
    def memory(self) -> float:
        """Its memory in GB.

        Example:
            ```python
            print(f"{sandbox.memory} GB of memory")
            ```
        """
    @property
    def disk(self) -> float:
        """Its disk in GB.

        Example:
            ```python
            if sandbox.disk < 10:
                print("little room for a data set")
            ```
        """
    @property
    def state(self) -> SandboxState | None:
        """Where it was in its life when the server was last asked.

        Example:
            ```python
            if sandbox.state == SandboxState.STOPPED:
                sandbox.start()
            ```
        """
    @property
    def error_reason(self) -> str | None:
        """Why it is in the error state.

        Example:
            ```python
            if sandbox.state == "error":
                print(sandbox.error_reason)
            ```
        """
    @property
    def snapshot_state(self) -> str | None:
        """State of its last backup.

        Example:
            ```python
            backed_up = sandbox.snapshot_state == "Completed"
            ```
        """
    @property
    def snapshot_created_at(self) -> str | None:
        """When it was last backed up, ISO 8601.

        Example:
            ```python
            print(sandbox.snapshot_created_at or "never backed up")
            ```
        """
    @property
    def auto_stop_interval(self) -> float | None:
        """Minutes without activity until it is stopped; 0 never.

        Example:
            ```python
            if sandbox.auto_stop_interval == 0:
                print("it runs until someone stops it")
            ```
        """
    def info(self) -> SandboxInfo:
        """Asks the server about the sandbox and returns what it said.

        Example:
            ```python
            info = sandbox.info()
            print(info.state, info.resources)
            ```
        """
    def refresh_data(self) -> None:
        """Asks the server about the sandbox; ``instance`` and the properties are fresh afterwards.

        Example:
            ```python
            sandbox.refresh_data()
            print(sandbox.state)
            ```
        """
    def get_user_root_dir(self) -> str:
        """The home folder of its user.

        Example:
            ```python
            root = sandbox.get_user_root_dir()
            sandbox.fs.upload_file(root + "/app.py", b"print(7)")
            ```
        """
    def get_sandbox_root_dir(self) -> str:
        """The same as :meth:`get_user_root_dir`.

        Example:
            ```python
            root = sandbox.get_sandbox_root_dir()
            print(sandbox.fs.list_files(root))
            ```
        """
    @deprecated("get_workspace_root_dir is deprecated; use get_user_root_dir instead")
    def get_workspace_root_dir(self) -> str:
        """Deprecated name of :meth:`get_user_root_dir`."""
    def create_lsp_server(self, language_id: LspLanguageId | str, path_to_project: str) -> LspServer:
        """A language server for a project in it. It starts with ``start``, or with the first thing it is asked.

        Args:
            language_id: ``"python"``, ``"typescript"`` or ``"javascript"``.
            path_to_project: The project's folder in the sandbox.

        Example:
            ```python
            lsp = sandbox.create_lsp_server(LspLanguageId.PYTHON, "/home/daytona/project")
            ```
        """
    def set_labels(self, labels: dict[str, str]) -> dict[str, str]:
        """Replaces its labels and returns them.

        Args:
            labels: All labels it has afterwards.

        Example:
            ```python
            sandbox.set_labels({"project": "demo"})
            ```
        """
    def start(self, timeout: float | None = 60) -> None:
        """Starts it and returns when it is started.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            sandbox.stop()
            sandbox.start(timeout=30)
            ```
        """
    def stop(self, timeout: float | None = 60) -> None:
        """Stops it and returns when it is stopped. Its files are kept.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            sandbox.stop()
            ```
        """
    def delete(self, timeout: float | None = 60) -> None:
        """Removes it and everything in it.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            sandbox.delete()
            ```
        """
    def archive(self) -> None:
        """Moves a stopped sandbox to cheaper storage, where the server has any.

        Example:
            ```python
            sandbox.stop()
            sandbox.archive()
            ```
        """
    def wait_for_sandbox_start(self, timeout: float | None = 60) -> None:
        """Waits until it is started.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            sandbox = daytona.get("my-sandbox")  # which another program starts
            sandbox.wait_for_sandbox_start(timeout=30)
            ```
        """
    def wait_for_sandbox_stop(self, timeout: float | None = 60) -> None:
        """Waits until it is stopped.

        Args:
            timeout: Seconds to wait; 0 or None: no limit.

        Example:
            ```python
            sandbox.stop()
            sandbox.wait_for_sandbox_stop(timeout=30)
            ```
        """
    @deprecated("wait_for_workspace_start is deprecated; use wait_for_sandbox_start instead")
    def wait_for_workspace_start(self, timeout: float | None = 60) -> None:
        """Deprecated name of :meth:`wait_for_sandbox_start`."""
    @deprecated("wait_for_workspace_stop is deprecated; use wait_for_sandbox_stop instead")
    def wait_for_workspace_stop(self, timeout: float | None = 60) -> None:
        """Deprecated name of :meth:`wait_for_sandbox_stop`."""
    def set_autostop_interval(self, interval: int) -> None:
        """Sets the minutes without activity until it is stopped; 0 never.

        Args:
            interval: Minutes, a whole number.

        Example:
            ```python
            sandbox.set_autostop_interval(60)
            ```
        """
    def get_preview_link(self, port: int) -> PortPreviewUrl:
        """Where a port of it can be reached, and the token that a private sandbox asks for.

        Args:
            port: The port something in the sandbox listens on, 3000 to 9999.

        Example:
            ```python
            preview = sandbox.get_preview_link(3000)
            print(preview.url)
            ```
        """
    def get_preview_url(self, port: int) -> PortPreviewUrl:
        """The same as :meth:`get_preview_link`.

        Args:
            port: The port something in the sandbox listens on, 3000 to 9999.

        Example:
            ```python
            preview = sandbox.get_preview_url(8080)
            print(preview.url, len(preview.token))
            ```
        """

@final
class SessionLogStream:
    """The output of a command as it is written: an iterator of ``SessionLogChunk``, made by
    ``process.stream_session_command_logs``.

    It ends when the command has ended and everything was delivered. While nobody reads, what the command writes waits
    in the sandbox, on its disk, and the command goes on.

    Example:
        ```python
        session = sandbox.process.get_session("build")
        for chunk in sandbox.process.stream_session_command_logs("build", session.commands[-1].id):
            print(chunk.source, chunk.text, end="")
        ```
    """
    def __iter__(self) -> Self: ...
    def __next__(self) -> SessionLogChunk: ...
    def __aiter__(self) -> Self: ...
    def __anext__(self) -> Coroutine[Any, Any, SessionLogChunk]: ...
    def close(self) -> None:
        """Stops following the command, which runs on. A reader that waits meanwhile is at the end.

        Example:
            ```python
            session = sandbox.process.get_session("build")
            stream = sandbox.process.stream_session_command_logs("build", session.commands[-1].id)
            stream.close()
            ```
        """
    def __enter__(self) -> Self: ...
    def __exit__(self, *_exception: object) -> None: ...
    def __aenter__(self) -> Coroutine[Any, Any, Self]: ...
    def __aexit__(self, *_exception: object) -> Coroutine[Any, Any, None]: ...

def check_exit(exit_code: int, result: str, stdout: str, stderr: str) -> None:
    """Raises ``ProcessExecutionError`` for a non-zero exit code; behind ``ExecuteResponse.check()``, so that the
    message is the same in every language.
    """
