/**
 * A sandbox's life: made with limits, found by a label, stopped and started with its files, removed.
 *
 *     DAYTONA_TARGET=local npx tsx lifecycle.ts
 */
import { Daytona, DaytonaNotFoundError } from "@daytonaio/sdk";

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create({
    language: "typescript",
    envVars: { STAGE: "review" },
    labels: { example: "lifecycle" },
    resources: { cpu: 1, memory: 1, disk: 2 },
    autoStopInterval: 30,
  });
  try {
    const found = await daytona.list({ example: "lifecycle" });
    console.log(
      "found by label:",
      found.some(({ id }) => id === sandbox.id),
    );
    console.log("stage:", (await sandbox.process.executeCommand("echo $STAGE")).result.trim());

    // Files outlive a stop; processes do not.
    await sandbox.fs.uploadFile("kept.txt", "still here");
    await sandbox.stop();
    console.log("state:", sandbox.instance.state);
    await sandbox.start();
    console.log(
      "state:",
      sandbox.instance.state,
      "file:",
      (await sandbox.fs.downloadFile("kept.txt")).toString(),
    );

    await sandbox.setLabels({ example: "lifecycle", reviewed: "yes" });
    await sandbox.setAutostopInterval(0); // never by itself
    const info = await sandbox.info();
    console.log("labels:", info.labels.reviewed, "memory:", info.memory);
  } finally {
    await daytona.remove(sandbox);
  }

  try {
    await daytona.get(sandbox.id);
  } catch (error) {
    if (!(error instanceof DaytonaNotFoundError)) throw error;
    console.log("removed");
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
