/**
 * Bun and Deno: the package works there as it does on Node, streams, workers and the end of the process included.
 * They are installed from the npm registry into tests/runtimes; one that is not is skipped and says so.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { collect, ENVIRONMENT, fromRunner } from "./support";

const BIN = join(fromRunner("DAYTONA_TEST_ROOT"), "tests", "runtimes", "node_modules", ".bin");
const RUNTIMES: Record<string, string[]> = {
  bun: ["run"],
  deno: ["run", "--allow-all", "--node-modules-dir=manual"],
};

const FLOW = `
  import { Daytona, DaytonaNotFoundError } from "@daytonaio/sdk";
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "python" });
  const { fs, process: shell } = sandbox;
  const seen = [];
  try {
    seen.push((await shell.codeRun("print(7)")).result);
    await shell.createSession("s");
    const command = "for i in 1 2 3; do echo step $i; done";
    const { cmdId } = await shell.executeSessionCommand("s", { command, async: true });
    let text = "";
    await shell.getSessionCommandLogs("s", cmdId, async (chunk) => {
      text += chunk;
      await shell.executeCommand("true");
    });
    seen.push(text);
    for await (const chunk of shell.streamSessionCommandLogs("s", cmdId)) {
      seen.push(chunk.source);
      break;
    }
    const stop = () => { throw new Error("stopped"); };
    seen.push(await shell.getSessionCommandLogs("s", cmdId, stop).catch((error) => error.message));
    const controller = new AbortController();
    const never = shell.executeCommand("sleep 600", "/", {}, 0, { signal: controller.signal });
    controller.abort();
    seen.push(await never.catch((error) => error.name));
    await fs.uploadFiles([
      { path: "/tmp/file", content: new File(["file"], "file") },
      { path: "/tmp/blob", content: new Blob(["x".repeat(2_000_000)]) },
      { path: "/tmp/stream", content: new Response("stream").body },
    ]);
    seen.push(String(await fs.downloadFile("/tmp/stream")));
    let size = 0;
    for await (const piece of await fs.downloadFileStream("/tmp/blob")) size += piece.length;
    seen.push(size);
    seen.push(await fs.listFiles("/nowhere").catch((error) => error instanceof DaytonaNotFoundError));
  } finally {
    await daytona.remove(sandbox);
  }
  console.log(JSON.stringify(seen));`;

const STREAM = `
  import { Daytona } from "@daytonaio/sdk";
  const daytona = new Daytona();
  const sandbox = await daytona.create();
  const { process: shell } = sandbox;
  await shell.createSession("s");
  const command = "while :; do echo tick; sleep 0.05; done";
  const { cmdId } = await shell.executeSessionCommand("s", { command, async: true });`;

const SCRIPTS: Record<string, [source: string, code: number, stdout: string]> = {
  "the whole flow": [
    FLOW,
    0,
    `${JSON.stringify(["7\n", "step 1\nstep 2\nstep 3\n", "stdout", "stopped", "AbortError", "stream", 2_000_000, true])}\n`,
  ],
  "a stream nobody reads on keeps no process": [
    `${STREAM}
    const chunks = shell.streamSessionCommandLogs("s", cmdId)[Symbol.asyncIterator]();
    console.log((await chunks.next()).value.source);
    await daytona.remove(sandbox);`,
    0,
    "stdout\n",
  ],
  "process.exit in the middle of a stream exits with its code": [
    `${STREAM}
    await shell.getSessionCommandLogs("s", cmdId, async () => {
      await daytona.remove(sandbox);
      process.exit(5);
    });`,
    5,
    "",
  ],
  "worker threads run the whole flow": [
    `import { isMainThread, parentPort, Worker } from "node:worker_threads";
    import { Daytona } from "@daytonaio/sdk";
    if (isMainThread) {
      const run = () => new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url));
        let answer = "";
        worker.on("message", (message) => { answer += message; });
        worker.on("error", reject);
        worker.on("exit", (code) => resolve(answer + code));
      });
      console.log(await run(), (await Promise.all([run(), run()])).join(" "));
    } else {
      const daytona = new Daytona();
      const sandbox = await daytona.create();
      const { result } = await sandbox.process.codeRun("print(7)");
      await daytona.remove(sandbox);
      parentPort.postMessage(result.trim() + "/");
    }`,
    0,
    "7/0 7/0 7/0\n",
  ],
};

/** Runs a script beside the installed package with one of the runtimes. */
async function run(t: TestContext, runtime: string, name: string, source: string) {
  const folder = mkdtempSync(join(ENVIRONMENT, "runtime-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, source);
  const args = [...(RUNTIMES[runtime] ?? []), path];
  return collect(
    spawn(join(BIN, runtime), args, { cwd: ENVIRONMENT, timeout: 60_000, killSignal: "SIGKILL" }),
  );
}

for (const runtime of Object.keys(RUNTIMES)) {
  const missing = existsSync(join(BIN, runtime))
    ? false
    : `${runtime} is not installed: npm ci in tests/runtimes`;
  for (const [name, [source, code, stdout]] of Object.entries(SCRIPTS)) {
    test(`${runtime}: ${name}`, { skip: missing }, async (t) => {
      const done = await run(t, runtime, "main.mjs", source);
      assert.deepEqual([done.code, done.stdout], [code, stdout], done.stderr);
    });
  }

  test(`${runtime}: require works too`, { skip: missing }, async (t) => {
    const source = `
      const { Daytona, LspLanguageId } = require("@daytonaio/sdk");
      new Daytona().list().then((all) => console.log(Array.isArray(all), LspLanguageId.PYTHON));`;
    const done = await run(t, runtime, "main.cjs", source);
    assert.deepEqual([done.code, done.stdout], [0, "true python\n"], done.stderr);
  });
}
