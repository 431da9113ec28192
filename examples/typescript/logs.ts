/**
 * A session keeps its folder and variables; the output of its commands is followed while they run.
 *
 *     DAYTONA_TARGET=local npx tsx logs.ts
 */
import { Daytona } from "@daytonaio/sdk";

async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create();
  try {
    const shell = sandbox.process;
    await shell.createSession("build");

    // One command after the other, in the same shell.
    await shell.executeSessionCommand("build", { command: "cd /tmp; export STAGE=test" });
    const response = await shell.executeSessionCommand("build", { command: 'echo "$STAGE in $PWD"' });
    console.log(response.exitCode, response.output?.trim());

    // In the background: its output is an iterator that ends when the command does.
    const command = "for step in 1 2 3; do echo step $step; sleep 0.1; done; echo finished >&2";
    const { cmdId } = await shell.executeSessionCommand("build", { command, async: true });
    for await (const { source, text } of shell.streamSessionCommandLogs("build", cmdId)) {
      for (const line of text.trimEnd().split("\n")) console.log(`${source}: ${line}`);
    }

    // Or it goes to a callback, which is awaited when it answers with a promise.
    await shell.getSessionCommandLogs("build", cmdId, (chunk) => console.log("again:", chunk.trim()));

    // A command can be talked to.
    const asking = { command: 'read name; echo "hello $name"', async: true };
    const { cmdId: asked } = await shell.executeSessionCommand("build", asking);
    await shell.sendSessionCommandInput("build", asked, "world");
    await shell.getSessionCommandLogs("build", asked, (chunk) => console.log(chunk.trim()));

    await shell.deleteSession("build");
  } finally {
    await daytona.remove(sandbox);
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
