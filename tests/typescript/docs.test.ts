/**
 * The examples in the documentation comments: every public item has one, all compile, all run.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { ENVIRONMENT, fromRunner, node } from "./support";

const ROOT = fromRunner("DAYTONA_TEST_ROOT");
const SOURCES = join(ROOT, "bindings-node", "ts");
/** Files whose exports are the public API. */
const PUBLIC = [
  "daytona.ts",
  "enums.ts",
  "errors.ts",
  "execute-response.ts",
  "filesystem.ts",
  "git.ts",
  "lsp-server.ts",
  "parse-chart.ts",
  "process.ts",
  "sandbox.ts",
];

interface Item {
  name: string;
  comment: string;
  example: string | undefined;
}

/** Each documented class, enum, method and interface of a file, with its comment. */
function items(file: string): Item[] {
  const text = readFileSync(join(SOURCES, file), "utf8");
  const documented =
    /\/\*\*((?:(?!\*\/).)*)\*\/\s*(?:export (?:class|enum|interface|type) (\w+)|(?:async )?(\w+)\()/gs;
  return [...text.matchAll(documented)].map(([, comment = "", exported, method]) => {
    const block = comment.match(/```ts\n(.*?)```/s)?.[1];
    return {
      name: `${file}: ${exported ?? method}`,
      comment,
      example: block?.replace(/^ *\* ?/gm, ""),
    };
  });
}

const all = readdirSync(SOURCES)
  .filter((file) => file.endsWith(".ts"))
  .flatMap(items);
const folder = join(ENVIRONMENT, "docs");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
after(() => rmSync(folder, { recursive: true, force: true }));

const examples = all
  .filter((item) => item.example !== undefined)
  .map(({ name, example }, index) => {
    const path = join(folder, `${index}-${name.replace(/\W+/g, "-")}.mts`);
    writeFileSync(path, `${example}export {};\n`);
    return { name, path };
  });

test("every public item has an example", () => {
  const missing = PUBLIC.flatMap(items)
    .filter(
      ({ comment }) => !/@deprecated|@internal|Made by the package|other order|Today's order/.test(comment),
    )
    .filter(({ name }) => !/: (DaytonaErrorCode|DaytonaErrorDetails|decodeError|errorFor)$/.test(name))
    .filter(({ example }) => example === undefined)
    .map(({ name }) => name);
  assert.deepEqual(missing, []);
  assert.ok(examples.length > 100, `only ${examples.length} examples were found`);
});

test("all examples compile", async () => {
  const config = {
    compilerOptions: {
      target: "es2022",
      module: "node16",
      strict: true,
      noEmit: true,
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules", "@types")],
    },
    include: ["*.mts"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const done = await node([join(ROOT, "node_modules", "typescript", "bin", "tsc"), "--project", folder]);
  assert.equal(done.code, 0, done.stdout);
});

for (const { name, path } of examples) {
  test(`the example runs: ${name}`, async (t) => {
    try {
      await import(pathToFileURL(path).href);
    } catch (error) {
      // Where `daytona setup` had no network there are no language servers, and the error says so.
      if (!(error instanceof Error && /language server missing/.test(error.message))) throw error;
      t.skip(error.message);
    }
  });
}
