/**
 * `Git`: repositories in a sandbox.
 */
import { call } from "./call";
import type {
  GitCommitInfo,
  GitCommitResponse,
  GitRemote,
  GitStatus,
  GitTransferParams,
  ListBranchResponse,
} from "./git-types";
import type { NativeGit } from "./native-types";
import { withOlderNames } from "./older-names";
import type { CallOptions } from "./types";

/**
 * Works on the repositories of one sandbox: `sandbox.git`. Passwords and tokens never reach the sandbox's disk, its
 * process list or an error.
 *
 * @example
 * ```ts
 * import { Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
 * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "Hello, World!");
 * await sandbox.git.add("/tmp/repo", ["."]);
 * const { sha } = await sandbox.git.commit("/tmp/repo", "feat: say hello", "Ann", "ann@example.com");
 * console.log(sha);
 * await daytona.remove(sandbox);
 * ```
 */
export class Git {
  readonly #native: NativeGit;

  /** @internal */
  constructor(git: NativeGit) {
    this.#native = git;
  }

  /**
   * Clones a repository into the sandbox.
   *
   * @param url - where it is
   * @param path - the folder it goes into
   * @param branch - the branch to check out; the remote's own choice when left out
   * @param commitId - the commit to check out instead of a branch's last
   * @param username - the user name the server asks for
   * @param password - the password or token the server asks for; it is not kept anywhere
   * @param options - `signal` to give up
   * @throws {DaytonaAuthenticationError} when the server refuses the user name or password
   * @throws {DaytonaNotFoundError} when there is no such repository or branch
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.git.clone("file:///tmp/repo", "/tmp/copy", "main");
   * console.log((await sandbox.git.status("/tmp/copy")).currentBranch);
   * await daytona.remove(sandbox);
   * ```
   */
  async clone(
    url: string,
    path: string,
    branch?: string,
    commitId?: string,
    username?: string,
    password?: string,
    options?: CallOptions,
  ): Promise<void> {
    const request = { url, path, branch, commitId, username, password };
    await call((cancel) => this.#native.clone(request, cancel), options);
  }

  /**
   * Where a repository stands: its branch, the files that changed, commits ahead and behind.
   *
   * @param path - the repository in the sandbox
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no repository
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.fs.uploadFile("/tmp/repo/new.txt", "text");
   * const status = await sandbox.git.status("/tmp/repo");
   * console.log(`Current branch: ${status.currentBranch}, ahead ${status.ahead}, behind ${status.behind}`);
   * for (const file of status.fileStatus) {
   *   console.log(file.name, file.staging, file.worktree);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async status(path: string, options?: CallOptions): Promise<GitStatus> {
    const status = await call((cancel) => this.#native.status(path, cancel), options);
    return withOlderNames(status, { "FileStatus[]": "fileStatus" });
  }

  /**
   * The branches of a repository.
   *
   * @param path - the repository in the sandbox
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * const response = await sandbox.git.branches("/tmp/repo");
   * console.log(response.branches);
   * await daytona.remove(sandbox);
   * ```
   */
  async branches(path: string, options?: CallOptions): Promise<ListBranchResponse> {
    return { branches: await call((cancel) => this.#native.branches(path, cancel), options) };
  }

  /**
   * Makes a branch at the commit that is checked out, and checks it out.
   *
   * @param path - the repository in the sandbox
   * @param name - what to call it
   * @param options - `signal` to give up
   * @throws {DaytonaConflictError} when there is a branch of this name
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.git.createBranch("/tmp/repo", "feature/new-feature");
   * await daytona.remove(sandbox);
   * ```
   */
  async createBranch(path: string, name: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.createBranch(path, name, cancel), options);
  }

  /**
   * Checks a branch or a commit out.
   *
   * @param path - the repository in the sandbox
   * @param branch - the branch's name, or a commit's id
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such branch
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.git.createBranch("/tmp/repo", "feature");
   * await sandbox.git.checkout("/tmp/repo", "main");
   * console.log((await sandbox.git.status("/tmp/repo")).currentBranch);
   * await daytona.remove(sandbox);
   * ```
   */
  async checkout(path: string, branch: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.checkout(path, branch, cancel), options);
  }

  /**
   * Deletes a branch, merged or not; not the one that is checked out.
   *
   * @param path - the repository in the sandbox
   * @param name - the branch's name
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such branch
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.git.createBranch("/tmp/repo", "old");
   * await sandbox.git.checkout("/tmp/repo", "main");
   * await sandbox.git.deleteBranch("/tmp/repo", "old");
   * await daytona.remove(sandbox);
   * ```
   */
  async deleteBranch(path: string, name: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.deleteBranch(path, name, cancel), options);
  }

  /**
   * Stages changed files for the next commit.
   *
   * @param path - the repository in the sandbox
   * @param files - their paths in the repository; `.` for all
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file1.txt", "1");
   * await sandbox.git.add("/tmp/repo", ["file1.txt"]);
   * await sandbox.git.add("/tmp/repo", ["."]);
   * await daytona.remove(sandbox);
   * ```
   */
  async add(path: string, files: string[], options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.add(path, files, cancel), options);
  }

  /**
   * Commits what is staged.
   *
   * @param path - the repository in the sandbox
   * @param message - what the commit does
   * @param author - who wrote it; as git is configured in the sandbox when left out
   * @param email - the author's address
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * const { sha } = await sandbox.git.commit("/tmp/repo", "feat: add a file", "Ann", "ann@example.com");
   * console.log(sha);
   * await daytona.remove(sandbox);
   * ```
   */
  async commit(
    path: string,
    message: string,
    author?: string,
    email?: string,
    options?: CallOptions,
  ): Promise<GitCommitResponse> {
    const sha = await call((cancel) => this.#native.commit(path, message, author, email, cancel), options);
    return { sha };
  }

  /**
   * The commits of the branch that is checked out, newest first.
   *
   * @param path - the repository in the sandbox
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * for (const commit of await sandbox.git.log("/tmp/repo")) {
   *   console.log(commit.hash, commit.author, commit.message);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async log(path: string, options?: CallOptions): Promise<GitCommitInfo[]> {
    return call((cancel) => this.#native.log(path, cancel), options);
  }

  /**
   * The remotes of a repository.
   *
   * @param path - the repository in the sandbox
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.process.executeCommand("git -C /tmp/repo remote add origin https://example.com/repo.git");
   * for (const remote of await sandbox.git.listRemotes("/tmp/repo")) {
   *   console.log(`Remote: ${remote.name} URL: ${remote.url}`);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async listRemotes(path: string, options?: CallOptions): Promise<GitRemote[]> {
    return call((cancel) => this.#native.listRemotes(path, cancel), options);
  }

  /**
   * Sends the commits of a branch to a remote.
   *
   * @param path - the repository in the sandbox
   * @param transfer - `remote`, `branch`, `username`, `password`, each optional; and `signal` to give up
   * @param options - `signal` to give up
   * @throws {DaytonaAuthenticationError} when the server refuses the user name or password
   * @throws {DaytonaConflictError} when the remote has commits that are missing here
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.process.executeCommand("git clone -q --bare /tmp/repo /tmp/origin.git");
   * await sandbox.git.clone("file:///tmp/origin.git", "/tmp/copy");
   * await sandbox.git.push("/tmp/copy");
   * await sandbox.git.push("/tmp/copy", { remote: "origin", branch: "main", username: "git", password: "token" });
   * await daytona.remove(sandbox);
   * ```
   */
  async push(path: string, transfer?: GitTransferParams, options?: CallOptions): Promise<void>;

  /**
   * The same with a remote and a branch.
   *
   * @param path - the repository in the sandbox
   * @param remote - the remote; the branch's own when left out
   * @param branch - the branch; the one that is checked out when left out
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.process.executeCommand("git clone -q --bare /tmp/repo /tmp/origin.git");
   * await sandbox.git.clone("file:///tmp/origin.git", "/tmp/copy");
   * await sandbox.git.push("/tmp/copy", "origin", "main");
   * await daytona.remove(sandbox);
   * ```
   */
  async push(path: string, remote?: string, branch?: string, options?: CallOptions): Promise<void>;
  async push(path: string, ...rest: TransferArguments): Promise<void> {
    const [transfer, options] = transferOf(rest);
    await call((cancel) => this.#native.push(path, transfer, cancel), options);
  }

  /**
   * Takes the commits of a branch from a remote, and merges them.
   *
   * @param path - the repository in the sandbox
   * @param transfer - `remote`, `branch`, `username`, `password`, each optional; and `signal` to give up
   * @param options - `signal` to give up
   * @throws {DaytonaAuthenticationError} when the server refuses the user name or password
   * @throws {DaytonaConflictError} when the two cannot be merged
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.process.executeCommand("git clone -q --bare /tmp/repo /tmp/origin.git");
   * await sandbox.git.clone("file:///tmp/origin.git", "/tmp/copy");
   * await sandbox.git.pull("/tmp/copy");
   * await sandbox.git.pull("/tmp/copy", { remote: "origin", branch: "main", username: "git", password: "token" });
   * await daytona.remove(sandbox);
   * ```
   */
  async pull(path: string, transfer?: GitTransferParams, options?: CallOptions): Promise<void>;

  /**
   * The same with a remote and a branch.
   *
   * @param path - the repository in the sandbox
   * @param remote - the remote; the branch's own when left out
   * @param branch - the branch; the one that is checked out when left out
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.executeCommand("git init -q -b main /tmp/repo");
   * await sandbox.fs.uploadFile("/tmp/repo/file.txt", "text");
   * await sandbox.git.add("/tmp/repo", ["file.txt"]);
   * await sandbox.git.commit("/tmp/repo", "first", "Ann", "ann@example.com");
   * await sandbox.process.executeCommand("git clone -q --bare /tmp/repo /tmp/origin.git");
   * await sandbox.git.clone("file:///tmp/origin.git", "/tmp/copy");
   * await sandbox.git.pull("/tmp/copy", "origin", "main");
   * await daytona.remove(sandbox);
   * ```
   */
  async pull(path: string, remote?: string, branch?: string, options?: CallOptions): Promise<void>;
  async pull(path: string, ...rest: TransferArguments): Promise<void> {
    const [transfer, options] = transferOf(rest);
    await call((cancel) => this.#native.pull(path, transfer, cancel), options);
  }
}

/** What `push` and `pull` take after the path. */
type TransferArguments = (string | GitTransferParams | CallOptions | undefined)[];

/** The two forms of the arguments as one. An object in the place of the remote says everything by name. */
function transferOf([first, second, third]: TransferArguments): [GitTransferParams, CallOptions | undefined] {
  if (typeof first === "object" && first !== null) {
    const { signal, ...transfer } = first;
    return [transfer, (second as CallOptions | undefined) ?? { signal }];
  }
  const named = { remote: first, branch: second } as GitTransferParams;
  return [named, third as CallOptions | undefined];
}
