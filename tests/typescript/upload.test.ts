/**
 * Uploads from streams. One that does not come to its end closes what it was to be read from: files and connections would
 * stay open otherwise.
 */
import assert from "node:assert/strict";
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { inspect } from "node:util";
import { Daytona, DaytonaError, DaytonaValidationError, type UploadContent } from "@daytonaio/sdk";
import { folderFor, rejection, sandboxFor, serverFor, until } from "./support";

/** Chunks as they come, and whether their source was closed. */
function source(...chunks: unknown[]) {
  const state = { closed: false, content: undefined as unknown as UploadContent };
  const left = [...chunks];
  const iterator = {
    next: async () =>
      left.length > 0 ? { done: false, value: left.shift() } : { done: true, value: undefined },
    return: async () => {
      state.closed = true;
      return { done: true, value: undefined };
    },
  };
  state.content = { [Symbol.asyncIterator]: () => iterator } as AsyncIterable<Uint8Array>;
  return state;
}

test("a chunk of a wrong type closes its source", async (t) => {
  const { fs } = await sandboxFor(t);
  for (const upload of [
    (content: UploadContent) => fs.uploadFile("/tmp/a", content),
    (content: UploadContent) => fs.uploadFiles([{ path: "/tmp/a", content }]),
  ]) {
    const wrong = source("text", 5, "more");
    const error = await rejection(upload(wrong.content));
    assert.ok(error instanceof DaytonaError, inspect(error));
    assert.match(error.message, /the stream gave number; its chunks must be Uint8Array or string/);
    await until("the source is closed", () => wrong.closed);
  }
});

test("an upload that the server refuses closes its source", async (t) => {
  const { fs } = await sandboxFor(t);
  const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65536)) });
  const error = await rejection(fs.uploadFile("/proc/no/such", endless));
  assert.ok(error instanceof DaytonaError, inspect(error));
  await until("the source is closed", () => endless.destroyed);
});

test("a wrong item in a list of files closes the sources before it", async (t) => {
  const { fs } = await sandboxFor(t);
  const local = join(folderFor(t), "file");
  writeFileSync(local, "content");
  for (const wrong of [
    { path: "/tmp/wrong", content: 5 as unknown as string },
    { path: 5 as unknown as string, content: "text" },
    { destination: "/tmp/wrong", source: 5 as unknown as string },
  ]) {
    const [stream, iterable] = [createReadStream(local), source("text")];
    const files = [{ path: "/tmp/a", content: stream }, { path: "/tmp/b", content: iterable.content }, wrong];
    const error = await rejection(fs.uploadFiles(files));
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
    await until("both sources are closed", () => stream.destroyed && iterable.closed);
  }
});

test("content that is read to its end is not closed again", async (t) => {
  const { fs } = await sandboxFor(t);
  const whole = source("one", "two");
  await fs.uploadFiles([{ path: "/tmp/a", content: whole.content }]);
  assert.equal(whole.closed, false);
  assert.equal(String(await fs.downloadFile("/tmp/a")), "onetwo");
});

test("what a slow source gave is sent before it gives more", async (t) => {
  let seen = "";
  const { url } = await serverFor(t, (request, response) => {
    response.setHeader("content-type", "application/json");
    if (!request.url?.includes("/toolbox/")) {
      const box = { id: "box", state: "started", toolboxProxyUrl: url.replace(/api$/, "toolbox") };
      response.end(JSON.stringify(box));
      return;
    }
    request.on("data", (piece) => {
      seen += piece;
    });
    request.on("end", () => response.end("{}"));
  });
  const { fs } = await new Daytona({ apiKey: "key", apiUrl: url }).get("box");
  async function* slow() {
    for (const word of ["one ", "two ", "three"]) {
      yield word;
      await until(`"${word}" has arrived`, () => seen.endsWith(word));
    }
  }
  await fs.uploadFile("/tmp/slow", slow());
  assert.equal(seen, "one two three");
});

test("timers fire while the connection keeps up with the source", async (t) => {
  const { fs } = await sandboxFor(t);
  const signal = AbortSignal.timeout(50);
  async function* busy() {
    for (let count = 0; count < 2000; count += 1) {
      // Its work leaves the connection time to take all there is.
      const done = performance.now() + 0.5;
      while (performance.now() < done);
      yield new Uint8Array(65536);
    }
  }
  assert.equal(await rejection(fs.uploadFile("/tmp/busy", busy(), { signal })), signal.reason);
});
