/**
 * Commands and code: streams, exit codes, arguments, environment, every language.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ExecuteResponse, ProcessExecutionError } from "@daytonaio/sdk";
import { sandboxFor } from "./support";

test("a shell command has pipes, variables, quotes and &&", async (t) => {
  const { process } = await sandboxFor(t);
  const response = await process.executeCommand(`A='a b'; echo "$A" | tr a-z A-Z && echo "it's"`);
  assert.equal(response.result, "A B\nit's\n");
  assert.equal(response.exitCode, 0);
});

test("the folder and the environment are those given", async (t) => {
  const { process } = await sandboxFor(t);
  const response = await process.executeCommand("pwd; echo $CUSTOM_SECRET", "/tmp", {
    CUSTOM_SECRET: "DAYTONA",
  });
  assert.equal(response.result, "/tmp\nDAYTONA\n");
});

test("standard output and standard error are apart, and together in order", async (t) => {
  const { process } = await sandboxFor(t);
  const response = await process.executeCommand("echo one; echo two >&2; echo three; exit 3");
  assert.ok(response instanceof ExecuteResponse);
  assert.equal(response.exitCode, 3);
  assert.equal(response.stdout, "one\nthree\n");
  assert.equal(response.stderr, "two\n");
  assert.deepEqual(response.result.split("\n").sort(), ["", "one", "three", "two"]);
  assert.deepEqual(response.artifacts, { stdout: "one\nthree\n", charts: [] });
});

test("check() makes a non-zero exit an error, and passes a zero one on", async (t) => {
  const { process } = await sandboxFor(t);
  const good = await process.executeCommand("true");
  assert.equal(good.check(), good);
  const bad = await process.executeCommand("echo why >&2; exit 4");
  assert.throws(
    () => bad.check(),
    (error) => {
      assert.ok(error instanceof ProcessExecutionError);
      assert.equal(error.exitCode, 4);
      assert.equal(error.stderr, "why\n");
      return true;
    },
  );
});

const HELLO: Record<string, string> = {
  python: "import os, sys\nprint('Hello, ' + sys.argv[1] + os.environ['MARK'])",
  javascript: "console.log('Hello, ' + process.argv[2] + process.env.MARK)",
  typescript: "const name: string = process.argv[2]!; console.log('Hello, ' + name + process.env.MARK)",
};

for (const [language, code] of Object.entries(HELLO)) {
  test(`codeRun in ${language} takes arguments and environment`, async (t) => {
    const { process } = await sandboxFor(t, { language });
    const response = await process.codeRun(code, { argv: ['it\'s "me"'], env: { MARK: "!" } });
    assert.equal(response.result, 'Hello, it\'s "me"!\n', response.stderr);
    assert.equal(response.exitCode, 0);
  });
}

test("a sandbox without a language runs Python", async (t) => {
  const { process } = await sandboxFor(t);
  assert.equal((await process.codeRun("print(6 * 7)")).result, "42\n");
});

test("text of any script survives both ways", async (t) => {
  const { process } = await sandboxFor(t);
  const text = "größe 東京 🦀";
  assert.equal((await process.executeCommand(`cat <<'END'\n${text}\nEND`)).result, `${text}\n`);
  assert.equal(
    (await process.codeRun("import sys; print(sys.argv[1])", { argv: [text] })).result,
    `${text}\n`,
  );
});

test("calls run at the same time", async (t) => {
  const { process } = await sandboxFor(t);
  // Each waits for the other's file: one after the other they would never end.
  const meet = (mine: string, other: string) =>
    process.executeCommand(
      `touch /tmp/${mine}; until [ -e /tmp/${other} ]; do sleep 0.01; done`,
      "/",
      {},
      30,
    );
  const [one, two] = await Promise.all([meet("one", "two"), meet("two", "one")]);
  assert.deepEqual([one.exitCode, two.exitCode], [0, 0]);
});
