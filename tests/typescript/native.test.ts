/**
 * The hand-written shape of the native module (bindings-node/ts/native-types.ts) against what the module exports.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { ENVIRONMENT, fromRunner } from "./support";

const require = createRequire(import.meta.url);
const { native } = require(
  join(ENVIRONMENT, "node_modules", "@daytonaio", "sdk", "bindings-node", "dist", "native.js"),
);
const source = readFileSync(
  join(fromRunner("DAYTONA_TEST_ROOT"), "bindings-node", "ts", "native-types.ts"),
  "utf8",
);

/** The members of `interface Native<name>`, as text says them. */
function declared(name: string): string[] {
  const body = source.match(new RegExp(`interface Native${name} \\{\\n(.*?)\\n\\}`, "s"))?.[1];
  assert.ok(body, `ts/native-types.ts has no interface Native${name}`);
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map((match) => match[1] ?? "").sort();
}

const classes = Object.keys(native).filter(
  (name) => native[name].prototype !== undefined && /^[A-Z]/.test(name),
);

test("there are classes to check", () => {
  assert.ok(classes.length >= 8, classes.join());
});

for (const name of classes) {
  test(`${name} is declared as it is exported`, () => {
    const exported = Object.getOwnPropertyNames(native[name].prototype).filter(
      (key) => key !== "constructor",
    );
    assert.deepEqual(declared(name), exported.sort());
  });
}
