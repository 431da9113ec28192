/**
 * AbortSignal: the promise rejects with the signal's reason, and the request really ends.
 */
import assert from "node:assert/strict";
import { getEventListeners, once } from "node:events";
import { test } from "node:test";
import { inspect } from "node:util";
import { Daytona } from "@daytonaio/sdk";
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
