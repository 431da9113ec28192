/**
 * What is wrong must not compile: each line marked so is an error, or types.test.ts fails.
 */
import { Daytona, type ExecuteResponse, type Sandbox } from "@daytonaio/sdk";

// @ts-expect-error a misspelled setting
new Daytona({ apikey: "key" });
// @ts-expect-error a key is a text
new Daytona({ apiKey: 5 });
// @ts-expect-error the configuration is an object
new Daytona("key");

export async function mistakes(daytona: Daytona, sandbox: Sandbox, response: ExecuteResponse): Promise<void> {
  // @ts-expect-error a misspelled parameter
  await daytona.create({ lang: "python" });
  // @ts-expect-error environment variables are texts
  await daytona.create({ envVars: { N: 1 } });
  // @ts-expect-error a timeout is a number of seconds
  await daytona.create({}, "60");
  // @ts-expect-error an id is needed
  await daytona.get();
  // @ts-expect-error a sandbox is needed, not its id
  await daytona.remove("id");
  // @ts-expect-error a promise is not a sandbox
  daytona.create().process;
  // @ts-expect-error a signal goes into an object
  await daytona.list({}, AbortSignal.timeout(1));
  // @ts-expect-error a command is a text
  await sandbox.process.executeCommand(["ls", "-la"]);
  // @ts-expect-error arguments are a list
  await sandbox.process.codeRun("", { argv: "x" });
  // @ts-expect-error content is needed
  await sandbox.fs.uploadFile("path");
  // @ts-expect-error a number is no content
  await sandbox.fs.uploadFile("path", 5);
  // @ts-expect-error an id does not change
  sandbox.id = "other";
  // @ts-expect-error a result does not change
  response.exitCode = 0;
  // @ts-expect-error the native handle is nobody's business
  sandbox.native;
}
