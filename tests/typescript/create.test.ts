/**
 * Creating, given up: whenever it is, and whoever gives up, no sandbox is left that nobody knows.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Daytona } from "@daytonaio/sdk";
import { script, until } from "./support";

/** Waits until no sandbox carries the label. One that nobody removes is still there when the waiting gives up. */
async function noneIsLeft(label: string): Promise<void> {
  const daytona = new Daytona();
  await until("no sandbox is left", async () => (await daytona.list({ test: label })).length === 0);
}

/** Milliseconds after which to give up: before the request is sent, while it runs, as it succeeds, afterwards. */
const MOMENTS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 70, 90, 120, 160, 220, 300];

test("create that is aborted at any moment rejects with the reason or gives the sandbox", async () => {
  const daytona = new Daytona();
  const label = randomUUID();
  const outcomes = { given: 0, aborted: 0 };
  for (const moment of MOMENTS) {
    const controller = new AbortController();
    const { signal } = controller;
    const creating = daytona.create({ labels: { test: label } }, 60, { signal }).then(
      async (sandbox) => {
        outcomes.given += 1;
        await daytona.remove(sandbox);
      },
      (error) => {
        assert.equal(error, signal.reason);
        outcomes.aborted += 1;
      },
    );
    if (moment > 0) await sleep(moment);
    controller.abort();
    await creating;
  }
  assert.ok(outcomes.aborted > 0, JSON.stringify(outcomes));
  await noneIsLeft(label);
});

test("create that is aborted by the answer itself", async () => {
  const daytona = new Daytona();
  const label = randomUUID();
  const controller = new AbortController();
  const creating = daytona.create({ labels: { test: label } }, 60, { signal: controller.signal });
  // The sandbox is there before the client has heard of it: the abort meets the answer on its way.
  await until("it is made", async () => (await daytona.list({ test: label })).length > 0);
  controller.abort("enough");
  const outcome = await creating.catch((error) => error);
  if (outcome !== "enough") await daytona.remove(outcome);
  await noneIsLeft(label);
});

test("create that has timed out leaves nothing", async () => {
  const daytona = new Daytona();
  const label = randomUUID();
  for (const seconds of [0.001, 0.005, 0.01, 0.02, 0.05]) {
    await daytona.create({ labels: { test: label } }, seconds).then(
      (sandbox) => daytona.remove(sandbox),
      () => undefined,
    );
  }
  await noneIsLeft(label);
});

test("a process that ends right after it aborted create has it removed", async (t) => {
  const label = randomUUID();
  const source = `
    import { Daytona } from "@daytonaio/sdk";
    import { setTimeout as sleep } from "node:timers/promises";
    const daytona = new Daytona();
    await daytona.list();
    for (const moment of [2, 4, 6, 8, 10, 15, 20, 30]) {
      const controller = new AbortController();
      const params = { labels: { test: ${JSON.stringify(label)} } };
      daytona.create(params, 60, { signal: controller.signal }).then(
        (sandbox) => daytona.remove(sandbox),
        () => {},
      );
      await sleep(moment);
      controller.abort();
    }`;
  assert.deepEqual(await script(t, "mjs", source), { code: 0, stdout: "", stderr: "" });
  await noneIsLeft(label);
});

test("a worker terminated while it creates leaves nothing", async (t) => {
  const label = randomUUID();
  const source = `
    import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
    import { once } from "node:events";
    import { setTimeout as sleep } from "node:timers/promises";
    import { Daytona } from "@daytonaio/sdk";
    const labels = { test: ${JSON.stringify(label)} };
    if (isMainThread) {
      const daytona = new Daytona();
      for (const moment of [0, 2, 4, 6, 8, 10, 15, 20, 30, 50]) {
        const worker = new Worker(new URL(import.meta.url));
        await once(worker, "message");
        await sleep(moment);
        await worker.terminate();
      }
      // The work of a terminated worker goes on in this process; it ends when its sandboxes are gone.
      while ((await daytona.list(labels)).length > 0) await sleep(20);
      console.log("none");
    } else {
      new Daytona().create({ labels });
      parentPort.postMessage("creating");
      // Kept busy, so that the answer comes and nobody takes it.
      for (;;);
    }`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "none\n", stderr: "" });
  await noneIsLeft(label);
});
