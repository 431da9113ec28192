// Git, from and to a server in the sandbox, and language servers.
import assert from "node:assert/strict";
import {
  DaytonaGitAuthFailedError,
  DaytonaGitBranchExistsError,
  DaytonaGitRepoNotFoundError,
} from "@daytonaio/sdk";
import * as facts from "../facts.mjs";

async function startGitServer({ fs, process }) {
  await fs.uploadFile(facts.GIT_SERVER, "git_server.py");
  assert.equal((await process.executeCommand("python3 git_server.py")).exitCode, 0);
}

export async function git_work(_daytona, sandbox) {
  await startGitServer(sandbox);
  const { fs, git, process } = sandbox;
  await git.clone(facts.OPEN, "repo");
  const status = await git.status("repo");
  assert.deepEqual([status.currentBranch, status.fileStatus, status.branchPublished], ["main", [], true]);
  await fs.uploadFile(Buffer.from("new"), "repo/new ü.txt");
  await fs.uploadFile(Buffer.from("changed\n"), "repo/readme");
  const states = (await git.status("repo")).fileStatus.map((file) => [
    file.name,
    file.staging,
    file.worktree,
  ]);
  assert.deepEqual(states.sort(), [
    ["new ü.txt", "Untracked", "Untracked"],
    ["readme", "Unmodified", "Modified"],
  ]);
  await git.add("repo", ["new ü.txt", "readme"]);
  const { sha } = await git.commit("repo", "a message", "Ada", "ada@example.com");
  const last = await process.executeCommand(facts.LAST_COMMIT, "repo");
  assert.equal(last.result, `${sha} Ada ada@example.com a message\n`);
  assert.equal((await git.status("repo")).ahead, 1);
  await git.push("repo");
  assert.equal((await git.status("repo")).ahead ?? 0, 0);
  assert.equal((await process.executeCommand(facts.COMMIT_ELSEWHERE)).exitCode, 0);
  await git.pull("repo");
  assert.equal((await fs.downloadFile("repo/theirs")).toString(), "theirs\n");
  await assert.rejects(
    git.clone(facts.MISSING, "missing"),
    facts.fails(DaytonaGitRepoNotFoundError, /not found/),
  );
}

export async function git_branches(_daytona, sandbox) {
  await startGitServer(sandbox);
  const { git } = sandbox;
  await git.clone(facts.OPEN, "repo");
  await git.createBranch("repo", "side");
  assert.deepEqual((await git.branches("repo")).branches.sort(), ["main", "side"]);
  await git.checkoutBranch("repo", "main");
  assert.equal((await git.status("repo")).currentBranch, "main");
  await assert.rejects(git.createBranch("repo", "side"), facts.fails(DaytonaGitBranchExistsError, /side/));
  await git.deleteBranch("repo", "side");
  assert.deepEqual((await git.branches("repo")).branches, ["main"]);
}

export async function git_credentials(_daytona, sandbox) {
  await startGitServer(sandbox);
  const { fs, git, process } = sandbox;
  const secret = ["alice", facts.PASSWORD];
  await assert.rejects(git.clone(facts.PRIVATE, "repo"), facts.fails(DaytonaGitAuthFailedError, /auth/i));
  await git.clone(facts.PRIVATE, "repo", undefined, undefined, ...secret);
  await fs.uploadFile(Buffer.from("new"), "repo/new");
  await git.add("repo", ["new"]);
  await git.commit("repo", "more", "Ada", "ada@example.com");
  await assert.rejects(git.push("repo"), facts.fails(DaytonaGitAuthFailedError, /auth/i));
  await git.push("repo", ...secret);
  await git.pull("repo", ...secret);
  assert.equal((await process.executeCommand(facts.LEFT_BEHIND)).exitCode, 1);
}

async function languageServer(sandbox, language, name, content) {
  const folder = `${await sandbox.getWorkDir()}/project`;
  const path = `${folder}/${name}`;
  await sandbox.fs.uploadFile(Buffer.from("{}"), `${folder}/tsconfig.json`);
  await sandbox.fs.uploadFile(content, path);
  const server = await sandbox.createLspServer(language, folder);
  await server.start();
  await server.didOpen(path);
  const names = (await server.documentSymbols(path)).map((symbol) => symbol.name);
  for (const name of ["greet", "Robot", "walk"])
    assert.ok(names.includes(name), `${name} is not in ${names}`);
  return { server, path };
}

export async function lsp_python(_daytona, sandbox) {
  const { server, path } = await languageServer(sandbox, "python", "robot.py", facts.PYTHON_FILE);
  const { items } = await server.completions(path, facts.PYTHON_CURSOR);
  assert.ok(items.some((item) => item.label.startsWith("greet")));
  await server.didClose(path);
  await server.stop();
}

export async function lsp_typescript(_daytona, sandbox) {
  const { server, path } = await languageServer(sandbox, "typescript", "robot.ts", facts.TYPESCRIPT_FILE);
  assert.ok((await server.sandboxSymbols("greet")).some((symbol) => symbol.name === "greet"));
  const { items } = await server.completions(path, facts.TYPESCRIPT_CURSOR);
  assert.ok(items.some((item) => item.label === "greet"));
  await server.stop();
}
