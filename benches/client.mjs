// One TypeScript client of a comparison; client.py tells the rest. Copied beside the package it drives:
// `node client.mjs ours|today FOLDER SANDBOX`. The old client has no package for today's Node.js.
import { createWriteStream, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { Daytona } from "@daytonaio/sdk";

const [client, folder, id] = process.argv.slice(2);
const ours = client === "ours";
const daytona = new Daytona();
const { fs, process: shell } = await daytona.get(id);

const check = (holds, otherwise) => {
  if (!holds) throw new Error(`${client}: ${otherwise}`);
};
const result = async (command) => (await shell.executeCommand(command)).result;

/** A field of this process's status, in MiB. */
const status = (field) =>
  Number(readFileSync("/proc/self/status", "utf8").split(`${field}:`)[1].split("kB")[0]) / 1024;

const ACTIONS = {
  /** Commands one after another. */
  async execs(count) {
    for (let number = 0; number < count; number += 1) {
      check((await shell.executeCommand("true")).exitCode === 0, "a command failed");
    }
  },

  /** Commands that are all under way at once. */
  async gathered(count) {
    const numbers = Array.from({ length: count }, (_, number) => number);
    const results = await Promise.all(numbers.map((number) => result(`echo ${number}`)));
    check(
      results.every((text, number) => Number(text) === number),
      "outputs are mixed up",
    );
  },

  /** Room for uploads. */
  async emptied() {
    check(
      (await shell.executeCommand("rm -rf big small && mkdir small")).exitCode === 0,
      "it cannot be emptied",
    );
  },

  /** Small files in one call. */
  async small(count) {
    const content = (number) => Buffer.from(String(number));
    const file = (_, number) => ({ source: content(number), destination: `small/${number}` });
    await fs.uploadFiles(Array.from({ length: count }, file));
    check(Number(await result("ls small | wc -l")) === count, "files are missing");
  },

  /** One large file, from disk, by its name. */
  async upload(mib) {
    const source = join(folder, "source");
    await (ours ? fs.uploadFiles([{ source, destination: "big" }]) : fs.uploadFile(source, "big"));
    check(Number(await result("stat -c %s big")) === mib * 2 ** 20, "the upload has another size");
  },

  /** The same file back, to disk. */
  async download(mib) {
    const back = join(folder, "back");
    if (ours) await pipeline(await fs.downloadFileStream("big"), createWriteStream(back));
    else await fs.downloadFile("big", back);
    check(statSync(back).size === mib * 2 ** 20, "the download has another size");
  },

  /** What a log is to hold. */
  async written(mib) {
    const command = `head -c ${mib * 2 ** 20} /dev/zero | tr '\\0' x > text`;
    check((await shell.executeCommand(command)).exitCode === 0, "it cannot be written");
  },

  /** The log of a session command, followed from its start to its end. */
  async logs(mib) {
    const session = `log-${performance.now()}`;
    await shell.createSession(session);
    const { cmdId } = await shell.executeSessionCommand(session, { command: "cat text", runAsync: true });
    let seen = 0;
    const heard = (text) => {
      seen += text.length;
    };
    await shell.getSessionCommandLogs(session, cmdId, heard, heard);
    check(seen === mib * 2 ** 20 || seen === mib * 2 ** 20 + 1, `${seen} characters of the log came`);
    await shell.deleteSession(session);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, size] = line.split(" ");
  writeFileSync("/proc/self/clear_refs", "5");
  const before = status("VmRSS");
  const start = performance.now();
  let told;
  try {
    await ACTIONS[name](Number(size));
    told = { seconds: (performance.now() - start) / 1000, mib: status("VmHWM") - before };
  } catch (error) {
    told = { error: String(error) };
  }
  console.log(JSON.stringify(told));
}
process.exit(0);
