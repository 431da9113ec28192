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
/** The public API: the names that index.ts exports, by the file they come from. */
const PUBLIC = new Map<string, Set<string>>(
  [
    ...readFileSync(join(SOURCES, "index.ts"), "utf8").matchAll(
      /^export (?:type )?\{(.*?)\} from "\.\/(.*?)";/gms,
    ),
  ].map(([, names = "", file]) => [`${file}.ts`, new Set(names.match(/\b(?!type\b)\w+/g))] as const),
);

/** Why an item of a public file needs no example, or undefined. */
function excuse({ file, name, exported, comment }: Item): string | undefined {
  if (file === "deprecated.ts" || /@deprecated/.test(comment)) return "deprecated";
  if (/@internal|Made by the package/.test(comment)) return "not for users";
  if (/other order|Today's order/.test(comment)) return "a second signature of a method that has one";
  if (exported && !PUBLIC.get(file)?.has(name)) return "not exported by the package";
  return undefined;
}

interface Item {
  file: string;
  name: string;
  /** Whether it is exported by its file, and not a method. */
  exported: boolean;
  comment: string;
  example: string | undefined;
}

/** Each documented class, enum, function, type, method and getter of a file, with its comment. */
function items(file: string): Item[] {
  const text = readFileSync(join(SOURCES, file), "utf8");
  const documented =
    /\/\*\*((?:(?!\*\/).)*)\*\/\s*(?:export (?:async )?(?:class|enum|function|interface|type|const) (\w+)|(?:async |get )?(\w+)\()/gs;
  return [...text.matchAll(documented)].map(([, comment = "", exported, method]) => {
    const block = comment.match(/```ts\n(.*?)```/s)?.[1];
    return {
      file,
      name: exported ?? method ?? "",
      exported: exported !== undefined,
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
  .map(({ file, name: item, example }, index) => {
    const name = `${file}: ${item}`;
    const path = join(folder, `${index}-${name.replace(/\W+/g, "-")}.mts`);
    writeFileSync(path, `${example}export {};\n`);
    return { name, path };
  });

test("every public item has an example", (t) => {
  const found = [...PUBLIC.keys()].flatMap(items);
  const names = new Set(found.filter((item) => item.exported).map((item) => `${item.file}: ${item.name}`));
  const undocumented = [...PUBLIC]
    .flatMap(([file, exported]) => [...exported].map((name) => `${file}: ${name}`))
    .filter((name) => !names.has(name));
  assert.deepEqual(undocumented, []);
  const missing: string[] = [];
  for (const item of found.filter(({ example }) => example === undefined)) {
    const [name, why] = [`${item.file}: ${item.name}`, excuse(item)];
    if (why === undefined) missing.push(name);
    else t.diagnostic(`without an example: ${name}, ${why}`);
  }
  t.diagnostic("fields of interfaces and classes are shown by the example of what they are in");
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
    // What examples print would come between the messages that Node.js 20 sends to its test runner the same way.
    t.mock.method(console, "log", () => undefined);
    try {
      await import(pathToFileURL(path).href);
    } catch (error) {
      // Where `daytona setup` had no network there are no language servers, and the error says so.
      if (!(error instanceof Error && /language server missing/.test(error.message))) throw error;
      t.skip(error.message);
    }
  });
}
