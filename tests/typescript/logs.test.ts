/**
 * Following a log: everything once and in order, in bounded memory however slow the reader, and an end for every way
 * of stopping.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { DaytonaNotFoundError, type Process, type Sandbox } from "@daytonaio/sdk";
import { rejection, sandboxFor, script, until } from "./support";

/** Runs a command in the background of a new session. */
async function start(sandbox: Sandbox, command: string): Promise<[Process, string]> {
  const { process } = sandbox;
  await process.createSession("logs");
  const { cmdId } = await process.executeSessionCommand("logs", { command, async: true });
  return [process, cmdId];
}

async function startFor(t: TestContext, command: string): Promise<[Process, string]> {
  return start(await sandboxFor(t), command);
}

const STEPS = "for i in 1 2 3; do echo step $i; done";

test("a callback gets all a command writes, and the promise settles at its end", async (t) => {
  const [process, cmdId] = await startFor(t, STEPS);
  let text = "";
  const done = await process.getSessionCommandLogs("logs", cmdId, (chunk) => {
    text += chunk;
  });
  assert.equal(done, undefined);
  assert.equal(text, "step 1\nstep 2\nstep 3\n");
});

test("output arrives while the command runs", async (t) => {
  const [process, cmdId] = await startFor(
    t,
    "echo first; until [ -e /tmp/go ]; do sleep 0.01; done; echo last",
  );
  let text = "";
  await process.getSessionCommandLogs("logs", cmdId, async (chunk) => {
    text += chunk;
    // The command ends only after this was seen: calling the client from a callback is fine.
    if (text === "first\n") await process.executeCommand("touch /tmp/go");
  });
  assert.equal(text, "first\nlast\n");
});

test("two callbacks get a stream each", async (t) => {
  const [process, cmdId] = await startFor(t, "echo out; echo err >&2; echo out again");
  const seen = { out: "", err: "" };
  await process.getSessionCommandLogs(
    "logs",
    cmdId,
    (chunk) => {
      seen.out += chunk;
    },
    (chunk) => {
      seen.err += chunk;
    },
  );
  assert.deepEqual(seen, { out: "out\nout again\n", err: "err\n" });
});

test("for await gives text and source", async (t) => {
  const [process, cmdId] = await startFor(t, "echo out; echo err >&2");
  const seen = { stdout: "", stderr: "" };
  for await (const { source, text } of process.streamSessionCommandLogs("logs", cmdId)) {
    seen[source] += text;
  }
  assert.deepEqual(seen, { stdout: "out\n", stderr: "err\n" });
});

test("a log can be followed again, from its beginning, and by several at once", async (t) => {
  const [process, cmdId] = await startFor(t, STEPS);
  const follow = async () => {
    let text = "";
    for await (const chunk of process.streamSessionCommandLogs("logs", cmdId)) text += chunk.text;
    return text;
  };
  const all = await Promise.all([follow(), follow(), follow()]);
  assert.deepEqual(new Set([...all, await follow()]), new Set(["step 1\nstep 2\nstep 3\n"]));
});

test("a command without output ends its stream", async (t) => {
  const [process, cmdId] = await startFor(t, "true");
  const chunks: string[] = [];
  await process.getSessionCommandLogs("logs", cmdId, (chunk) => {
    chunks.push(chunk);
  });
  assert.deepEqual(chunks, []);
});

test("no character is split, and invalid bytes become U+FFFD", async (t) => {
  // A crab in four writes; then a byte that begins no character, and the beginning of one without its end.
  const code = String.raw`printf '\360'; sleep 0.05; printf '\237'; sleep 0.05; printf '\246\200\n'; printf 'a\377b\360\237\n'`;
  const [process, cmdId] = await startFor(t, code);
  const chunks: string[] = [];
  await process.getSessionCommandLogs("logs", cmdId, (chunk) => {
    chunks.push(chunk);
  });
  const text = chunks.join("");
  assert.ok(text.startsWith("🦀\na\uFFFDb\uFFFD"), JSON.stringify(text));
  // Half a character could not be encoded.
  for (const chunk of chunks) assert.doesNotThrow(() => encodeURIComponent(chunk), JSON.stringify(chunk));
});

test("what marks the streams on the wire is no text, and text that looks like it stays", async (t) => {
  const [process, cmdId] = await startFor(t, String.raw`printf 'a\000b\n'; printf '\001x\002y\n'`);
  let text = "";
  await process.getSessionCommandLogs("logs", cmdId, (chunk) => {
    text += chunk;
  });
  assert.equal(text, "a\0b\n\x01x\x02y\n");
});

test("a callback that throws ends the stream with what it threw", async (t) => {
  const [process, cmdId] = await startFor(t, "while :; do echo more; sleep 0.01; done");
  const reason = new Error("seen enough");
  let calls = 0;
  const throws = () => {
    calls += 1;
    throw reason;
  };
  assert.equal(await rejection(process.getSessionCommandLogs("logs", cmdId, throws)), reason);
  const rejects = async () => {
    calls += 1;
    throw reason;
  };
  assert.equal(await rejection(process.getSessionCommandLogs("logs", cmdId, rejects)), reason);
  assert.equal(calls, 2);
  assert.equal((await process.getSessionCommand("logs", cmdId)).exitCode, undefined);
});

test("leaving the loop ends the stream; the command goes on", async (t) => {
  const [process, cmdId] = await startFor(t, "while :; do echo more; sleep 0.01; done");
  for await (const { text } of process.streamSessionCommandLogs("logs", cmdId)) {
    assert.match(text, /more/);
    break;
  }
  assert.equal((await process.getSessionCommand("logs", cmdId)).exitCode, undefined);
});

test("return() ends a read that waits for a silent command", async (t) => {
  const [process, cmdId] = await startFor(t, "echo once; sleep 600");
  const stream = process.streamSessionCommandLogs("logs", cmdId);
  const chunks = stream[Symbol.asyncIterator]();
  assert.equal((await chunks.next()).value.text, "once\n");
  const pending = chunks.next();
  await chunks.return?.();
  assert.deepEqual(await pending, { done: true, value: undefined });
  assert.deepEqual(await chunks.next(), { done: true, value: undefined });
});

test("next() may be called ahead: nothing is lost, and the order stays", async (t) => {
  const [process, cmdId] = await startFor(t, "for i in $(seq 2000); do echo line $i; done");
  const chunks = process.streamSessionCommandLogs("logs", cmdId)[Symbol.asyncIterator]();
  let text = "";
  for (let done = false; !done; ) {
    const results = await Promise.all(Array.from({ length: 5 }, () => chunks.next()));
    for (const result of results) {
      if (result.done) done = true;
      else text += result.value.text;
    }
  }
  assert.equal(text, Array.from({ length: 2000 }, (_, index) => `line ${index + 1}\n`).join(""));
});

test("a signal ends a stream that waits, with its reason", async (t) => {
  const [process, cmdId] = await startFor(t, "echo once; sleep 600");
  const controller = new AbortController();
  const options = { signal: controller.signal };
  const error = await rejection(
    process.getSessionCommandLogs("logs", cmdId, () => controller.abort("enough"), options),
  );
  assert.equal(error, "enough");
  const late = AbortSignal.timeout(50);
  const timedOut = await rejection(
    process.getSessionCommandLogs("logs", cmdId, () => undefined, { signal: late }),
  );
  assert.equal(timedOut, late.reason);
});

test("a stream of a command that does not exist says so", async (t) => {
  const [process] = await startFor(t, "true");
  for (const [session, command] of [
    ["logs", "no-such-command"],
    ["no-such-session", "x"],
  ] as const) {
    const error = await rejection(process.getSessionCommandLogs(session, command, () => undefined));
    assert.ok(error instanceof DaytonaNotFoundError, inspect(error));
  }
});

test("deleting the session ends the stream", async (t) => {
  const [process, cmdId] = await startFor(t, "echo once; sleep 600");
  let text = "";
  const following = process.getSessionCommandLogs("logs", cmdId, async (chunk) => {
    text += chunk;
    await process.deleteSession("logs");
  });
  // Whether it ends well or with an error is the server's choice; that it ends is ours.
  await following.catch(() => undefined);
  assert.equal(text, "once\n");
});

test("a million lines pass a slow callback in bounded memory, each once and in order", async (t) => {
  // 107 MB of lines. The first call of the callback holds until the command has ended, so that from then on all of
  // it could be read ahead, and later ones pause now and then, in which some 10 MB could be; what is allowed to grow
  // is less.
  const padding = "x".repeat(100);
  const source = `
    import { Daytona } from "@daytonaio/sdk";
    const daytona = new Daytona();
    const sandbox = await daytona.create();
    try {
      const { process: shell } = sandbox;
      await shell.createSession("flood");
      const command = "seq 1000000 | sed 's/$/ ${padding}/'";
      const { cmdId } = await shell.executeSessionCommand("flood", { command, async: true });
      let [next, rest, peak, pause, pauses] = [1, "", 0, 20000, 0];
      const base = process.memoryUsage.rss();
      const slow = async () => {
        while ((await shell.getSessionCommand("flood", cmdId)).exitCode === undefined);
      };
      await shell.getSessionCommandLogs("flood", cmdId, async (chunk) => {
        if (next === 1) await slow();
        const lines = (rest + chunk).split("\\n");
        rest = lines.pop();
        for (const line of lines) {
          if (line !== next + " ${padding}") throw new Error(line + " came where " + next + " was expected");
          next += 1;
        }
        if (next > pause) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          [pause, pauses] = [pause + 20000, pauses + 1];
        }
        peak = Math.max(peak, process.memoryUsage.rss() - base);
      });
      console.log(next - 1, JSON.stringify(rest), pauses, peak < 80 * 2 ** 20 ? "bounded" : peak);
    } finally {
      await daytona.remove(sandbox);
    }`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: '1000000 "" 50 bounded\n', stderr: "" });
});

test("a reader that pauses in 64 MiB loses nothing, and holds nobody up", async (t) => {
  // 64 MiB: far more than all that is kept on the way.
  const size = 64 * 2 ** 20;
  const [process, cmdId] = await startFor(t, `head -c ${size} /dev/zero | tr '\\0' 'x'; echo; echo end`);
  let length = 0;
  let last = "";
  for await (const { text } of process.streamSessionCommandLogs("logs", cmdId)) {
    if (length === 0) {
      // While nobody reads, another call of the same client is answered.
      assert.equal((await process.executeCommand("echo on")).result, "on\n");
    }
    length += text.length;
    last = (last + text).slice(-5);
  }
  assert.equal(length, size + "\nend\n".length);
  assert.equal(last, "\nend\n");
});

const HEAD = `
  import { Daytona } from "@daytonaio/sdk";
  const daytona = new Daytona();
  const sandbox = await daytona.create();
  const { process: shell } = sandbox;
  await shell.createSession("logs");
  const command = "while :; do echo tick; sleep 0.05; done";
  const { cmdId } = await shell.executeSessionCommand("logs", { command, async: true });`;

test("a stream nobody reads on keeps no process", async (t) => {
  const source = `${HEAD}
    const chunks = shell.streamSessionCommandLogs("logs", cmdId)[Symbol.asyncIterator]();
    console.log((await chunks.next()).value.source);
    await daytona.remove(sandbox);`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "stdout\n", stderr: "" });
});

test("process.exit in the middle of a stream exits with its code", async (t) => {
  const source = `${HEAD}
    shell.getSessionCommandLogs("logs", cmdId, () => {}).catch(() => {});
    await shell.getSessionCommandLogs("logs", cmdId, async () => {
      await daytona.remove(sandbox);
      process.exit(5);
    });`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 5, stdout: "", stderr: "" });
});

test("removing the sandbox ends its streams, and with them the process", async (t) => {
  const source = `${HEAD}
    const following = shell.getSessionCommandLogs("logs", cmdId, () => {}).then(() => "ended", () => "ended");
    await shell.getSession("logs");
    await daytona.remove(sandbox);
    console.log(await following);`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "ended\n", stderr: "" });
});

test("a worker terminated in the middle of a stream takes nobody with it", async (t) => {
  const source = `
    import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
    import { once } from "node:events";
    import { Daytona } from "@daytonaio/sdk";
    if (isMainThread) {
      const daytona = new Daytona();
      const sandbox = await daytona.create();
      await sandbox.process.createSession("logs");
      const command = "while :; do echo tick; sleep 0.01; done";
      const { cmdId } = await sandbox.process.executeSessionCommand("logs", { command, async: true });
      for (let round = 0; round < 5; round += 1) {
        const worker = new Worker(new URL(import.meta.url), { workerData: [sandbox.id, cmdId] });
        await once(worker, "message");
        await worker.terminate();
      }
      let text = "";
      for await (const chunk of sandbox.process.streamSessionCommandLogs("logs", cmdId)) {
        text += chunk.text;
        if (text.includes("tick")) break;
      }
      await daytona.remove(sandbox);
      console.log("alive");
    } else {
      const [id, cmdId] = workerData;
      const sandbox = await new Daytona().get(id);
      await sandbox.process.getSessionCommandLogs("logs", cmdId, () => parentPort.postMessage("tick"));
    }`;
  const done = await script(t, "mjs", source);
  assert.deepEqual(done, { code: 0, stdout: "alive\n", stderr: "" });
});

test("the stream of a sandbox that is stopped ends", async (t) => {
  const sandbox = await sandboxFor(t);
  const [process, cmdId] = await start(sandbox, "while :; do echo tick; sleep 0.05; done");
  let ticks = 0;
  const following = process
    .getSessionCommandLogs("logs", cmdId, () => {
      ticks += 1;
    })
    .catch((error: unknown) => error);
  await until("it is followed", () => ticks > 0);
  await sandbox.stop();
  await following;
});
