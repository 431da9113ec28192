/**
 * Files in and out: every kind of content, any bytes, any name, in bounded memory, whole or not at all.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  DaytonaError,
  DaytonaNotFoundError,
  DaytonaValidationError,
  type Sandbox,
  type UploadContent,
} from "@daytonaio/sdk";
import { folderFor, rejection, sandboxFor, script } from "./support";

const BINARY = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  randomBytes(100_000),
]);

async function* pieces(content: Buffer) {
  for (let start = 0; start < content.length; start += 1000) {
    yield content.subarray(start, start + 1000);
  }
}

const view = new Uint8Array(BINARY);
const KINDS: Record<string, () => UploadContent> = {
  File: () => new File([view], "data.bin"),
  Blob: () => new Blob([view]),
  Buffer: () => BINARY,
  Uint8Array: () => view,
  "a part of an ArrayBuffer": () =>
    new Uint8Array(Buffer.concat([BINARY, BINARY]).buffer, 0).slice(0, BINARY.length),
  ArrayBuffer: () => view.slice().buffer,
  DataView: () => new DataView(view.buffer),
  ReadableStream: () => new Blob([view]).stream(),
  "Node stream": () => Readable.from(pieces(BINARY), { objectMode: false }),
  "async generator": () => pieces(BINARY),
};

for (const [kind, content] of Object.entries(KINDS)) {
  test(`${kind} arrives byte for byte`, async (t) => {
    const sandbox = await sandboxFor(t);
    await sandbox.fs.uploadFile("/tmp/data.bin", content());
    assert.ok(BINARY.equals(await sandbox.fs.downloadFile("/tmp/data.bin")));
    const hash = await sandbox.process.executeCommand("sha256sum < /tmp/data.bin");
    assert.equal(hash.result.split(" ")[0], createHash("sha256").update(BINARY).digest("hex"));
  });
}

test("a string is the text itself, as UTF-8", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile("/tmp/text", "/etc/hostname ö");
  assert.deepEqual(await fs.downloadFile("/tmp/text"), Buffer.from("/etc/hostname ö", "utf8"));
});

test("empty content makes an empty file", async (t) => {
  const { fs } = await sandboxFor(t);
  for (const content of ["", Buffer.alloc(0), new Blob([]), pieces(Buffer.alloc(0))]) {
    await fs.uploadFile("/tmp/empty", "not empty");
    await fs.uploadFile("/tmp/empty", content);
    assert.equal((await fs.downloadFile("/tmp/empty")).length, 0);
  }
});

test("today's order of the arguments works when the types make it plain", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile(Buffer.from("today"), "/tmp/order");
  assert.equal((await fs.downloadFile("/tmp/order")).toString(), "today");
});

test("missing folders are made", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile("/tmp/a/b/c.txt", "deep");
  assert.equal((await fs.downloadFile("/tmp/a/b/c.txt")).toString(), "deep");
});

test("a relative path starts at the user's home", async (t) => {
  const { fs, process } = await sandboxFor(t);
  await fs.uploadFile("relative.txt", "here");
  assert.equal((await process.executeCommand("cat $HOME/relative.txt")).result, "here");
});

for (const name of [
  "with space",
  "-dash",
  "new\nline",
  "größe 東京",
  "per%20cent",
  "a?b#c&d=e",
  "x".repeat(255),
]) {
  test(`a file named ${JSON.stringify(name.slice(0, 20))} round-trips`, async (t) => {
    const { fs, process } = await sandboxFor(t);
    await fs.uploadFile(`/tmp/names/${name}`, name);
    assert.equal((await fs.downloadFile(`/tmp/names/${name}`)).toString(), name);
    assert.equal((await process.executeCommand("ls /tmp/names | wc -l")).exitCode, 0);
    const count = await process.executeCommand("find /tmp/names -type f -printf . | wc -c");
    assert.equal(count.result.trim(), "1");
  });
}

test("uploadFiles writes all, from local files too", async (t) => {
  const { fs } = await sandboxFor(t);
  const local = join(folderFor(t), "local.bin");
  writeFileSync(local, BINARY);
  await fs.uploadFiles([
    { path: "/tmp/many/one", content: "1" },
    { path: "/tmp/many/two", content: new File(["2"], "two") },
    { destination: "/tmp/many/three", source: local },
    { destination: "/tmp/many/four", source: Buffer.from("4") },
    { path: "/tmp/many/five", content: createReadStream(local) },
  ]);
  const read = async (name: string) => (await fs.downloadFile(`/tmp/many/${name}`)).toString("latin1");
  assert.deepEqual([await read("one"), await read("two"), await read("four")], ["1", "2", "4"]);
  assert.equal(await read("three"), BINARY.toString("latin1"));
  assert.equal(await read("five"), readFileSync(local, "latin1"));
});

test("uploadFiles names every file that failed; the others stay", async (t) => {
  const { fs } = await sandboxFor(t);
  const files = [
    { path: "/proc/one", content: "1" },
    { path: "/tmp/fine", content: "fine" },
    { path: "/proc/two", content: "2" },
  ];
  const error = await rejection(fs.uploadFiles(files));
  assert.ok(error instanceof DaytonaError, inspect(error));
  assert.match(error.message, /^Failed to upload 2 of 3 files .*: \/proc\/one: .*; \/proc\/two: /s);
  assert.equal((await fs.downloadFile("/tmp/fine")).toString(), "fine");
});

test("a download stream gives the file in pieces", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile("/tmp/data.bin", BINARY);
  const parts: Buffer[] = [];
  for await (const piece of await fs.downloadFileStream("/tmp/data.bin")) {
    parts.push(piece);
  }
  assert.ok(BINARY.equals(Buffer.concat(parts)));
  await fs.uploadFile("/tmp/text", "text");
  assert.equal(await text(await fs.downloadFileStream("/tmp/text")), "text");
});

test("a missing file is not found, by each way of reading it", async (t) => {
  const { fs } = await sandboxFor(t);
  for (const read of [() => fs.downloadFile("/tmp/nope"), () => fs.downloadFileStream("/tmp/nope")]) {
    const error = await rejection(read());
    assert.ok(error instanceof DaytonaNotFoundError, inspect(error));
    assert.match(error.message, /^Failed to download \/tmp\/nope from sandbox .*not found/);
  }
});

test("content that fails half-way leaves the old file and throws its own error", async (t) => {
  const sandbox = await sandboxFor(t);
  await sandbox.fs.uploadFile("/tmp/old", "old");
  const broken = new Error("the source broke");
  async function* half() {
    yield BINARY;
    throw broken;
  }
  assert.equal(await rejection(sandbox.fs.uploadFile("/tmp/old", half())), broken);
  assert.equal((await sandbox.fs.downloadFile("/tmp/old")).toString(), "old");
  await noLeftovers(sandbox);
});

test("chunks that are not bytes are refused", async (t) => {
  const sandbox = await sandboxFor(t);
  const numbers = Readable.from([1, 2, 3]);
  const error = await rejection(sandbox.fs.uploadFile("/tmp/numbers", numbers));
  assert.ok(error instanceof DaytonaValidationError, inspect(error));
  assert.ok((await rejection(sandbox.fs.downloadFile("/tmp/numbers"))) instanceof DaytonaNotFoundError);
});

for (const content of [undefined, null, 5, {}, []] as unknown[]) {
  test(`${inspect(content)} is no content`, async (t) => {
    const { fs } = await sandboxFor(t);
    const error = await rejection(fs.uploadFile("/tmp/x", content as string));
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
    assert.match(error.message, /give a string, Buffer/);
  });
}

/** Nothing but the files named by the tests may lie in /tmp. */
async function noLeftovers(sandbox: Sandbox): Promise<void> {
  const files = await sandbox.process.executeCommand("find /tmp -type f ! -name old");
  assert.equal(files.result, "");
}

test("hundreds of MiB go up and down in bounded memory", async (t) => {
  const source = `
    import { Daytona } from "@daytonaio/sdk";
    const daytona = new Daytona();
    const sandbox = await daytona.create({ resources: { disk: 2 } });
    // V8 collects buffers once 64 MiB of them are garbage; that is not what is measured here.
    let since = 0;
    const collect = (size) => { if ((since += size) >= 4 << 20) { since = 0; gc(); } };
    // Each its own memory: one piece sent again and again would hide that pieces are kept.
    async function* pieces(count, length) {
      for (let i = 0; i < count; i += 1) {
        yield new Uint8Array(length).fill(i + 1);
        collect(length);
      }
    }
    const highest = () => process.resourceUsage().maxRSS;
    await sandbox.fs.uploadFile("/tmp/warm", pieces(1, 1 << 20));
    const before = highest();
    await sandbox.fs.uploadFile("/tmp/coarse", pieces(32, 8 << 20));
    await sandbox.fs.uploadFile("/tmp/fine", pieces(4096, 64 << 10));
    let size = 0;
    for (const path of ["/tmp/coarse", "/tmp/fine"]) {
      for await (const part of await sandbox.fs.downloadFileStream(path)) {
        size += part.length;
        collect(part.length);
      }
    }
    console.log(JSON.stringify({ size, grown: highest() - before }));
    await daytona.remove(sandbox);`;
  const done = await script(t, "mjs", source, { flags: ["--expose-gc"] });
  assert.equal(done.code, 0, done.stderr);
  const { size, grown } = JSON.parse(done.stdout);
  assert.equal(size, 512 << 20);
  assert.ok(grown < 64 * 1024, `memory grew by ${grown} KiB`);
});
