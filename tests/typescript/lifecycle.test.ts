/**
 * A sandbox's life: created, found, stopped, started, removed; and what it says of itself.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  CodeLanguage,
  Daytona,
  DaytonaConflictError,
  DaytonaNotFoundError,
  Sandbox,
  SandboxState,
  Workspace,
  WorkspaceState,
} from "@daytonaio/sdk";
import { rejection, sandboxFor } from "./support";

const unique = () => `ts-${process.pid}-${process.hrtime.bigint()}`;

test("create gives a started sandbox with what was asked for", async (t) => {
  const id = unique();
  const sandbox = await sandboxFor(t, {
    id,
    language: CodeLanguage.PYTHON,
    envVars: { GREETING: "hello" },
    labels: { test: id },
    autoStopInterval: 30,
  });
  assert.ok(sandbox instanceof Sandbox);
  assert.equal(sandbox.id, id);
  const { instance } = sandbox;
  assert.equal(instance.id, id);
  assert.equal(instance.state, SandboxState.STARTED);
  assert.equal(instance.labels.test, id);
  assert.equal(instance.autoStopInterval, 30);
  assert.equal(instance.target, "local");
  assert.ok(instance.cpu > 0 && instance.memory > 0);
  const greeting = await sandbox.process.executeCommand("echo $GREETING");
  assert.equal(greeting.result, "hello\n");
});

test("get and list find it, and know its language", async (t) => {
  const label = unique();
  const created = await sandboxFor(t, { language: "javascript", labels: { test: label } });
  const daytona = new Daytona();
  const found = await daytona.get(created.id);
  assert.equal((await found.process.codeRun("console.log(typeof process.version)")).result, "string\n");
  const listed = await daytona.list({ test: label });
  assert.deepEqual(
    listed.map(({ id }) => id),
    [created.id],
  );
  assert.deepEqual(await daytona.list({ test: `${label}-other` }), []);
  assert.ok((await daytona.list()).some(({ id }) => id === created.id));
  assert.equal((await daytona.getCurrentSandbox(created.id)).id, created.id);
});

test("files survive stop and start", async (t) => {
  const sandbox = await sandboxFor(t);
  const daytona = new Daytona();
  const home = await sandbox.getUserRootDir();
  await sandbox.fs.uploadFile(`${home}/kept.txt`, "kept");
  await sandbox.stop();
  assert.equal(sandbox.instance.state, SandboxState.STOPPED);
  await sandbox.waitUntilStopped(10);
  await daytona.start(sandbox);
  assert.equal(sandbox.instance.state, "started");
  await sandbox.waitUntilStarted(10);
  assert.equal((await sandbox.fs.downloadFile(`${home}/kept.txt`)).toString(), "kept");
  await daytona.stop(sandbox, 30);
  await sandbox.start(30);
  assert.equal((await sandbox.process.executeCommand("cat kept.txt", home)).result, "kept");
});

test("labels and the auto-stop interval change, for other handles too after refreshData", async (t) => {
  const sandbox = await sandboxFor(t, { labels: { old: "1" } });
  const other = await new Daytona().get(sandbox.id);
  assert.equal((await sandbox.setLabels({ new: "2" })).new, "2");
  assert.equal(sandbox.instance.labels.new, "2");
  assert.equal(sandbox.instance.labels.old, undefined);
  await sandbox.setAutostopInterval(0);
  assert.equal(sandbox.instance.autoStopInterval, 0);
  await other.refreshData();
  assert.equal(other.instance.labels.new, "2");
  assert.equal(other.instance.autoStopInterval, 0);
});

test("a removed sandbox is gone", async () => {
  const daytona = new Daytona();
  const [one, two] = await Promise.all([daytona.create(), daytona.create()]);
  await daytona.remove(one);
  await daytona.delete(two, 30);
  for (const { id } of [one, two]) {
    assert.ok((await rejection(daytona.get(id))) instanceof DaytonaNotFoundError);
  }
});

test("an id is given once", async (t) => {
  const sandbox = await sandboxFor(t, { id: unique() });
  const error = await rejection(new Daytona().create({ id: sandbox.id }));
  assert.ok(error instanceof DaytonaConflictError, inspect(error));
});

test("the home folder under each of its names", async (t) => {
  const sandbox = await sandboxFor(t);
  const home = (await sandbox.process.executeCommand("echo $HOME")).result.trim();
  assert.equal(await sandbox.getUserRootDir(), home);
  assert.equal(await sandbox.getSandboxRootDir(), home);
});

test("names of earlier versions work and warn once each", async (t) => {
  const warnings: string[] = [];
  const listen = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);
  process.on("warning", listen);
  t.after(() => process.off("warning", listen));
  const sandbox = await sandboxFor(t);
  const home = await sandbox.getUserRootDir();
  assert.equal(await sandbox.getWorkspaceRootDir(), home);
  assert.equal(await sandbox.getWorkspaceRootDir(), home);
  assert.equal((await new Daytona().getCurrentWorkspace(sandbox.id)).id, sandbox.id);
  assert.ok(sandbox instanceof Workspace);
  assert.equal(WorkspaceState.STARTED, SandboxState.STARTED);
  const timed = await new Daytona().create({ timeout: 60 });
  await timed.delete();
  await new Promise(setImmediate);
  assert.deepEqual(
    warnings.map((text) => text.replace(/ is deprecated: use .*/, "")).sort(),
    [
      "CreateSandboxParams.timeout",
      "Daytona.getCurrentWorkspace",
      "Sandbox.getWorkspaceRootDir",
      "Workspace",
      "WorkspaceState",
    ].map((name) => `DeprecationWarning: ${name}`),
  );
});

test("printing a sandbox shows what it is and none of its environment", async (t) => {
  const sandbox = await sandboxFor(t, { envVars: { TOKEN: "very-secret" } });
  const text = inspect(sandbox);
  assert.ok(text.includes(sandbox.id) && text.includes("started"), text);
  assert.ok(!text.includes("very-secret"), text);
});
