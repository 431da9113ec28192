// Commands, code and sessions.
import assert from "node:assert/strict";
import { DaytonaConflictError, DaytonaNotFoundError, DaytonaTimeoutError } from "@daytonaio/sdk";
import * as facts from "../facts.mjs";

export async function execute(_daytona, sandbox) {
  const run = async (...args) => (await sandbox.process.executeCommand(...args)).result;
  assert.equal(await run("echo 'one two' | tr a-z A-Z"), "ONE TWO\n");
  assert.equal(await run("pwd", "/tmp"), "/tmp\n");
  assert.equal(await run('echo "$WORD"', undefined, { WORD: "it's" }), "it's\n");
}

export async function exit_codes(_daytona, sandbox) {
  assert.equal((await sandbox.process.executeCommand("exit 7")).exitCode, 7);
  assert.equal((await sandbox.process.executeCommand("true")).exitCode, 0);
  const missing = await sandbox.process.executeCommand("no-such-program");
  assert.equal(missing.exitCode, 127);
  assert.match(missing.result, /not found/);
  assert.equal((await sandbox.process.codeRun("raise SystemExit(3)")).exitCode, 3);
}

export async function exec_timeout(_daytona, sandbox) {
  const late = sandbox.process.executeCommand("sleep 600", undefined, undefined, 1);
  await assert.rejects(late, facts.fails(DaytonaTimeoutError, /timeout/));
}

export async function code_run_python(_daytona, sandbox) {
  const code = "import os, sys\nprint(os.environ['WORD'], sys.argv[1:], 'ü')";
  const answer = await sandbox.process.codeRun(code, { argv: ["a", "b"], env: { WORD: "w" } });
  assert.equal(answer.result, "w ['a', 'b'] ü\n");
  const failed = await sandbox.process.codeRun("1 / 0");
  assert.equal(failed.exitCode, 1);
  assert.match(failed.result, /ZeroDivisionError/);
}

const runs = (language, code, output) => async (daytona) => {
  const sandbox = await daytona.create({ language });
  try {
    assert.equal((await sandbox.process.codeRun(code)).result, output);
  } finally {
    await daytona.delete(sandbox);
  }
};
export const code_run_javascript = runs("javascript", "console.log([1, 2].map(n => n * 2).join())", "2,4\n");
export const code_run_typescript = runs("typescript", facts.TYPESCRIPT, "42\n");

export async function code_run_chart(_daytona, sandbox) {
  const answer = await sandbox.process.codeRun(facts.CHART);
  assert.equal(answer.exitCode, 0, answer.result);
  const [chart, ...others] = answer.artifacts.charts;
  assert.deepEqual([chart.type, chart.title, others.length], ["line", "A title", 0]);
  assert.deepEqual(
    [chart.elements[0].label, chart.elements[0].points],
    [
      "a line",
      [
        [1, 3],
        [2, 5],
      ],
    ],
  );
}

export async function session_life(_daytona, { process }) {
  await process.createSession("work");
  await assert.rejects(process.createSession("work"), facts.fails(DaytonaConflictError, /already exists/));
  assert.equal((await process.getSession("work")).sessionId, "work");
  assert.deepEqual(
    (await process.listSessions()).map((session) => session.sessionId),
    ["work"],
  );
  await process.deleteSession("work");
  assert.deepEqual(await process.listSessions(), []);
  await assert.rejects(process.getSession("work"), facts.fails(DaytonaNotFoundError, /not found/));
}

export async function session_state(_daytona, { process }) {
  await process.createSession("work");
  const run = (command) => process.executeSessionCommand("work", { command });
  await run("cd /tmp; export WORD=kept");
  const answer = await run('echo "$PWD $WORD"; echo other >&2');
  assert.deepEqual([answer.stdout, answer.stderr, answer.exitCode], ["/tmp kept\n", "other\n", 0]);
  assert.equal((await run("(exit 5)")).exitCode, 5);
  assert.equal((await process.getSession("work")).commands[2].command, "(exit 5)");
}

const ended = (process, id) => async () =>
  (await process.getSessionCommand("work", id)).exitCode !== undefined;

export async function session_async(_daytona, { process }) {
  await process.createSession("work");
  const command = "echo out; echo err >&2; (exit 4)";
  const { cmdId } = await process.executeSessionCommand("work", { command, runAsync: true });
  await facts.until(ended(process, cmdId), "the command ends");
  assert.equal((await process.getSessionCommand("work", cmdId)).exitCode, 4);
  const logs = await process.getSessionCommandLogs("work", cmdId);
  assert.deepEqual([logs.stdout, logs.stderr], ["out\n", "err\n"]);
}

export async function session_follow(_daytona, { fs, process }) {
  await process.createSession("work");
  const command = `${facts.GATED}; echo problem >&2`;
  const { cmdId } = await process.executeSessionCommand("work", { command, runAsync: true });
  let [output, errors, opened] = ["", "", undefined];
  const onStdout = (chunk) => {
    // It came while the command runs: only now may the command go on.
    if (chunk) opened ??= fs.uploadFile(Buffer.alloc(0), "gate");
    output += chunk;
  };
  await process.getSessionCommandLogs("work", cmdId, onStdout, (chunk) => {
    errors += chunk;
  });
  await opened;
  assert.deepEqual([output, errors], [facts.GATED_OUTPUT, "problem\n"]);
  assert.equal((await process.getSessionCommand("work", cmdId)).exitCode, 0);
}

export async function session_input(_daytona, { process }) {
  await process.createSession("work");
  const command = "read line; echo got $line";
  const request = { command, runAsync: true, suppressInputEcho: true };
  const { cmdId } = await process.executeSessionCommand("work", request);
  await process.sendSessionCommandInput("work", cmdId, "something");
  await facts.until(ended(process, cmdId), "the command ends");
  assert.equal((await process.getSessionCommandLogs("work", cmdId)).stdout, "got something\n");
}
