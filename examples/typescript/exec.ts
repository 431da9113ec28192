/**
 * Shell commands, arguments and environment, exit codes, and a command that takes too long.
 *
 *     DAYTONA_TARGET=local npx tsx exec.ts
 */
import { Daytona, ProcessExecutionError } from "@daytonaio/sdk";

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "typescript", envVars: { GREETING: "Hello" } });
  try {
    const shell = await sandbox.process.executeCommand('echo "$GREETING, $NAME!" | tr a-z A-Z', "/tmp", {
      NAME: "Daytona",
    });
    console.log("shell:", shell.result.trim());

    const code = await sandbox.process.codeRun(
      "const who: string = process.argv[2] ?? 'nobody'; console.log(process.env.GREETING + ' from ' + who);",
      { argv: ["TypeScript"] },
    );
    console.log("code:", code.result.trim());

    const failing = await sandbox.process.executeCommand("echo out; echo err >&2; exit 3");
    console.log("failing:", failing.exitCode, JSON.stringify([failing.stdout, failing.stderr]));

    try {
      await sandbox.process.executeCommand("sleep 60", undefined, undefined, 1);
    } catch (error) {
      if (!(error instanceof ProcessExecutionError)) throw error;
      console.log("too long:", error.message);
    }
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
