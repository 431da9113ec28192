/**
 * The first thing a user runs, as an ES module, as CommonJS and as each of the examples.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ENVIRONMENT, fromRunner, node, script } from "./support";

const FLOW = `
async function main() {
  const daytona = new Daytona();
  const sandbox = await daytona.create({ language: "python" });
  const response = await sandbox.process.codeRun('print("Sum of 3 and 4 is " + str(3 + 4))');
  console.log(response.result);
  await daytona.remove(sandbox);
}
main();
`;

test("an ES module", async (t) => {
  const done = await script(t, "mjs", `import { Daytona } from "@daytonaio/sdk";${FLOW}`);
  assert.deepEqual(done, { code: 0, stdout: "Sum of 3 and 4 is 7\n\n", stderr: "" });
});

test("CommonJS", async (t) => {
  const done = await script(t, "cjs", `const { Daytona } = require("@daytonaio/sdk");${FLOW}`);
  assert.deepEqual(done, { code: 0, stdout: "Sum of 3 and 4 is 7\n\n", stderr: "" });
});

test("both kinds of import give the same classes", async (t) => {
  const source = `
    import { createRequire } from "node:module";
    import * as imported from "@daytonaio/sdk";
    const required = createRequire(import.meta.url)("@daytonaio/sdk");
    const differ = Object.keys(required).filter((name) => imported[name] !== required[name]);
    console.log(JSON.stringify([differ, Object.keys(imported).sort().join() === Object.keys(required).sort().join()]));
    try { new required.Daytona({ apiKey: 5 }); }
    catch (error) { console.log(error instanceof imported.DaytonaError); }`;
  const done = await script(t, "mjs", source);
  assert.equal(done.stdout, "[[],true]\ntrue\n", done.stderr);
});

const EXPECTED: Record<string, RegExp[]> = {
  "quickstart.ts": [/^Sum of 3 and 4 is 7$/m, /^create: [\d.]+ ms, run: [\d.]+ ms$/m],
  "exec.ts": [
    /^shell: HELLO, DAYTONA!$/m,
    /^code: Hello from TypeScript$/m,
    /^failing: 3 \["out\\n","err\\n"\]$/m,
    /^too long: Failed to /m,
  ],
  "files.ts": [/^hello.txt: Hello, World!$/m, /^sum: 7$/m, /^large.bin: the same both ways$/m],
  "git_repository.ts": [
    /^on feature\/hello: hello.txt$/m,
    /^pushed: 40 true$/m,
    /^Ann: feat: say hello\nAnn: start$/m,
  ],
  "logs.ts": [
    /^0 test in \/tmp$/m,
    /^stdout: step 1\n(stdout: step 2\n)/m,
    /^stderr: finished$/m,
    /^again: step 1$/m,
    /^hello world$/m,
  ],
  "preview.ts": [/^url: http/m, /^with the token: 200 Hello from the sandbox$/m, /^without it: closed$/m],
  "lifecycle.ts": [
    /^found by label: true$/m,
    /^stage: review$/m,
    /^state: stopped\nstate: started file: still here$/m,
    /^labels: yes memory: 1$/m,
    /^removed$/m,
  ],
  "lsp.ts": [/^symbols: .*greet/m, /^completions: true$/m],
  "charts.ts": [
    /^Growth: squares 1,1 2,4 3,9\na picture: true$/m,
    /^Fruit: apples 3, pears 4\na picture: true$/m,
  ],
  "images.ts": [
    /^no registry\.example\/team\/data-science:2\.1 \(\w+\): /m,
    /^image: host$/m,
    /^runs on: \w/m,
    /^python: 3\./m,
  ],
  "agent.ts": [/^turn 1: exit code 1, NameError/m, /^turn 2: exit code 0, 2568$/m, /^answer: 2568$/m],
  "errors.ts": [
    /^not found: 404 Failed to /m,
    /^by code: NOT_FOUND$/m,
    /^failed code: 1 ValueError: no$/m,
    /^aborted: TimeoutError$/m,
  ],
};

test("every example has its expectations", () => {
  assert.deepEqual(readdirSync(join(ENVIRONMENT, "examples")).sort(), Object.keys(EXPECTED).sort());
});

for (const [name, lines] of Object.entries(EXPECTED)) {
  test(`examples/typescript/${name}`, async () => {
    // Without a key, the agent has a scripted model.
    const { ANTHROPIC_API_KEY: _, ...env } = process.env;
    const done = await node(["--import", fromRunner("DAYTONA_TEST_TSX"), join("examples", name)], { env });
    assert.equal(done.code, 0, done.stderr);
    for (const line of lines) {
      assert.match(done.stdout, line);
    }
  });
}

test("the daytona command comes with the package", () => {
  const bin = join(ENVIRONMENT, "node_modules", ".bin", "daytona");
  assert.match(execFileSync(bin, ["--version"], { encoding: "utf8" }), /^daytona 0\.14\.0$/m);
});
