/**
 * The plain values of git: what goes into the calls of `sandbox.git` and what comes back.
 */
import type { CallOptions } from "./types";

/**
 * One file that changed.
 *
 * @example
 * ```ts
 * import type { FileStatus } from "@daytonaio/sdk";
 *
 * const isNew = (file: FileStatus) => file.worktree === "Untracked";
 * console.log(isNew({ name: "a.txt", staging: "Untracked", worktree: "Untracked", extra: "" }));
 * ```
 */
export interface FileStatus {
  /** Its path in the repository. */
  readonly name: string;
  /** Its state in the index. */
  readonly staging: string;
  /** Its state in the working tree. */
  readonly worktree: string;
  /** What it was called before it was renamed. */
  readonly extra: string;
}

/**
 * Where a repository stands.
 *
 * @example
 * ```ts
 * import type { GitStatus } from "@daytonaio/sdk";
 *
 * const needsPush = (status: GitStatus) => status.ahead > 0 || !status.branchPublished;
 * ```
 */
export interface GitStatus {
  /** The branch that is checked out. */
  readonly currentBranch: string;
  /** The files that changed. */
  readonly fileStatus: FileStatus[];
  /** The same as `fileStatus`. */
  readonly "FileStatus[]": FileStatus[];
  /** How many commits the remote branch does not have yet. */
  readonly ahead: number;
  /** How many commits only the remote branch has. */
  readonly behind: number;
  /** Whether the branch is on a remote. */
  readonly branchPublished: boolean;
}

/**
 * The branches of a repository.
 *
 * @example
 * ```ts
 * import type { ListBranchResponse } from "@daytonaio/sdk";
 *
 * const mainBranch = ({ branches }: ListBranchResponse) => (branches.includes("main") ? "main" : "master");
 * console.log(mainBranch({ branches: ["develop", "main"] }));
 * ```
 */
export interface ListBranchResponse {
  /** Their names. */
  readonly branches: string[];
}

/**
 * A commit that was made.
 *
 * @example
 * ```ts
 * import type { GitCommitResponse } from "@daytonaio/sdk";
 *
 * const short = ({ sha }: GitCommitResponse) => sha.slice(0, 8);
 * console.log(short({ sha: "0123456789abcdef" }));
 * ```
 */
export interface GitCommitResponse {
  /** Its id. */
  readonly sha: string;
}

/**
 * A commit in the history.
 *
 * @example
 * ```ts
 * import type { GitCommitInfo } from "@daytonaio/sdk";
 *
 * const authors = (log: GitCommitInfo[]) => new Set(log.map((commit) => commit.author));
 * console.log(authors([]).size);
 * ```
 */
export interface GitCommitInfo {
  /** Its id. */
  readonly hash: string;
  /** Its message. */
  readonly message: string;
  /** Who wrote it. */
  readonly author: string;
  /** The author's address. */
  readonly email: string;
  /** When it was made. */
  readonly timestamp: string;
}

/**
 * A repository that this one knows by name.
 *
 * @example
 * ```ts
 * import type { GitRemote } from "@daytonaio/sdk";
 *
 * const origin = (remotes: GitRemote[]) => remotes.find((remote) => remote.name === "origin")?.url;
 * console.log(origin([{ name: "origin", url: "https://github.com/user/repo.git" }]));
 * ```
 */
export interface GitRemote {
  /** Its name. */
  readonly name: string;
  /** Where it is. */
  readonly url: string;
}

/**
 * Where to push to or pull from, and as whom.
 *
 * @example
 * ```ts
 * import type { GitTransferParams } from "@daytonaio/sdk";
 *
 * const transfer: GitTransferParams = { remote: "origin", branch: "main", username: "git", password: "token" };
 * console.log(transfer.remote);
 * ```
 */
export interface GitTransferParams extends CallOptions {
  /** The remote; the branch's own when left out. */
  remote?: string | undefined;
  /** The branch; the one that is checked out when left out. */
  branch?: string | undefined;
  /** The user name the remote asks for. */
  username?: string | undefined;
  /** The password or token the remote asks for. It is not kept anywhere. */
  password?: string | undefined;
}
