/**
 * AbortSignal: the promise rejects with the signal's reason, and the request really ends.
 */
import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { test } from "node:test";
import { inspect } from "node:util";
import { type CallOptions, Daytona } from "@daytonaio/sdk";
import { rejection, sandboxFor, serverFor, until } from "./support";

test("a signal that has aborted sends nothing", async (t) => {
  const { url, requests } = await serverFor(t, (_, response) => response.end("{}"));
  const daytona = new Daytona({ apiKey: "key", apiUrl: url });
  const reason = new Error("not today");
  assert.equal(await rejection(daytona.list({}, { signal: AbortSignal.abort(reason) })), reason);
  assert.equal(requests.length, 0);
});

test("aborting rejects with the reason and closes the connection", async (t) => {
  let closed = false;
  const { url, requests } = await serverFor(t, (request) => {
    // Never answered.
    request.socket.on("close", () => {
      closed = true;
    });
  });
  const daytona = new Daytona({ apiKey: "key", apiUrl: url });
  const controller = new AbortController();
  const pending = rejection(daytona.get("some-id", { signal: controller.signal }));
  await until("the request has arrived", () => requests.length > 0);
  controller.abort();
  const error = await pending;
  assert.equal(error, controller.signal.reason);
  assert.equal((error as Error).name, "AbortError");
  await until("the connection is closed", () => closed);
});

test("AbortSignal.timeout rejects with its TimeoutError", async (t) => {
  const { url } = await serverFor(t, () => undefined);
  const daytona = new Daytona({ apiKey: "key", apiUrl: url });
  const error = await rejection(daytona.create({}, 0, { signal: AbortSignal.timeout(50) }));
  assert.ok(error instanceof DOMException && error.name === "TimeoutError", inspect(error));
});

test("a signal that never aborts keeps no listener", async (t) => {
  const { url } = await serverFor(t, (_, response) => response.writeHead(404).end());
  const daytona = new Daytona({ apiKey: "key", apiUrl: url });
  const { signal } = new AbortController();
  await rejection(daytona.get("some-id", { signal }));
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("an aborted command leaves the sandbox in use", async (t) => {
  const sandbox = await sandboxFor(t);
  const controller = new AbortController();
  const { signal } = controller;
  const pending = rejection(
    sandbox.process.executeCommand("touch /tmp/started; sleep 600", undefined, undefined, undefined, {
      signal,
    }),
  );
  await until("the command runs", async () => {
    return (await sandbox.process.executeCommand("test -e /tmp/started")).exitCode === 0;
  });
  controller.abort("enough");
  assert.equal(await pending, "enough");
  assert.equal((await sandbox.process.executeCommand("echo on")).result, "on\n");
});

test("an aborted upload leaves the old file, and lets its source go", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile("/tmp/old", "old");
  const controller = new AbortController();
  let released = false;
  async function* endless() {
    try {
      for (let count = 0; ; count += 1) {
        if (count === 100) controller.abort();
        yield new Uint8Array(10_000);
      }
    } finally {
      released = true;
    }
  }
  const error = await rejection(fs.uploadFile("/tmp/old", endless(), { signal: controller.signal }));
  assert.equal(error, controller.signal.reason);
  await until("the source is released", () => released);
  assert.equal((await fs.downloadFile("/tmp/old")).toString(), "old");
});

test("an upload whose source never answers can be aborted", async (t) => {
  const { fs } = await sandboxFor(t);
  const controller = new AbortController();
  const silent = new ReadableStream<Uint8Array>({ pull: () => controller.abort() }, { highWaterMark: 0 });
  const error = await rejection(fs.uploadFile("/tmp/silent", silent, { signal: controller.signal }));
  assert.equal(error, controller.signal.reason);
});

test("aborting ends a download stream", async (t) => {
  const sandbox = await sandboxFor(t);
  await sandbox.process.executeCommand("head -c 50000000 /dev/zero > /tmp/large");
  const controller = new AbortController();
  const stream = await sandbox.fs.downloadFileStream("/tmp/large", { signal: controller.signal });
  await once(stream, "readable");
  controller.abort();
  const [error] = await once(stream, "error");
  assert.equal(error.name, "AbortError");
  assert.ok(stream.destroyed);
});

test("a download stream that is not read to its end lets the connection go", async (t) => {
  const sandbox = await sandboxFor(t);
  await sandbox.process.executeCommand("head -c 50000000 /dev/zero > /tmp/large");
  for await (const piece of await sandbox.fs.downloadFileStream("/tmp/large")) {
    assert.ok(piece.length > 0);
    break;
  }
  assert.equal((await sandbox.process.executeCommand("echo on")).result, "on\n");
});

test("every git and language server call that is aborted on its way ends at once, its connection with it", async (t) => {
  let open = 0;
  const { url, requests } = await serverFor(t, (request, response) => {
    if (!request.url?.includes("/toolbox/")) {
      const box = { id: "box", state: "started", toolboxProxyUrl: url.replace(/api$/, "toolbox") };
      response.setHeader("content-type", "application/json").end(JSON.stringify(box));
      return;
    }
    // Never answered.
    open += 1;
    request.socket.on("close", () => {
      open -= 1;
    });
  });
  const sandbox = await new Daytona({ apiKey: "key", apiUrl: url }).get("box");
  const { git } = sandbox;
  const lsp = sandbox.createLspServer("python", "/p");
  const calls: Record<string, (options: CallOptions) => Promise<unknown>> = {
    clone: (options) => git.clone("u", "/r", undefined, undefined, undefined, undefined, options),
    status: (options) => git.status("/r", options),
    branches: (options) => git.branches("/r", options),
    createBranch: (options) => git.createBranch("/r", "b", options),
    checkout: (options) => git.checkout("/r", "b", options),
    deleteBranch: (options) => git.deleteBranch("/r", "b", options),
    add: (options) => git.add("/r", ["a"], options),
    commit: (options) => git.commit("/r", "m", "A", "a@example.com", options),
    log: (options) => git.log("/r", options),
    listRemotes: (options) => git.listRemotes("/r", options),
    push: (options) => git.push("/r", options),
    pull: (options) => git.pull("/r", "origin", "main", options),
    start: (options) => lsp.start(options),
    stop: (options) => lsp.stop(options),
    didOpen: (options) => lsp.didOpen("/p/a.py", options),
    didClose: (options) => lsp.didClose("/p/a.py", options),
    documentSymbols: (options) => lsp.documentSymbols("/p/a.py", options),
    sandboxSymbols: (options) => lsp.sandboxSymbols("q", options),
    workspaceSymbols: (options) => lsp.workspaceSymbols("q", options),
    completions: (options) => lsp.completions("/p/a.py", { line: 0, character: 0 }, options),
    getCompletions: (options) =>
      lsp.getCompletions({ path: "/p/a.py", position: { line: 0, character: 0 } }, options),
  };
  for (const verbs of [git, lsp]) {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(verbs));
    const left = methods.filter((name) => name !== "constructor" && !(name in calls));
    assert.deepEqual(left, [], "not aborted by this test");
  }
  for (const [name, call] of Object.entries(calls)) {
    const before = requests.length;
    const controller = new AbortController();
    const pending = rejection(call({ signal: controller.signal }));
    await until(`${name} has arrived`, () => requests.length > before);
    controller.abort(name);
    assert.equal(await pending, name);
    await until(`the connection of ${name} is closed`, () => open === 0);
  }
});

test("an aborted clone ends git in the sandbox and leaves no folder", async (t) => {
  const { git, process } = await sandboxFor(t);
  await process.createSession("remote");
  // A remote that takes the request and never answers.
  const silent = "import socket; s = socket.create_server(('127.0.0.1', 8123)); c = s.accept(); s.accept()";
  await process.executeSessionCommand("remote", { command: `python3 -c "${silent}"`, runAsync: true });
  await until("the remote listens", async () => {
    return (await process.executeCommand("grep -q ':1FBB .* 0A' /proc/net/tcp")).exitCode === 0;
  });
  const controller = new AbortController();
  const clone = [
    "http://127.0.0.1:8123/r.git",
    "/tmp/r",
    undefined,
    undefined,
    undefined,
    undefined,
  ] as const;
  const pending = rejection(git.clone(...clone, { signal: controller.signal }));
  const gits = async () =>
    (await process.executeCommand("cat /proc/[0-9]*/comm | grep -c '^git'")).result.trim();
  await until("git runs", async () => (await gits()) !== "0");
  controller.abort("enough");
  assert.equal(await pending, "enough");
  await until("git has ended", async () => (await gits()) === "0");
  assert.equal((await process.executeCommand("ls -d /tmp/r")).exitCode, 2);
});
