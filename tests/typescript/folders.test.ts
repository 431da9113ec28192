/**
 * What is done with files where they are: listing, folders, moving, finding, replacing, permissions; with names
 * nobody expects.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { DaytonaError, DaytonaNotFoundError, DaytonaValidationError, type FileSystem } from "@daytonaio/sdk";
import { rejection, sandboxFor } from "./support";

const NAMES = [
  "mit Leerzeichen.txt",
  `quote'"\`$HOME.txt`,
  "new\nline.txt",
  "größe 東京 🦀.txt",
  "-rf",
  "*?[a].txt",
  "%2e%2e&x=1#y",
  // 255 bytes, the most that a name may have.
  `${"ü".repeat(127)}x`,
];

test("files with names nobody expects are written, listed, read, moved, deleted", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFiles(
    NAMES.map((name) => ({ path: `/tmp/names/${name}`, content: `the content of ${name}` })),
  );
  const listed = await fs.listFiles("/tmp/names");
  assert.deepEqual(listed.map(({ name }) => name).sort(), [...NAMES].sort());
  await fs.createFolder("/tmp/moved");
  for (const name of NAMES) {
    const path = `/tmp/names/${name}`;
    assert.equal((await fs.downloadFile(path)).toString(), `the content of ${name}`);
    assert.equal((await fs.getFileDetails(path)).name, name);
    await fs.moveFiles(path, `/tmp/moved/${name}`);
    await fs.deleteFile(`/tmp/moved/${name}`);
  }
  assert.deepEqual(await fs.listFiles("/tmp/names"), []);
  assert.deepEqual(await fs.listFiles("/tmp/moved"), []);
});

test("what is known of a file", async (t) => {
  const { fs, process } = await sandboxFor(t);
  await fs.uploadFile("/tmp/known/file", "four");
  await fs.uploadFile("/tmp/known/empty", "");
  await fs.createFolder("/tmp/known/folder", "750");
  const [empty, file, folder] = (await fs.listFiles("/tmp/known")).sort((a, b) => (a.name < b.name ? -1 : 1));
  assert.deepEqual([empty?.size, file?.size, folder?.isDir, file?.isDir], [0, 4, true, false]);
  const info = await fs.getFileDetails("/tmp/known/file");
  assert.deepEqual(info, file);
  const owner = (await process.executeCommand("stat -c %u:%g /tmp/known/file")).result.trim();
  assert.equal(`${info.owner}:${info.group}`, owner);
  assert.match(folder?.permissions ?? "", /750$/);
  assert.match(info.mode, /^-?[-rwx]{9}/);
  assert.ok(info.modTime.length > 0);
});

test("a file larger than 4 GiB has its size", async (t) => {
  const { fs, process } = await sandboxFor(t);
  (await process.executeCommand("truncate -s 5000000000 /tmp/sparse")).check();
  assert.equal((await fs.getFileDetails("/tmp/sparse")).size, 5_000_000_000);
});

test("a folder goes only with what is in it, and only when that is meant", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile("/tmp/full/deep/file", "x");
  const error = await rejection(fs.deleteFile("/tmp/full"));
  assert.ok(error instanceof DaytonaError, inspect(error));
  assert.match(error.message, /\/tmp\/full/);
  await fs.deleteFile("/tmp/full", true);
  assert.ok((await rejection(fs.getFileDetails("/tmp/full"))) instanceof DaytonaNotFoundError);
});

test("permissions", async (t) => {
  const { fs, process } = await sandboxFor(t);
  await fs.uploadFile("/tmp/run.sh", "#!/bin/sh\necho ran\n");
  assert.notEqual((await process.executeCommand("/tmp/run.sh")).exitCode, 0);
  await fs.setFilePermissions("/tmp/run.sh", { mode: "755" });
  assert.equal((await process.executeCommand("/tmp/run.sh")).result, "ran\n");
  assert.match((await fs.getFileDetails("/tmp/run.sh")).permissions, /755$/);
  for (const wrong of [{ mode: "999" }, { mode: "rwx" }, { owner: "no-such-user" }]) {
    const error = await rejection(fs.setFilePermissions("/tmp/run.sh", wrong));
    assert.ok(error instanceof DaytonaError, inspect(error));
  }
});

test("text is found by line, in a folder or one file, and binary files are passed over", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFiles([
    { path: "/tmp/src/a.py", content: "import os\nprint(os.name)\n" },
    { path: "/tmp/src/deep/größe.py", content: "x = 1\n# os.name, again" },
    { path: "/tmp/src/binary", content: Buffer.from([0, 1, 2, ...Buffer.from("os.name")]) },
    { path: "/tmp/src/empty", content: "" },
  ]);
  const inFolder = await fs.findFiles("/tmp/src", "os.name");
  assert.deepEqual(inFolder.map(({ file, line, content }) => [file, line, content.trim()]).sort(), [
    ["/tmp/src/a.py", 2, "print(os.name)"],
    ["/tmp/src/deep/größe.py", 2, "# os.name, again"],
  ]);
  assert.deepEqual(await fs.findFiles({ path: "/tmp/src", pattern: "os.name" }), inFolder);
  assert.deepEqual(
    (await fs.findFiles("/tmp/src/a.py", "import")).map(({ line }) => line),
    [1],
  );
  assert.deepEqual(await fs.findFiles("/tmp/src", "nowhere to be found"), []);
});

test("names are searched", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFiles(
    ["a.py", "deep/b.py", "c.txt"].map((name) => ({ path: `/tmp/src/${name}`, content: "" })),
  );
  const { files } = await fs.searchFiles("/tmp/src", "*.py");
  assert.deepEqual([...files].sort(), ["/tmp/src/a.py", "/tmp/src/deep/b.py"]);
  assert.deepEqual(await fs.searchFiles("/tmp/src", "*.rs"), { files: [] });
});

test("text is replaced in each file that is there, and the others are named", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile("/tmp/one", "old and old");
  await fs.uploadFile("/tmp/two", "nothing");
  const results = await fs.replaceInFiles(["/tmp/one", "/tmp/two", "/tmp/three"], "old", "new $1");
  assert.deepEqual(
    results.map(({ file, success }) => [file, success]),
    [
      ["/tmp/one", true],
      ["/tmp/two", true],
      ["/tmp/three", false],
    ],
  );
  assert.ok(results[2]?.error);
  assert.ok(!("error" in (results[0] ?? {})) || results[0]?.error === undefined);
  assert.equal((await fs.downloadFile("/tmp/one")).toString(), "new $1 and new $1");
});

test("a folder where a file is expected, a file where a folder is, and nothing at all", async (t) => {
  const { fs } = await sandboxFor(t);
  await fs.uploadFile("/tmp/file", "x");
  const cases: [string, (fs: FileSystem) => Promise<unknown>][] = [
    ["list", (fs) => fs.listFiles("/tmp/file")],
    ["list", (fs) => fs.listFiles("/tmp/nothing")],
    ["create", (fs) => fs.createFolder("/tmp/file/below")],
    ["upload", (fs) => fs.uploadFile("/tmp/file/below", "x")],
    ["upload", (fs) => fs.uploadFile("/tmp", "x")],
    ["delete", (fs) => fs.deleteFile("/tmp/nothing")],
    ["move", (fs) => fs.moveFiles("/tmp/nothing", "/tmp/x")],
    ["find", (fs) => fs.findFiles("/tmp/nothing", "x")],
    ["search", (fs) => fs.searchFiles("/tmp/nothing", "*")],
    ["info", (fs) => fs.getFileDetails("/tmp/nothing")],
    ["permissions", (fs) => fs.setFilePermissions("/tmp/nothing", { mode: "644" })],
  ];
  for (const [verb, call] of cases) {
    const error = await rejection(call(fs));
    assert.ok(error instanceof DaytonaError, `${verb}: ${inspect(error)}`);
    assert.match(error.message, /^Failed to .*\/tmp/s);
    assert.ok((error.status ?? 400) < 500, `${verb}: ${inspect(error)}`);
  }
});

test("arguments of a wrong type are refused by name", async (t) => {
  const { fs } = await sandboxFor(t);
  // biome-ignore lint/suspicious/noExplicitAny: the point is to pass what the types forbid
  const any = (value: unknown) => value as any;
  for (const call of [
    () => fs.listFiles(any(undefined)),
    () => fs.listFiles(""),
    () => fs.listFiles("a\0b"),
    () => fs.createFolder("/tmp/x", any(755)),
    () => fs.deleteFile("/tmp/x", any("yes")),
    () => fs.moveFiles("/tmp/x", any(null)),
    () => fs.findFiles("/tmp", any(undefined)),
    () => fs.findFiles(any({ path: "/tmp" })),
    () => fs.replaceInFiles(any("/tmp/x"), "a", "b"),
    () => fs.setFilePermissions("/tmp/x", any("644")),
    () => fs.setFilePermissions("/tmp/x", any({ mod: "644" })),
    () => fs.uploadFiles(any(undefined)),
    () => fs.uploadFiles(any(["path"])),
    () => fs.uploadFiles([any({ path: "/tmp/x" })]),
    () => fs.uploadFiles([{ path: any(5), content: "x" }]),
    () => fs.uploadFiles([{ path: "/tmp/x", content: any(5) }]),
  ]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
  }
});

test("an aborted call of each kind rejects with the reason", async (t) => {
  const { fs } = await sandboxFor(t);
  const options = { signal: AbortSignal.abort("not today") };
  for (const call of [
    () => fs.listFiles("/tmp", options),
    () => fs.createFolder("/tmp/x", "755", options),
    () => fs.deleteFile("/tmp/x", true, options),
    () => fs.moveFiles("/tmp/x", "/tmp/y", options),
    () => fs.findFiles("/tmp", "x", options),
    () => fs.findFiles({ path: "/tmp", pattern: "x" }, options),
    () => fs.searchFiles("/tmp", "x", options),
    () => fs.replaceInFiles(["/tmp/x"], "a", "b", options),
    () => fs.getFileDetails("/tmp", options),
    () => fs.setFilePermissions("/tmp", { mode: "755" }, options),
    () => fs.uploadFiles([{ path: "/tmp/x", content: "x" }], options),
  ]) {
    assert.equal(await rejection(call()), "not today");
  }
});

test("of many files, one whose content breaks off fails alone", async (t) => {
  const { fs } = await sandboxFor(t);
  async function* broken() {
    yield "some";
    throw new Error("the source broke");
  }
  async function* fine() {
    yield "in ";
    yield "pieces";
  }
  const error = await rejection(
    fs.uploadFiles([
      { path: "/tmp/many/broken", content: broken() },
      { path: "/tmp/many/pieces", content: fine() },
      { path: "/tmp/many/whole", content: "whole" },
    ]),
  );
  assert.ok(error instanceof DaytonaError, inspect(error));
  assert.match(error.message, /^Failed to upload 1 of 3 files .*\/tmp\/many\/broken: .*the source broke/s);
  assert.deepEqual((await fs.listFiles("/tmp/many")).map(({ name }) => name).sort(), ["pieces", "whole"]);
  assert.equal((await fs.downloadFile("/tmp/many/pieces")).toString(), "in pieces");
});

test("a thousand small files arrive in one call", async (t) => {
  const { fs } = await sandboxFor(t);
  const files = Array.from({ length: 1000 }, (_, index) => ({
    path: `/tmp/many/${index}`,
    content: `${index}`,
  }));
  await fs.uploadFiles(files);
  assert.equal((await fs.listFiles("/tmp/many")).length, 1000);
  assert.equal((await fs.downloadFile("/tmp/many/999")).toString(), "999");
});
