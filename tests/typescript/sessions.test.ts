/**
 * Sessions: state that stays, exit codes, background commands, input, and the ids and commands nobody expects.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import {
  DaytonaConflictError,
  DaytonaError,
  DaytonaNotFoundError,
  DaytonaTimeoutError,
  DaytonaValidationError,
  type Process,
} from "@daytonaio/sdk";
import { rejection, sandboxFor, until } from "./support";

async function sessionFor(t: TestContext, id = "session"): Promise<Process> {
  const { process } = await sandboxFor(t);
  await process.createSession(id);
  return process;
}

test("commands of a session find the folder, the variables and the functions of those before", async (t) => {
  const process = await sessionFor(t);
  await process.executeSessionCommand("session", { command: "cd /tmp; export A=b; greet() { echo hi $1; }" });
  const response = await process.executeSessionCommand("session", { command: "pwd; echo $A; greet you" });
  assert.equal(response.output, "/tmp\nb\nhi you\n");
  assert.equal(response.exitCode, 0);
  assert.equal(typeof response.cmdId, "string");
});

test("standard output and standard error are apart, and together", async (t) => {
  const process = await sessionFor(t);
  const command = "echo out; echo err >&2; false";
  const response = await process.executeSessionCommand("session", { command });
  assert.equal(response.stdout, "out\n");
  assert.equal(response.stderr, "err\n");
  assert.deepEqual(response.output?.split("\n").sort(), ["", "err", "out"]);
  assert.equal(response.exitCode, 1);
});

test("a session has both its names, and its commands", async (t) => {
  const process = await sessionFor(t, "named");
  const { cmdId } = await process.executeSessionCommand("named", {
    command: "exit_with() { return $1; }; exit_with 3",
  });
  const session = await process.getSession("named");
  assert.deepEqual([session.sessionId, session.id], ["named", "named"]);
  assert.deepEqual(
    session.commands.map(({ id, exitCode }) => [id, exitCode]),
    [[cmdId, 3]],
  );
  assert.deepEqual(await process.getSessionCommand("named", cmdId), session.commands[0]);
  const listed = await process.listSessions();
  assert.deepEqual(listed, [session]);
  assert.equal(listed[0]?.id, "named");
});

for (const name of ["async", "runAsync"] as const) {
  test(`a command with ${name} runs on, and ends when it ends`, async (t) => {
    const process = await sessionFor(t);
    const command = "until [ -e /tmp/go ]; do sleep 0.01; done; echo gone";
    const { cmdId, exitCode, output } = await process.executeSessionCommand("session", {
      command,
      [name]: true,
    });
    assert.deepEqual([exitCode, output], [undefined, undefined]);
    const running = await process.getSessionCommand("session", cmdId);
    assert.ok(!("exitCode" in running), inspect(running));
    assert.equal(running.command, command);
    await process.executeCommand("touch /tmp/go");
    await until("the command has ended", async () => {
      return (await process.getSessionCommand("session", cmdId)).exitCode === 0;
    });
    assert.equal(await process.getSessionCommandLogs("session", cmdId), "gone\n");
  });
}

test("input reaches a command that reads it", async (t) => {
  const process = await sessionFor(t);
  const command = 'read -r first; read -r second; echo "[$first] [$second]"';
  const { cmdId } = await process.executeSessionCommand("session", { command, async: true });
  await process.sendSessionCommandInput("session", cmdId, "größe 'x'");
  await process.sendSessionCommandInput("session", cmdId, "two\n");
  await until("the command has ended", async () => {
    return (await process.getSessionCommand("session", cmdId)).exitCode !== undefined;
  });
  assert.match(await process.getSessionCommandLogs("session", cmdId), /\[größe 'x'\] \[two\]\n$/);
  const error = await rejection(process.sendSessionCommandInput("session", cmdId, "late"));
  assert.ok(error instanceof DaytonaError, inspect(error));
});

test("an id that is taken, unknown, deleted", async (t) => {
  const process = await sessionFor(t, "once");
  const taken = await rejection(process.createSession("once"));
  assert.ok(taken instanceof DaytonaConflictError, inspect(taken));
  assert.match(taken.message, /^Failed to create session "once"/);
  await process.deleteSession("once");
  for (const call of [
    () => process.getSession("once"),
    () => process.deleteSession("once"),
    () => process.executeSessionCommand("once", { command: "true" }),
    () => process.getSessionCommand("once", "no-such-command"),
    () => process.getSessionCommandLogs("once", "no-such-command"),
    () => process.sendSessionCommandInput("once", "no-such-command", "x"),
    () => process.getSessionCommandLogs("once", "no-such-command", () => undefined),
  ]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaNotFoundError, inspect(error));
    assert.match(error.message, /once/);
  }
  await process.createSession("once");
  assert.deepEqual((await process.getSession("once")).commands, []);
});

for (const id of ["a/b/../c", "mit Leerzeichen", "日本 🦀", `quote'"\\`, "?x=1#y", "%2e%2e", "-rf"]) {
  test(`a session called ${id}`, async (t) => {
    const process = await sessionFor(t, id);
    const { cmdId, output } = await process.executeSessionCommand(id, { command: "echo here" });
    assert.equal(output, "here\n");
    assert.equal((await process.getSession(id)).sessionId, id);
    assert.equal(await process.getSessionCommandLogs(id, cmdId), "here\n");
    await process.deleteSession(id);
    assert.deepEqual(await process.listSessions(), []);
  });
}

test("ids that are no ids, and commands that are none", async (t) => {
  const process = await sessionFor(t);
  // biome-ignore lint/suspicious/noExplicitAny: the point is to pass what the types forbid
  const any = (value: unknown) => value as any;
  for (const call of [
    () => process.createSession(""),
    () => process.createSession(any(5)),
    () => process.executeSessionCommand("session", { command: "" }),
    () => process.executeSessionCommand("session", { command: " \n" }),
    () => process.executeSessionCommand("session", any("echo")),
    () => process.executeSessionCommand("session", any({ command: "true", asynch: true })),
    () => process.executeSessionCommand("session", any({ command: ["ls"] })),
    () => process.executeSessionCommand("session", { command: "true" }, -1),
    () => process.getSessionCommandLogs("session", any(undefined)),
    () => process.sendSessionCommandInput("session", "x", any(5)),
  ]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
  }
});

test("a heredoc, several lines, quotes", async (t) => {
  const process = await sessionFor(t);
  const command = `cat <<'END'\n$HOME "quoted" it's\nEND\necho 'two\nlines'`;
  const { output } = await process.executeSessionCommand("session", { command });
  assert.equal(output, `$HOME "quoted" it's\ntwo\nlines\n`);
});

test("a command that reads its standard input finds none", async (t) => {
  const process = await sessionFor(t);
  const { output, exitCode } = await process.executeSessionCommand(
    "session",
    { command: "cat; echo end" },
    60,
  );
  assert.deepEqual([output, exitCode], ["end\n", 0]);
});

test("a command that is not done in time, and one that is given up", async (t) => {
  const process = await sessionFor(t);
  const timedOut = await rejection(process.executeSessionCommand("session", { command: "sleep 600" }, 1));
  assert.ok(timedOut instanceof DaytonaTimeoutError || timedOut instanceof DaytonaError, inspect(timedOut));
  await process.createSession("second");
  const controller = new AbortController();
  const { signal } = controller;
  const command = "touch /tmp/running; sleep 600";
  const pending = rejection(process.executeSessionCommand("second", { command }, undefined, { signal }));
  await until("the command runs", async () => {
    return (await process.executeCommand("test -e /tmp/running")).exitCode === 0;
  });
  controller.abort("enough");
  assert.equal(await pending, "enough");
  await process.deleteSession("second");
  assert.equal((await process.executeCommand("echo on")).result, "on\n");
});

test("deleting a session ends what runs in it, also what ignores SIGTERM", async (t) => {
  const process = await sessionFor(t);
  const command = "trap '' TERM; echo $$ > /tmp/pid; while :; do sleep 0.1; done";
  await process.executeSessionCommand("session", {
    command: `bash -c ${JSON.stringify(command.replaceAll("$", "\\$"))}`,
    async: true,
  });
  await until("it runs", async () => (await process.executeCommand("test -s /tmp/pid")).exitCode === 0);
  await process.deleteSession("session");
  await until("it is gone", async () => {
    return (await process.executeCommand("kill -0 $(cat /tmp/pid)")).exitCode !== 0;
  });
});

test("a child that outlives its command does not hold the session", async (t) => {
  const process = await sessionFor(t);
  const command = "sleep 600 >/dev/null 2>&1 </dev/null & echo started";
  const first = await process.executeSessionCommand("session", { command }, 60);
  assert.equal(first.output, "started\n");
  const second = await process.executeSessionCommand("session", { command: "echo next" }, 60);
  assert.equal(second.output, "next\n");
});

test("an aborted call of each kind rejects with the reason, and the session goes on", async (t) => {
  const process = await sessionFor(t);
  const { cmdId } = await process.executeSessionCommand("session", { command: "echo x" });
  const reason = new Error("not today");
  const options = { signal: AbortSignal.abort(reason) };
  for (const call of [
    () => process.createSession("other", options),
    () => process.getSession("session", options),
    () => process.listSessions(options),
    () => process.getSessionCommand("session", cmdId, options),
    () => process.executeSessionCommand("session", { command: "true" }, 5, options),
    () => process.getSessionCommandLogs("session", cmdId, options),
    () => process.getSessionCommandLogs("session", cmdId, () => undefined, options),
    () => process.sendSessionCommandInput("session", cmdId, "x", options),
    () => process.deleteSession("session", options),
  ]) {
    assert.equal(await rejection(call()), reason);
  }
  assert.deepEqual(
    (await process.listSessions()).map(({ id }) => id),
    ["session"],
  );
});
