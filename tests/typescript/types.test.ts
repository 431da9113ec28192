/**
 * The declarations, as the compiler of a user sees them: what must compile does, what must not does not.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ENVIRONMENT, fromRunner, node } from "./support";

const ROOT = fromRunner("DAYTONA_TEST_ROOT");

/** Compiles one file of types/ under another extension, strictly and with the package's own declarations checked. */
async function compile(
  t: TestContext,
  name: string,
  extension: "mts" | "cts",
  edit = (text: string) => text,
) {
  const folder = join(ENVIRONMENT, `types-${name}-${extension}-${process.hrtime.bigint()}`);
  mkdirSync(folder);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(ENVIRONMENT, "tests", "types", `${name}.ts`);
  const copy = join(folder, `${name}.${extension}`);
  copyFileSync(source, copy);
  writeFileSync(copy, edit(readFileSync(copy, "utf8")));
  const config = {
    compilerOptions: {
      target: "es2022",
      module: "node16",
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules", "@types")],
    },
    files: [copy],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return node([join(ROOT, "node_modules", "typescript", "bin", "tsc"), "--project", folder]);
}

for (const extension of ["mts", "cts"] as const) {
  test(`what users write compiles (.${extension})`, async (t) => {
    const done = await compile(t, "must-compile", extension);
    assert.equal(done.code, 0, done.stdout);
  });

  test(`what is wrong does not compile (.${extension})`, async (t) => {
    const done = await compile(t, "must-not-compile", extension);
    assert.equal(done.code, 0, done.stdout);
  });
}

test("the marks in must-not-compile.ts are what makes it compile", async (t) => {
  let marks = 0;
  const done = await compile(t, "must-not-compile", "mts", (text) =>
    text.replaceAll("// @ts-expect-error", () => {
      marks += 1;
      return "//";
    }),
  );
  assert.ok(marks > 10);
  assert.equal(done.stdout.match(/error TS/g)?.length, marks, done.stdout);
});
