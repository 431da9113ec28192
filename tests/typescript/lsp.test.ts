/**
 * Language servers: real ones, in a real sandbox. Without them (`daytona setup` had no network, say) the tests that
 * need one are skipped and say so.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import {
  DaytonaError,
  DaytonaValidationError,
  LspLanguageId,
  LspServer,
  ProcessExecutionError,
} from "@daytonaio/sdk";
import { rejection, sandboxFor, until } from "./support";

const SOURCES = {
  python: ["main.py", "import os\n\ndef greet(name):\n    return name\n\nos.pa\n", { line: 5, character: 5 }],
  typescript: [
    "main.ts",
    "export function greet(name: string): string {\n  return name;\n}\n\nconst text = 'x';\ntext.toUp\n",
    { line: 5, character: 9 },
  ],
} as const;

/** A server for a project of one file, or nothing when its language server is not installed. */
async function serverFor(
  t: TestContext,
  language: keyof typeof SOURCES,
): Promise<[LspServer, string] | undefined> {
  const sandbox = await sandboxFor(t);
  const [name, source] = SOURCES[language];
  const path = `/tmp/project/${name}`;
  await sandbox.fs.uploadFile(path, source);
  const missing = await missingReason(sandbox.createLspServer(language, "/tmp"));
  if (missing !== undefined) {
    t.skip(missing);
    return undefined;
  }
  return [sandbox.createLspServer(language, "/tmp/project"), path];
}

/** Why the language server cannot start, when it is because it is not installed. */
async function missingReason(server: LspServer): Promise<string | undefined> {
  try {
    await server.start();
    await server.stop();
    return undefined;
  } catch (error) {
    if (error instanceof ProcessExecutionError && /language server missing/.test(error.message)) {
      return error.message;
    }
    throw error;
  }
}

for (const language of ["python", "typescript"] as const) {
  test(`${language}: started, opened, asked, stopped`, async (t) => {
    const served = await serverFor(t, language);
    if (!served) return;
    const [server, path] = served;
    const position = SOURCES[language][2];
    await server.start();
    await server.didOpen(path);
    const symbols = await server.documentSymbols(path);
    const greet = symbols.find(({ name }) => name.startsWith("greet"));
    assert.ok(greet, inspect(symbols));
    assert.equal(typeof greet.kind, "number");
    const expected = language === "python" ? "path" : "toUpperCase";
    await until(`${expected} is offered`, async () => {
      const { items, isIncomplete } = await server.completions(path, position);
      assert.equal(typeof isIncomplete, "boolean");
      return items.some(({ label }) => label.startsWith(expected));
    });
    const named = await server.getCompletions({ path, position });
    assert.ok(named.items.length > 0);
    await server.didClose(path);
    await server.stop();
  });
}

test("a feature before start() starts the server", async (t) => {
  const served = await serverFor(t, "python");
  if (!served) return;
  const [server, path] = served;
  const symbols = await server.documentSymbols(path);
  assert.ok(
    symbols.some(({ name }) => name.startsWith("greet")),
    inspect(symbols),
  );
});

test("sandboxSymbols finds names of the project; workspaceSymbols is its old name", async (t) => {
  const served = await serverFor(t, "typescript");
  if (!served) return;
  const [server, path] = served;
  await server.didOpen(path);
  await until("the project is read", async () => {
    return (await server.sandboxSymbols("greet")).some(({ name }) => name === "greet");
  });
  const again = await server.workspaceSymbols("greet");
  assert.ok(again.some(({ location }) => location.uri.endsWith("main.ts")));
});

test("a file that does not exist, and a place outside of one", async (t) => {
  const served = await serverFor(t, "python");
  if (!served) return;
  const [server, path] = served;
  const missing = await rejection(server.didOpen("/tmp/project/no-such.py"));
  assert.ok(missing instanceof DaytonaError, inspect(missing));
  const outside = await server.completions(path, { line: 100_000, character: 0 }).catch((error) => error);
  assert.ok(outside instanceof DaytonaError || Array.isArray(outside.items), inspect(outside));
});

test("an unknown language, and arguments of a wrong type", async (t) => {
  const sandbox = await sandboxFor(t);
  assert.throws(
    () => sandbox.createLspServer("cobol", "/tmp"),
    (error) => error instanceof DaytonaValidationError && /cobol.*python/s.test(error.message),
  );
  const server = sandbox.createLspServer(LspLanguageId.JAVASCRIPT, "/tmp");
  assert.ok(server instanceof LspServer);
  // biome-ignore lint/suspicious/noExplicitAny: the point is to pass what the types forbid
  const any = (value: unknown) => value as any;
  for (const call of [
    () => server.completions("/tmp/x.js", { line: -1, character: 0 }),
    () => server.completions("/tmp/x.js", { line: 1.5, character: 0 }),
    () => server.completions("/tmp/x.js", any({ line: 1 })),
    () => server.completions(any(5), { line: 0, character: 0 }),
    () => server.getCompletions(any(undefined)),
    () => server.didOpen(any(null)),
  ]) {
    const error = await rejection(call());
    assert.ok(error instanceof DaytonaValidationError, inspect(error));
  }
  const options = { signal: AbortSignal.abort("not today") };
  assert.equal(await rejection(server.start(options)), "not today");
  assert.equal(await rejection(server.completions("/x", { line: 0, character: 0 }, options)), "not today");
});
