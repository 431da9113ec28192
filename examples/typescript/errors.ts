/**
 * What can go wrong and how it is told apart: by class, by code, by the signal that aborted the call.
 *
 *     DAYTONA_TARGET=local npx tsx errors.ts
 */
import { Daytona, DaytonaError, DaytonaNotFoundError, ProcessExecutionError } from "@daytonaio/sdk";

async function main() {
  const daytona = new Daytona();

  try {
    await daytona.get("no-such-sandbox");
  } catch (error) {
    if (!(error instanceof DaytonaNotFoundError)) throw error;
    console.log("not found:", error.status, error.message);
  }

  const sandbox = await daytona.create({ language: "python" });
  try {
    try {
      await sandbox.fs.downloadFile("/no/such/file");
    } catch (error) {
      if (!(error instanceof DaytonaError)) throw error;
      console.log("by code:", error.code);
    }

    try {
      (await sandbox.process.codeRun("raise ValueError('no')")).check();
    } catch (error) {
      if (!(error instanceof ProcessExecutionError)) throw error;
      console.log("failed code:", error.exitCode, error.stderr?.trim().split("\n").at(-1));
    }

    try {
      const signal = AbortSignal.timeout(500);
      await sandbox.process.executeCommand("sleep 60", undefined, undefined, undefined, { signal });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      console.log("aborted:", error.name);
    }
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
