/**
 * The environment is the one JavaScript sees, wherever it was set: what `dotenv.config()` writes must have an effect on
 * Node, Bun and Deno, in worker threads, and where a test runner put an object of its own in place of `process.env`.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Child, collect, ENVIRONMENT, fromRunner } from "./support";

const BIN = join(fromRunner("DAYTONA_TEST_ROOT"), "tests", "runtimes", "node_modules", ".bin");
const RUNTIMES: Record<string, string[]> = {
  [process.execPath]: [],
  [join(BIN, "bun")]: ["run"],
  [join(BIN, "deno")]: ["run", "--allow-all", "--node-modules-dir=manual"],
};

/** Runs a script beside the installed package, with nothing of ours in its environment. */
async function run(
  t: TestContext,
  runtime: string,
  args: string[],
  source: string,
  vars: Record<string, string> = {},
): Promise<Child> {
  const folder = mkdtempSync(join(ENVIRONMENT, "environment-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "main.mjs");
  writeFileSync(path, source);
  const env = { PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: join(folder, "config"), ...vars };
  const options = { cwd: folder, env, timeout: 60_000, killSignal: "SIGKILL" } as const;
  return collect(spawn(runtime, [...args, path], options));
}

const WRITTEN = `
  import { Daytona } from "@daytonaio/sdk";
  const shown = ({ apiKey, apiUrl, target }) => [apiKey, apiUrl, target];
  process.env.DAYTONA_API_KEY = "written";
  process.env.DAYTONA_API_URL = "https://written.example/api";
  process.env.DAYTONA_TARGET = "eu";
  const seen = [shown(new Daytona())];
  delete process.env.DAYTONA_TARGET;
  seen.push(shown(new Daytona()));
  process.env = { ...process.env, DAYTONA_API_KEY: "replaced" };
  seen.push(shown(new Daytona()));
  console.log(JSON.stringify(seen));`;

const IN_WORKERS = `
  import { isMainThread, parentPort, Worker } from "node:worker_threads";
  import { Daytona } from "@daytonaio/sdk";
  if (isMainThread) {
    const answer = (env) => new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { env });
      worker.on("message", resolve);
      worker.on("error", reject);
    });
    const vars = { DAYTONA_API_KEY: "given", DAYTONA_API_URL: "https://given.example/api" };
    console.log(JSON.stringify(await answer({ ...process.env, ...vars })));
  } else {
    const given = new Daytona().apiKey;
    process.env.DAYTONA_API_KEY = "written";
    parentPort.postMessage([given, new Daytona().apiKey]);
  }`;

const URL_WRITTEN = "https://written.example/api";
for (const [runtime, args] of Object.entries(RUNTIMES)) {
  const name = runtime.slice(runtime.lastIndexOf("/") + 1);
  const skip = existsSync(runtime) ? false : `${name} is not installed: npm ci in tests/runtimes`;

  test(`${name}: what a script writes into process.env is seen`, { skip }, async (t) => {
    const done = await run(t, runtime, args, WRITTEN);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(JSON.parse(done.stdout), [
      ["written", URL_WRITTEN, "eu"],
      ["written", URL_WRITTEN, "us"],
      ["replaced", URL_WRITTEN, "us"],
    ]);
  });

  test(`${name}: a worker thread has the environment it was given, and what it writes`, {
    skip,
  }, async (t) => {
    const done = await run(t, runtime, args, IN_WORKERS);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(JSON.parse(done.stdout), ["given", "written"]);
  });
}

// Deno asks before a program may read the environment: what it may not read counts as unset, and nothing breaks.
const DENO = join(BIN, "deno");
const PERMITTED: Record<string, [permissions: string[], target: string]> = {
  "none of the environment": [[], "us"],
  "one variable": [["--allow-env=DAYTONA_TARGET"], "granted"],
};
for (const [what, [permissions, target]] of Object.entries(PERMITTED)) {
  const skip = existsSync(DENO) ? false : "deno is not installed: npm ci in tests/runtimes";
  test(`deno: a script that may read ${what}`, { skip }, async (t) => {
    const source = `
      import { Daytona } from "@daytonaio/sdk";
      const config = { apiKey: "explicit", apiUrl: "https://explicit.example/api" };
      const { apiKey, target, organizationId } = new Daytona(config);
      console.log(JSON.stringify([apiKey, target, organizationId ?? "unset"]));`;
    const always = ["run", "--no-prompt", "--allow-ffi", "--allow-read", "--node-modules-dir=manual"];
    const vars = { DAYTONA_TARGET: "granted", DAYTONA_ORGANIZATION_ID: "not granted" };
    const done = await run(t, DENO, [...always, ...permissions], source, vars);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(JSON.parse(done.stdout), ["explicit", target, "unset"]);
  });
}
