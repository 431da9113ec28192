/**
 * Bad input: each gives a typed error that says what and what to do, or the documented result. Nothing hangs.
 * ("No key" is in config.test.ts, where the environment is empty.)
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  Daytona,
  DaytonaAuthenticationError,
  DaytonaConnectionError,
  DaytonaNotFoundError,
  DaytonaValidationError,
  ProcessExecutionError,
} from "@daytonaio/sdk";
import { ENVIRONMENT, fromRunner, rejection, sandboxFor, script, until } from "./support";

test("a wrong key", async () => {
  const local = new Daytona();
  await local.list();
  const { url } = JSON.parse(readFileSync(join(fromRunner("DAYTONA_DATA_DIR"), "server.json"), "utf8"));
  const error = await rejection(new Daytona({ apiKey: "wrong-key", apiUrl: url }).list());
  assert.ok(error instanceof DaytonaAuthenticationError, inspect(error));
  assert.equal(error.status, 401);
  assert.match(error.message, /^Failed to list sandboxes: /);
  assert.match(error.message, /api_key|DAYTONA_API_KEY/);
  assert.ok(!inspect(error).includes("wrong-key"));
});

test("an unreachable URL", async () => {
  // A port that was free a moment ago, and that nobody listens on.
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
  const error = await rejection(
    new Daytona({ apiKey: "key", apiUrl: `http://127.0.0.1:${port}/api` }).create(),
  );
  assert.ok(error instanceof DaytonaConnectionError, inspect(error));
  assert.match(error.message, new RegExp(`^Failed to create .*127\\.0\\.0\\.1:${port}`, "s"));
});

test("an unknown sandbox", async () => {
  const error = await rejection(new Daytona().get("no-such-sandbox"));
  assert.ok(error instanceof DaytonaNotFoundError, inspect(error));
  assert.match(error.message, /^Failed to get sandbox.*no-such-sandbox/s);
});

test("an unknown language", async () => {
  const error = await rejection(new Daytona().create({ language: "cobol" }));
  assert.ok(error instanceof DaytonaValidationError, inspect(error));
  assert.match(error.message, /cobol.*python.*typescript.*javascript|cobol.*python.*javascript.*typescript/s);
});

test("a negative timeout, and one that is no number", async (t) => {
  const daytona = new Daytona();
  const sandbox = await sandboxFor(t);
  for (const wrong of [-1, -0.5, Number.NaN, Number.NEGATIVE_INFINITY, "5" as unknown as number]) {
    for (const call of [
      () => daytona.create({}, wrong),
      () => sandbox.start(wrong),
      () => sandbox.stop(wrong),
      () => sandbox.process.executeCommand("true", undefined, undefined, wrong),
      () => sandbox.process.codeRun("1", undefined, wrong),
      () => daytona.remove(sandbox, wrong),
    ]) {
      const error = await rejection(call());
      assert.ok(error instanceof DaytonaValidationError, inspect(error));
    }
  }
});

test("arguments of a wrong type are refused by name", async (t) => {
  const sandbox = await sandboxFor(t);
  const daytona = new Daytona();
  // biome-ignore lint/suspicious/noExplicitAny: the point is to pass what the types forbid
  const any = (value: unknown) => value as any;
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => daytona.create(any({ lang: "python" })), /unknown field `lang`, expected one of `language`/],
    [
      () => daytona.create(any({ envVars: { A: 1 } })),
      /envVars\.A: invalid type: integer `1`, expected a string/,
    ],
    [() => daytona.create(any({ resources: { cpu: 1.5 } })), /resources\.cpu: invalid type: floating point/],
    [() => daytona.create({ resources: { memory: -1 } }), /resources\.memory: invalid value: integer `-1`/],
    [() => daytona.get(any(undefined)), /invalid type: null, expected a string|expected a string/],
    [() => daytona.list(any({ a: 1 })), /a: invalid type/],
    [() => sandbox.process.executeCommand(any(["ls"])), /invalid type: sequence, expected a string/],
    [
      () => sandbox.process.codeRun("1", any({ argv: "x" })),
      /argv: invalid type: string, expected a sequence/,
    ],
    [() => sandbox.setAutostopInterval(1.5), /invalid type: floating point `1.5`/],
    [() => sandbox.setAutostopInterval(-1), /auto.?stop/i],
    [() => sandbox.setLabels(any(null)), /expected a map/],
  ];
  for (const [call, message] of cases) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
    assert.match(error.message, message);
  }
});

test("a path that does not exist, or is no file", async (t) => {
  const { fs } = await sandboxFor(t);
  for (const path of ["/no/such/file", "/proc", "", "a\0b"]) {
    for (const read of [() => fs.downloadFile(path), () => fs.downloadFileStream(path)]) {
      const error = await rejection(read());
      assert.ok(
        error instanceof DaytonaNotFoundError || error instanceof DaytonaValidationError,
        inspect(error),
      );
      assert.match(error.message, /download/);
    }
  }
  const error = await rejection(fs.uploadFiles([{ destination: "x", source: "/no-such-local-file" }]));
  assert.ok(error instanceof DaytonaValidationError, inspect(error));
  assert.match(error.message, /no-such-local-file/);
});

test("a folder to run in that does not exist", async (t) => {
  const sandbox = await sandboxFor(t);
  const response = await sandbox.process.executeCommand("true", "/no/such/folder");
  assert.notEqual(response.exitCode, 0);
  assert.match(response.result, /\/no\/such\/folder/);
  assert.throws(() => response.check(), ProcessExecutionError);
});

test("code that fails is a result", async (t) => {
  const sandbox = await sandboxFor(t, { language: "python" });
  const failed = await sandbox.process.codeRun("print('before', flush=True)\nraise ValueError('why')");
  assert.equal(failed.exitCode, 1);
  assert.equal(failed.stdout, "before\n");
  assert.match(failed.stderr, /ValueError: why/);
  assert.match(failed.result, /before.*ValueError: why/s);
  const broken = await sandbox.process.codeRun("def broken(");
  assert.notEqual(broken.exitCode, 0);
  assert.match(broken.result, /SyntaxError/);
});

test("code that never ends is stopped at its timeout, with its children", async (t) => {
  const sandbox = await sandboxFor(t, { language: "python" });
  const endless = "import subprocess, time\nsubprocess.Popen(['sleep', '4242'])\nwhile True: time.sleep(1)";
  const error = await rejection(sandbox.process.codeRun(endless, undefined, 1));
  assert.ok(error instanceof ProcessExecutionError, inspect(error));
  assert.equal(error.code, "PROCESS_EXECUTION");
  assert.match(error.message, /^Failed to run code in sandbox .* not finished after 1 s/);
  await until("the children are gone", async () => {
    const left = await sandbox.process.executeCommand(
      "grep -lsa 4242 /proc/[0-9]*/cmdline | grep -v /self/ | wc -l",
    );
    // grep's own command line holds the number too, and so does its shell's.
    return Number(left.result) <= 2;
  });
});

test("code that prints 100 MB gives 100 MB", async (t) => {
  const sandbox = await sandboxFor(t, { language: "python" });
  const size = 100_000_000;
  const response = await sandbox.process.codeRun(`import sys; sys.stdout.write("x" * ${size})`);
  assert.equal(response.exitCode, 0);
  assert.equal(response.stdout.length, size);
  assert.equal(response.result.length, size);
});

test("binary output is read as text without a failure", async (t) => {
  const sandbox = await sandboxFor(t);
  const response = await sandbox.process.executeCommand("printf 'a\\377\\000b'");
  assert.equal(response.exitCode, 0);
  assert.equal(response.stdout, "a\uFFFD\0b");
});

test("a server killed mid-call", async (t) => {
  // A server of its own: the others go on with theirs.
  const data = mkdtempSync(join(tmpdir(), "dtn-k-"));
  const env = { ...process.env, DAYTONA_DATA_DIR: data };
  t.after(() => {
    const daytona = join(ENVIRONMENT, "node_modules", "@daytonaio", "sdk", "bindings-node", "bin", "daytona");
    spawnSync(daytona, ["stop", "--all"], { env });
    rmSync(data, { recursive: true, force: true });
  });
  const source = `
    import { Daytona } from "@daytonaio/sdk";
    import { readFileSync } from "node:fs";
    const daytona = new Daytona();
    const sandbox = await daytona.create();
    const running = sandbox.process.executeCommand("touch /tmp/started; sleep 600");
    const lost = running.catch((error) => [error.name, error.code, error.message]);
    while ((await sandbox.process.executeCommand("test -e /tmp/started")).exitCode !== 0);
    process.kill(JSON.parse(readFileSync(${JSON.stringify(join(data, "server.json"))}, "utf8")).pid, "SIGKILL");
    console.log(JSON.stringify(await lost));`;
  const done = await script(t, "mjs", source, { env });
  assert.equal(done.code, 0, done.stderr);
  const [name, code, message] = JSON.parse(done.stdout);
  assert.deepEqual([name, code], ["DaytonaConnectionError", "CONNECTION"]);
  assert.match(message, /^Failed to execute the command in sandbox/);
});
