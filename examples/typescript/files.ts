/**
 * Files in and out of a sandbox, whole and as streams.
 *
 *     DAYTONA_TARGET=local npx tsx files.ts
 */
import { createHash } from "node:crypto";
import { Daytona } from "@daytonaio/sdk";

/** 8 MiB, made as they are sent: no more than a piece is ever in memory. */
async function* pieces() {
  for (let index = 0; index < 128; index += 1) {
    yield new Uint8Array(64 * 1024).fill(index);
  }
}

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "python" });
  try {
    const home = await sandbox.getUserRootDir();

    await sandbox.fs.uploadFile(`${home}/hello.txt`, new File(["Hello, World!"], "hello.txt"));
    console.log("hello.txt:", (await sandbox.fs.downloadFile(`${home}/hello.txt`)).toString());

    await sandbox.fs.uploadFiles([
      { path: `${home}/data/numbers.csv`, content: "3,4\n" },
      { path: `${home}/sum.py`, content: "print(sum(map(int, open('data/numbers.csv').read().split(','))))" },
    ]);
    const sum = await sandbox.process.executeCommand("python3 sum.py", home);
    console.log("sum:", sum.result.trim());

    await sandbox.fs.uploadFile(`${home}/large.bin`, pieces());
    const hash = createHash("sha256");
    for await (const piece of await sandbox.fs.downloadFileStream(`${home}/large.bin`)) {
      hash.update(piece);
    }
    const inside = await sandbox.process.executeCommand("sha256sum large.bin", home);
    console.log(
      "large.bin:",
      inside.result.startsWith(hash.digest("hex")) ? "the same both ways" : "differs",
    );
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
