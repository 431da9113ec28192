// The life of a sandbox, its labels and its previews.
import assert from "node:assert/strict";
import { DaytonaError, DaytonaNotFoundError } from "@daytonaio/sdk";
import * as facts from "../facts.mjs";

export async function create(daytona) {
  const name = facts.unique("node");
  const sandbox = await daytona.create({
    language: "python",
    name,
    envVars: { GREETING: "hello wörld" },
    labels: { purpose: "create" },
    public: true,
    autoStopInterval: 25,
    autoDeleteInterval: 60,
  });
  try {
    assert.equal(sandbox.state, "started");
    assert.equal(sandbox.name, name);
    assert.equal(sandbox.env.GREETING, "hello wörld");
    assert.equal(sandbox.labels.purpose, "create");
    assert.equal(sandbox.public, true);
    assert.deepEqual([sandbox.autoStopInterval, sandbox.autoDeleteInterval], [25, 60]);
    assert.deepEqual([sandbox.cpu, sandbox.gpu], [1, 0]);
    assert.equal((await sandbox.process.executeCommand("echo $GREETING")).result, "hello wörld\n");
    assert.match(await sandbox.getWorkDir(), /^\//);
    assert.match(await sandbox.getUserHomeDir(), /^\//);
  } finally {
    await daytona.delete(sandbox);
  }
}

export async function list_by_labels(daytona, sandbox) {
  const mark = facts.unique("mark");
  await sandbox.setLabels({ mark });
  const ids = async (query) => (await facts.all(daytona.list(query))).map((each) => each.id).sort();
  assert.deepEqual(await ids({ labels: { mark } }), [sandbox.id]);
  assert.ok((await ids()).includes(sandbox.id));
  // More than a page.
  const others = [await daytona.create({ labels: { mark } }), await daytona.create({ labels: { mark } })];
  try {
    const wanted = [sandbox.id, ...others.map((each) => each.id)].sort();
    assert.deepEqual(await ids({ labels: { mark }, limit: 1 }), wanted);
  } finally {
    for (const other of others) await daytona.delete(other);
  }
}

export async function get(daytona, sandbox) {
  const again = await daytona.get(sandbox.id);
  assert.deepEqual([again.id, again.state], [sandbox.id, "started"]);
  assert.equal((await again.process.executeCommand("echo here")).result, "here\n");
}

export async function get_unknown(daytona) {
  await assert.rejects(daytona.get("nobody"), facts.fails(DaytonaNotFoundError, /nobody not found/));
}

export async function stop_and_start(_daytona, sandbox) {
  await sandbox.fs.uploadFile(Buffer.from("kept"), "kept.txt");
  await sandbox.stop();
  assert.equal(sandbox.state, "stopped");
  await assert.rejects(
    sandbox.process.executeCommand("true"),
    facts.fails(DaytonaError, /Is the Sandbox started/),
  );
  await sandbox.start();
  assert.equal(sandbox.state, "started");
  assert.equal((await sandbox.fs.downloadFile("kept.txt")).toString(), "kept");
}

async function remove(daytona) {
  const sandbox = await daytona.create();
  await sandbox.delete(60, true);
  await assert.rejects(daytona.get(sandbox.id), facts.fails(DaytonaNotFoundError, /not found/));
}

export { remove as delete };

export async function autostop(daytona, sandbox) {
  for (const minutes of [0, 90]) {
    await sandbox.setAutostopInterval(minutes);
    assert.equal((await daytona.get(sandbox.id)).autoStopInterval, minutes);
  }
}

export async function labels(daytona, sandbox) {
  assert.deepEqual(await sandbox.setLabels({ team: "x" }), { team: "x" });
  await sandbox.setLabels({ only: "one" });
  assert.deepEqual((await daytona.get(sandbox.id)).labels, { only: "one" });
}

export async function preview(_daytona, sandbox) {
  await sandbox.process.executeCommand(facts.SERVE);
  const link = await sandbox.getPreviewLink(facts.PORT);
  const fetched = async (url, headers) => {
    const response = await fetch(url, { headers });
    return [response.status, await response.text()];
  };
  const served = async () => {
    const [status, text] = await fetched(link.url, { "x-daytona-preview-token": link.token });
    return status === 200 && text === facts.PAGE;
  };
  await facts.until(served, "the page is there");
  assert.equal((await fetched(link.url))[0], 401);
  const signed = await sandbox.getSignedPreviewUrl(facts.PORT, 600);
  assert.deepEqual(await fetched(signed.url), [200, facts.PAGE]);
}
