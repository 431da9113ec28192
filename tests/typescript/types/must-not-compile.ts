/**
 * What is wrong must not compile: each line marked so is an error, or types.test.ts fails.
 */
import { type Chart, Daytona, type ExecuteResponse, type Sandbox } from "@daytonaio/sdk";

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

export async function moreMistakes(sandbox: Sandbox, chart: Chart): Promise<void> {
  const { fs, git, process } = sandbox;
  // @ts-expect-error a request is an object
  await process.executeSessionCommand("s", "ls");
  // @ts-expect-error a misspelled field
  await process.executeSessionCommand("s", { command: "ls", asynch: true });
  // @ts-expect-error following gives no text
  (await process.getSessionCommandLogs("s", "c", () => undefined)).trim();
  // @ts-expect-error a stream is no array
  process.streamSessionCommandLogs("s", "c").map(String);
  // @ts-expect-error a callback takes a text
  await process.getSessionCommandLogs("s", "c", (chunk: number) => console.log(chunk));
  // @ts-expect-error a mode is a text
  await fs.createFolder("/a", 755);
  // @ts-expect-error the permissions are an object
  await fs.setFilePermissions("/a", "644");
  // @ts-expect-error a pattern is needed
  await fs.findFiles({ path: "/a" });
  // @ts-expect-error files are a list
  await git.add("/repo", "file.txt");
  // @ts-expect-error a misspelled field
  await git.push("/repo", { remotes: "origin" });
  // @ts-expect-error a url is needed
  await git.clone("/repo");
  // @ts-expect-error a path to a project is needed
  sandbox.createLspServer("python");
  // @ts-expect-error a position is an object
  await sandbox.createLspServer("python", "/a").completions("/a.py", 1, 2);
  // @ts-expect-error a port is a number
  await sandbox.getPreviewLink("3000");
  // @ts-expect-error a link comes with a promise
  sandbox.getPreviewLink(3000).url;
  // @ts-expect-error not every chart has axes
  chart.xLabel;
}
