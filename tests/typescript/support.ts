/**
 * What the tests share: a sandbox for the length of a test, child processes with a deadline, servers that
 * answer what they are told, and waiting for conditions instead of sleeping.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type CreateSandboxParams, Daytona, type Sandbox } from "@daytonaio/sdk";

/** The folder the package under test is installed in. */
export const ENVIRONMENT = dirname(dirname(fileURLToPath(import.meta.url)));

/** How long a child process of a test may take before it counts as hanging. */
const CHILD_DEADLINE = 60_000;

/** A value of the environment that the runner sets. */
export function fromRunner(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: run the tests with \`npm run test:node\``);
  }
  return value;
}

/** A sandbox that is removed when the test ends. */
export async function sandboxFor(t: TestContext, params?: CreateSandboxParams): Promise<Sandbox> {
  const daytona = new Daytona();
  const sandbox = await daytona.create(params);
  t.after(() => daytona.remove(sandbox));
  return sandbox;
}

/** An empty folder that is removed when the test ends. */
export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "dtn-ts-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Child {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs node to its end. A child that passes the deadline is killed and its code is null. */
export async function node(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Child> {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? ENVIRONMENT,
    env: options.env ?? process.env,
    timeout: CHILD_DEADLINE,
    killSignal: "SIGKILL",
  });
  return collect(child);
}

/** Runs a script written for the occasion beside the installed package. */
export async function script(
  t: TestContext,
  extension: "mjs" | "cjs" | "mts",
  source: string,
  options: { cwd?: string; env?: NodeJS.ProcessEnv; flags?: string[] } = {},
): Promise<Child> {
  const folder = mkdtempSync(join(ENVIRONMENT, "script-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, `main.${extension}`);
  writeFileSync(path, source);
  const loader = extension === "mts" ? ["--import", fromRunner("DAYTONA_TEST_TSX")] : [];
  return node([...(options.flags ?? []), ...loader, path], options);
}

/** What a child process said, and how it ended. */
export function collect(child: ChildProcess): Promise<Child> {
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text) => (output.stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...output }));
  });
}

/** A server that answers as it is told, and the requests it saw. */
export async function serverFor(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, requests };
}

/** Waits until a condition holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    if (performance.now() > deadline) {
      throw new Error(`waited 30 s in vain until ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("the promise was expected to reject, and was fulfilled");
}
