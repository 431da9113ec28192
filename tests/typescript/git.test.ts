/**
 * Git: every verb on real repositories, remotes included, and errors that say what and never a password.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import {
  DaytonaConflictError,
  DaytonaError,
  DaytonaNotFoundError,
  DaytonaValidationError,
  type Sandbox,
} from "@daytonaio/sdk";
import { rejection, sandboxFor } from "./support";

const WHO = ["Ann", "ann@example.com"] as const;

async function sh(sandbox: Sandbox, command: string): Promise<string> {
  return (await sandbox.process.executeCommand(command)).check().stdout;
}

/** A sandbox with an empty repository on branch main. */
async function repositoryFor(t: TestContext, path = "/tmp/repo"): Promise<Sandbox> {
  const sandbox = await sandboxFor(t);
  await sandbox.process.executeCommand(`git init -q -b main "$REPO"`, "/tmp", { REPO: path });
  return sandbox;
}

/** The same with one commit, a bare remote and a clone of it in /tmp/copy. */
async function clonedFor(t: TestContext): Promise<Sandbox> {
  const sandbox = await repositoryFor(t);
  await commit(sandbox, "/tmp/repo", "first.txt", "first");
  await sh(sandbox, "git clone -q --bare /tmp/repo /tmp/origin.git");
  await sandbox.git.clone("file:///tmp/origin.git", "/tmp/copy");
  return sandbox;
}

async function commit(sandbox: Sandbox, path: string, file: string, message: string): Promise<string> {
  await sandbox.fs.uploadFile(`${path}/${file}`, message);
  await sandbox.git.add(path, [file]);
  return (await sandbox.git.commit(path, message, ...WHO)).sha;
}

test("add, commit, log", async (t) => {
  const sandbox = await repositoryFor(t);
  const first = await commit(sandbox, "/tmp/repo", "a.txt", "the first");
  const second = await commit(sandbox, "/tmp/repo", "b.txt", "größe\n\nwith a body");
  assert.match(first, /^[0-9a-f]{40}$/);
  assert.equal((await sh(sandbox, "git -C /tmp/repo rev-parse HEAD")).trim(), second);
  const log = await sandbox.git.log("/tmp/repo");
  assert.deepEqual(
    log.map(({ hash, author, email }) => ({ hash, author, email })),
    [second, first].map((hash) => ({ hash, author: WHO[0], email: WHO[1] })),
  );
  assert.match(log[0]?.message ?? "", /^größe\n\nwith a body/);
  assert.ok(!Number.isNaN(Date.parse(log[0]?.timestamp ?? "")), log[0]?.timestamp);
});

test("status names the files, under both names", async (t) => {
  const sandbox = await repositoryFor(t);
  await commit(sandbox, "/tmp/repo", "kept.txt", "kept");
  await sandbox.fs.uploadFile("/tmp/repo/kept.txt", "changed");
  await sandbox.fs.uploadFile("/tmp/repo/größe 'x'.txt", "new");
  const status = await sandbox.git.status("/tmp/repo");
  assert.equal(status.currentBranch, "main");
  assert.deepEqual(status.fileStatus.map(({ name }) => name).sort(), ["größe 'x'.txt", "kept.txt"]);
  assert.equal(status["FileStatus[]"], status.fileStatus);
  assert.deepEqual([status.ahead, status.behind, status.branchPublished], [0, 0, false]);
  for (const file of status.fileStatus) {
    assert.deepEqual(
      [typeof file.staging, typeof file.worktree, typeof file.extra],
      ["string", "string", "string"],
    );
  }
});

test("branches are made, checked out, listed, deleted", async (t) => {
  const sandbox = await repositoryFor(t);
  await commit(sandbox, "/tmp/repo", "a.txt", "first");
  await sandbox.git.createBranch("/tmp/repo", "feature/new");
  await sandbox.git.checkout("/tmp/repo", "feature/new");
  assert.equal((await sandbox.git.status("/tmp/repo")).currentBranch, "feature/new");
  const { branches } = await sandbox.git.branches("/tmp/repo");
  assert.deepEqual([...branches].sort(), ["feature/new", "main"]);
  await sandbox.git.checkout("/tmp/repo", "main");
  await sandbox.git.deleteBranch("/tmp/repo", "feature/new");
  assert.deepEqual((await sandbox.git.branches("/tmp/repo")).branches, ["main"]);
  const taken = await rejection(sandbox.git.createBranch("/tmp/repo", "main"));
  assert.ok(taken instanceof DaytonaConflictError, inspect(taken));
  const unknown = await rejection(sandbox.git.checkout("/tmp/repo", "no-such-branch"));
  assert.ok(unknown instanceof DaytonaError, inspect(unknown));
});

test("clone takes a branch, and a commit", async (t) => {
  const sandbox = await clonedFor(t);
  const first = (await sh(sandbox, "git -C /tmp/repo rev-parse HEAD")).trim();
  await sh(sandbox, "git -C /tmp/repo checkout -q -b develop");
  await commit(sandbox, "/tmp/repo", "second.txt", "second");
  await sandbox.git.clone("file:///tmp/repo", "/tmp/by branch", "develop");
  assert.equal((await sandbox.git.status("/tmp/by branch")).currentBranch, "develop");
  await sandbox.git.clone("file:///tmp/repo", "/tmp/by-commit", undefined, first);
  assert.equal((await sh(sandbox, "git -C /tmp/by-commit rev-parse HEAD")).trim(), first);
});

test("push and pull in each form", async (t) => {
  const sandbox = await clonedFor(t);
  const heads = () =>
    sh(sandbox, "git -C /tmp/origin.git for-each-ref --format='%(objectname)' refs/heads/main");
  for (const push of [
    () => sandbox.git.push("/tmp/copy"),
    () => sandbox.git.push("/tmp/copy", "origin", "main"),
    () => sandbox.git.push("/tmp/copy", { remote: "origin", branch: "main" }),
    () => sandbox.git.push("/tmp/copy", { signal: new AbortController().signal }),
    () => sandbox.git.push("/tmp/copy", undefined, undefined, {}),
  ]) {
    const sha = await commit(sandbox, "/tmp/copy", "file.txt", `${Math.random()}`);
    assert.equal((await sandbox.git.status("/tmp/copy")).ahead, 1);
    await push();
    assert.equal((await heads()).trim(), sha);
  }
  await sandbox.git.clone("file:///tmp/origin.git", "/tmp/other");
  for (const pull of [
    () => sandbox.git.pull("/tmp/other"),
    () => sandbox.git.pull("/tmp/other", "origin", "main"),
    () => sandbox.git.pull("/tmp/other", { remote: "origin" }),
  ]) {
    const sha = await commit(sandbox, "/tmp/copy", "file.txt", `${Math.random()}`);
    await sandbox.git.push("/tmp/copy");
    await pull();
    assert.equal((await sh(sandbox, "git -C /tmp/other rev-parse HEAD")).trim(), sha);
  }
});

test("a push that was overtaken, and a pull that cannot merge, are conflicts", async (t) => {
  const sandbox = await clonedFor(t);
  await sandbox.git.clone("file:///tmp/origin.git", "/tmp/other");
  await commit(sandbox, "/tmp/other", "first.txt", "theirs");
  await sandbox.git.push("/tmp/other");
  await commit(sandbox, "/tmp/copy", "first.txt", "ours");
  for (const call of [() => sandbox.git.push("/tmp/copy"), () => sandbox.git.pull("/tmp/copy")]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaConflictError, inspect(error));
  }
});

test("remotes", async (t) => {
  const sandbox = await clonedFor(t);
  assert.deepEqual(await sandbox.git.listRemotes("/tmp/copy"), [
    { name: "origin", url: "file:///tmp/origin.git" },
  ]);
});

test("what is no repository is not found, in every verb", async (t) => {
  const { git } = await sandboxFor(t);
  for (const call of [
    () => git.status("/tmp/nothing"),
    () => git.branches("/tmp/nothing"),
    () => git.log("/tmp/nothing"),
    () => git.listRemotes("/tmp/nothing"),
    () => git.add("/tmp/nothing", ["."]),
    () => git.commit("/tmp/nothing", "message", ...WHO),
    () => git.createBranch("/tmp/nothing", "x"),
    () => git.checkout("/tmp/nothing", "x"),
    () => git.deleteBranch("/tmp/nothing", "x"),
    () => git.push("/tmp/nothing"),
    () => git.pull("/tmp/nothing"),
    () => git.clone("file:///tmp/nothing", "/tmp/copy"),
  ]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaNotFoundError, inspect(error));
    assert.match(error.message, /^Failed to .*\/tmp\/(nothing|copy)/s);
  }
});

test("wrong arguments are refused, and a password is never repeated", async (t) => {
  const { git } = await sandboxFor(t);
  // biome-ignore lint/suspicious/noExplicitAny: the point is to pass what the types forbid
  const any = (value: unknown) => value as any;
  for (const call of [
    () => git.add("/tmp/repo", any("file.txt")),
    () => git.push("/tmp/repo", any({ remotes: "origin" })),
    () => git.status(any(undefined)),
    () => git.clone(any(5), "/tmp/x"),
    () => git.clone("https://example.com/repo.git", "/tmp/x", undefined, undefined, "git", any(8675309)),
    () => git.push("/tmp/repo", any({ password: 8675309 })),
  ]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
    assert.ok(!inspect(error, { depth: 9 }).includes("8675309"), inspect(error));
  }
});

test("a password reaches no error", async (t) => {
  const { git } = await sandboxFor(t);
  const secret = "s3cr3t-t0ken";
  for (const call of [
    () => git.clone("https://127.0.0.1:9/repo.git", "/tmp/x", undefined, undefined, "git", secret),
    () => git.clone(`https://git:${secret}@127.0.0.1:9/repo.git`, "/tmp/y"),
  ]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaError, inspect(error));
    assert.ok(!inspect(error, { depth: 9 }).includes(secret), inspect(error));
  }
});

test("an aborted clone rejects with the reason", async (t) => {
  const { git } = await sandboxFor(t);
  const options = { signal: AbortSignal.abort("not today") };
  const call = git.clone("file:///x", "/tmp/x", undefined, undefined, undefined, undefined, options);
  assert.equal(await rejection(call), "not today");
  assert.equal(await rejection(git.push("/tmp/x", options)), "not today");
  assert.equal(await rejection(git.pull("/tmp/x", "origin", "main", options)), "not today");
});
