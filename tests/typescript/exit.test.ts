/**
 * The process: it ends by itself when the work is done, threads come and go, no rejection is left unhandled.
 * A child that hangs is killed at its deadline and has no exit code.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { script, serverFor } from "./support";

const IMPORT = 'import { Daytona } from "@daytonaio/sdk";';
const FLOW = `
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "python" });
  const response = await sandbox.process.codeRun("print(7)");
  await daytona.remove(sandbox);`;

test("a process ends when its work is done", async (t) => {
  const done = await script(t, "mjs", `${IMPORT}${FLOW} console.log(response.result.trim());`);
  assert.deepEqual(done, { code: 0, stdout: "7\n", stderr: "" });
});

test("a client alone holds nothing open", async (t) => {
  const done = await script(t, "mjs", `${IMPORT} new Daytona(); console.log("done");`);
  assert.deepEqual(done, { code: 0, stdout: "done\n", stderr: "" });
});

test("a call under way keeps the process until it settles", async (t) => {
  const source = `${IMPORT} new Daytona().list().then((all) => console.log(Array.isArray(all)));`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "true\n", stderr: "" });
});

test("a download stream nobody reads holds nothing open", async (t) => {
  const source = `${IMPORT}
    const daytona = new Daytona();
    const sandbox = await daytona.create();
    await sandbox.process.executeCommand("head -c 50000000 /dev/zero > /tmp/large");
    const stream = await sandbox.fs.downloadFileStream("/tmp/large");
    await daytona.remove(sandbox);
    console.log(stream.destroyed);`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "false\n", stderr: "" });
});

test("process.exit in the middle of a call exits with its code", async (t) => {
  const source = `${IMPORT}
    const daytona = new Daytona();
    const sandbox = await daytona.create();
    sandbox.process.executeCommand("sleep 600").catch(() => {});
    await daytona.remove(sandbox);
    daytona.create().then(() => {}, () => {});
    process.exit(5);`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 5, stdout: "", stderr: "" });
});

test("a create that times out leaves no sandbox, though the script ends there", async (t) => {
  let release = () => {};
  const { url, requests } = await serverFor(t, (request, response) => {
    const answer = () => {
      response.setHeader("content-type", "application/json").end('{"id":"one","state":"started"}');
    };
    if (request.method === "POST") {
      release = answer;
      return;
    }
    answer();
    // Only now is the create answered; the script has nothing left to do but to end.
    if (request.url === "/api/too-late") release();
  });
  const source = `${IMPORT}
    const daytona = new Daytona({ apiKey: "key", apiUrl: "${url}" });
    const error = await daytona.create({}, 0.5).catch((error) => error);
    await fetch("${url}/too-late");
    console.log(error.constructor.name);`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "DaytonaTimeoutError\n", stderr: "" });
  const removed = requests.filter((request) => request.method === "DELETE").map((request) => request.url);
  assert.deepEqual(removed, ["/api/sandbox/one"]);
});

test("an error nobody catches ends the process with its message", async (t) => {
  const done = await script(t, "mjs", `${IMPORT} await new Daytona().get("no-such-sandbox");`);
  assert.equal(done.code, 1);
  assert.match(done.stderr, /DaytonaNotFoundError: Failed to get sandbox/);
});

test("a failing upload rejects once, and nothing else does", async (t) => {
  const source = `${IMPORT}
    const daytona = new Daytona();
    const sandbox = await daytona.create();
    async function* broken() { yield "some"; throw new Error("broken"); }
    for (const path of ["/tmp/x", "/proc/no/such"]) {
      await sandbox.fs.uploadFile(path, broken()).catch((error) => console.log(error.message.slice(0, 6)));
    }
    await daytona.remove(sandbox);
    await new Promise((resolve) => setTimeout(resolve, 10));`;
  const done = await script(t, "mjs", source);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(done.stderr, "");
  assert.equal(done.stdout.split("\n").length, 3);
});

test("worker threads run the whole flow, one after the other and at once", async (t) => {
  const source = `
    import { isMainThread, parentPort, Worker } from "node:worker_threads";
    import { once } from "node:events";
    ${IMPORT}
    const self = new URL(import.meta.url);
    if (isMainThread) {
      const run = async () => {
        const worker = new Worker(self);
        // Both at once: an exit may follow its message in the same turn of the loop.
        const [[answer], [code]] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
        return answer + code;
      };
      console.log(await run(), await run(), (await Promise.all([run(), run(), run()])).join(" "));
      ${FLOW}
      console.log(response.result.trim());
    } else {
      ${FLOW}
      parentPort.postMessage(response.result.trim() + "/");
    }`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "7/0 7/0 7/0 7/0 7/0\n7\n", stderr: "" });
});

test("a worker terminated in the middle of a call takes nobody with it", async (t) => {
  const source = `
    import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
    import { once } from "node:events";
    ${IMPORT}
    if (isMainThread) {
      const daytona = new Daytona();
      const sandbox = await daytona.create();
      for (let round = 0; round < 5; round += 1) {
        const worker = new Worker(new URL(import.meta.url), { workerData: sandbox.id });
        await once(worker, "message");
        await worker.terminate();
      }
      console.log((await sandbox.process.executeCommand("echo alive")).result.trim());
      await daytona.remove(sandbox);
    } else {
      const sandbox = await new Daytona().get(workerData);
      const endless = sandbox.process.executeCommand("sleep 600");
      parentPort.postMessage("running");
      await endless;
    }`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "alive\n", stderr: "" });
});
