/**
 * Runs TypeScript blocks one after another in this process: jobs as JSON on stdin, one line of JSON on stdout for each.
 *
 * It is copied beside the installed package and started with tsx. `run_python.py` does the same for Python; what
 * they answer is judged in `run.py`.
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Daytona, ProcessExecutionError } from "@daytonaio/sdk";

const here = process.env.DAYTONA_DOCUMENTS_FOLDER;
// Far above what any block takes; for the block that hangs.
const LIMIT = 120_000;
const daytona = new Daytona();
const write = process.stdout.write.bind(process.stdout);
let sandbox;

/** The sandbox that blocks find: made once, made again when a block has removed it. */
async function found() {
  if (sandbox === undefined) {
    sandbox = await daytona.create({ language: "typescript" });
    for (const file of ["fixture.sh", "git_server.py"]) {
      await sandbox.fs.uploadFile(`/tmp/${file}`, fs.readFileSync(path.join(here, file)));
    }
    await sandbox.process.createSession("documents");
    await sandbox.process.executeSessionCommand("documents", { command: "echo ready" });
    await sandbox.process.createSession("git-server");
    const command = "python3 /tmp/git_server.py";
    await sandbox.process.executeSessionCommand("git-server", { command, runAsync: true });
  }
  return sandbox;
}

async function shell(command) {
  const done = await (await found()).process.executeCommand(`. /tmp/fixture.sh\n${command}`);
  return done.check().stdout;
}

/** The names that a block may use without having made them. */
function assume(everything) {
  Object.assign(globalThis, { daytona, sandbox });
  if (everything) {
    Object.assign(globalThis, {
      workspace: sandbox,
      lspServer: sandbox.createLspServer("typescript", "/workspace/project"),
      sessionId: "documents",
      path,
      fs,
      sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
      ProcessExecutionError,
    });
  }
}

/** What the preview of a port serves, once it has `text` or a minute has passed. */
async function served(made, port, text) {
  const { url, token } = await made.getPreviewLink(port);
  const deadline = performance.now() + 60_000;
  let body = "";
  while (!body.includes(text) && performance.now() < deadline) {
    try {
      body = await (await fetch(url, { headers: { "x-daytona-preview-token": token } })).text();
    } catch (error) {
      body = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return body;
}

async function ids() {
  return new Set((await daytona.list()).map(({ id }) => id));
}

async function run(job) {
  const own = await found();
  await shell(`files; ${job.before || ":"}`);
  const before = await ids();
  assume(job.everything);
  process.chdir(job.folder);
  const output = { stdout: "", stderr: "" };
  process.stdout.write = (text) => Boolean((output.stdout += text));
  process.stderr.write = (text) => Boolean((output.stderr += text));
  const result = { name: job.name, error: "", after: [], serves: [], seconds: 0 };
  const started = performance.now();
  let alarm;
  try {
    const late = new Promise((_, reject) => {
      alarm = setTimeout(() => reject(new Error("the block did not end within 120 s")), LIMIT);
    });
    await Promise.race([import(pathToFileURL(job.source).href), late]);
    const made = (await daytona.list()).filter(({ id }) => !before.has(id));
    for (const [port, text] of job.serves) {
      result.serves.push(made[0] ? await served(made[0], port, text) : "");
    }
    if (job.removes) {
      result.error = (await ids()).has(own.id) ? "the sandbox is still there" : "";
      sandbox = undefined;
    }
    for (const [command] of job.after) {
      result.after.push(await shell(command));
    }
  } catch (error) {
    result.error = error instanceof Error ? String(error.stack) : String(error);
  } finally {
    clearTimeout(alarm);
    result.seconds = Math.round((performance.now() - started) / 100) / 10;
    process.stdout.write = write;
  }
  for (const each of await daytona.list()) {
    if (!before.has(each.id)) await daytona.remove(each);
  }
  return { ...result, ...output };
}

for (const job of JSON.parse(fs.readFileSync(0, "utf8"))) {
  write(`${JSON.stringify(await run(job))}\n`);
}
