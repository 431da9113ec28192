// Files and folders.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DaytonaError, DaytonaNotFoundError } from "@daytonaio/sdk";
import * as facts from "../facts.mjs";

export async function files_folder_list_info(_daytona, { fs }) {
  await fs.createFolder("project/deep", "755");
  await fs.uploadFile(Buffer.from("12345"), "project/a b.txt");
  const listed = (await fs.listFiles("project")).map((entry) => [entry.name, entry.isDir]);
  assert.deepEqual(listed.sort(), [
    ["a b.txt", false],
    ["deep", true],
  ]);
  const info = await fs.getFileDetails("project/a b.txt");
  assert.deepEqual([info.name, info.size, info.isDir], ["a b.txt", 5, false]);
}

export async function files_upload_download(_daytona, { fs }) {
  for (const [path, content] of [
    ["big.bin", facts.BIG],
    ["text ü.txt", Buffer.from("größe\n")],
    ["empty", Buffer.alloc(0)],
  ]) {
    await fs.uploadFile(content, path);
    assert.ok(content.equals(await fs.downloadFile(path)), path);
  }
}

export async function files_bulk_upload(_daytona, { fs, process }) {
  const file = (_, number) => ({ source: Buffer.from(String(number)), destination: `new/folder/${number}` });
  await fs.uploadFiles(Array.from({ length: 20 }, file));
  assert.equal((await process.executeCommand("cat new/folder/* | wc -c")).result.trim(), "30");
}

async function withFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), "official-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function files_bulk_download(_daytona, { fs }) {
  await fs.uploadFile(Buffer.from("one"), "one");
  await fs.uploadFile(facts.BIG, "big ü");
  await withFolder(async (folder) => {
    const destination = join(folder, "big");
    const answers = await fs.downloadFiles([
      { source: "one" },
      { source: "missing" },
      { source: "big ü", destination },
    ]);
    assert.deepEqual(
      answers.map((answer) => answer.source),
      ["one", "missing", "big ü"],
    );
    assert.equal(answers[0].result.toString(), "one");
    assert.equal(answers[1].errorDetails.errorCode ?? answers[1].errorDetails.code, "FILE_NOT_FOUND");
    assert.ok(facts.BIG.equals(await readFile(destination)));
  });
}

export async function files_streamed(_daytona, { fs }) {
  await withFolder(async (folder) => {
    const [there, back] = [join(folder, "there"), join(folder, "back")];
    await writeFile(there, facts.BIG);
    await fs.uploadFile(there, "by-path");
    await fs.downloadFile("by-path", back);
    assert.ok(facts.BIG.equals(await readFile(back)));
  });
  let sent = 0;
  const onProgress = ({ bytesSent }) => {
    sent = bytesSent;
  };
  await fs.uploadFileStream(
    Readable.from([facts.BIG.subarray(0, 70_000), facts.BIG.subarray(70_000)]),
    "by-stream",
    {
      onProgress,
    },
  );
  assert.equal(sent, facts.BIG.length);
  const pieces = await facts.all(await fs.downloadFileStream("by-stream"));
  assert.ok(facts.BIG.equals(Buffer.concat(pieces)));
}

export async function files_move(_daytona, { fs }) {
  await fs.uploadFile(Buffer.from("x"), "before");
  await fs.moveFiles("before", "after");
  assert.equal((await fs.downloadFile("after")).toString(), "x");
  await assert.rejects(fs.getFileDetails("before"), facts.fails(DaytonaNotFoundError, /before/));
}

export async function files_permissions(_daytona, { fs, process }) {
  await fs.uploadFile(Buffer.from("#!/bin/sh\necho ran\n"), "run.sh");
  await fs.setFilePermissions("run.sh", { mode: "750" });
  const info = await fs.getFileDetails("run.sh");
  assert.deepEqual([info.permissions, info.mode], ["0750", "-rwxr-x---"]);
  assert.equal((await process.executeCommand("./run.sh")).result, "ran\n");
}

export async function files_find(_daytona, { fs }) {
  await fs.uploadFile(Buffer.from("x = 1\ny = 2 # TODO later\n"), "code/a.py");
  await fs.uploadFile(Buffer.from("\0TODO\n"), "code/b.bin");
  const matches = await fs.findFiles("code", "TODO");
  assert.deepEqual(
    matches.map((match) => [match.file.endsWith("code/a.py"), match.line, match.content]),
    [[true, 2, "y = 2 # TODO later"]],
  );
}

export async function files_search(_daytona, { fs, process }) {
  await process.executeCommand("mkdir -p code/deep && touch code/a.py code/deep/b.py code/c.txt");
  const { files } = await fs.searchFiles("code", "*.py");
  assert.deepEqual(files.map((path) => path.split("/").at(-1)).sort(), ["a.py", "b.py"]);
}

export async function files_replace(_daytona, { fs }) {
  await fs.uploadFile(Buffer.from("old old"), "a.txt");
  const results = await fs.replaceInFiles(["a.txt", "missing.txt"], "old", "new");
  assert.deepEqual(
    results.map((result) => result.success),
    [true, false],
  );
  assert.ok(results[1].error);
  assert.equal((await fs.downloadFile("a.txt")).toString(), "new new");
}

export async function files_delete(_daytona, { fs }) {
  await fs.uploadFile(Buffer.from("x"), "folder/gone");
  await assert.rejects(fs.deleteFile("folder"), facts.fails(DaytonaError, /folder/));
  await fs.deleteFile("folder/gone");
  await assert.rejects(fs.downloadFile("folder/gone"), facts.fails(DaytonaNotFoundError, /gone/));
  await fs.deleteFile("folder", true);
  await assert.rejects(fs.listFiles("folder"), facts.fails(DaytonaNotFoundError, /folder/));
}
