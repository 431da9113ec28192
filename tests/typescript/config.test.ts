/**
 * Configuration: what wins over what, and that secrets stay where they belong.
 */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { inspect } from "node:util";
import { Daytona, DaytonaError, DaytonaValidationError } from "@daytonaio/sdk";
import { folderFor, node } from "./support";

const URLS = ["explicit", "process", "local", "file"].map((name) => `https://${name}.example/api`);

/** What a new process in `cwd` resolves, with `vars` and nothing else of ours in its environment. */
async function resolved(t: TestContext, cwd: string, vars: Record<string, string>, config = "undefined") {
  const home = folderFor(t);
  const entry = import.meta.resolve("@daytonaio/sdk");
  const source = `
    import(${JSON.stringify(entry)}).then(({ Daytona }) => {
      const { apiKey, apiUrl, target } = new Daytona(${config});
      console.log(JSON.stringify({ apiKey, apiUrl, target }));
    });`;
  const env = { PATH: process.env.PATH, HOME: home, XDG_CONFIG_HOME: join(home, "config"), ...vars };
  const child = await node(["-e", source], { cwd, env });
  assert.equal(child.code, 0, child.stderr);
  return { ...JSON.parse(child.stdout), stderr: child.stderr };
}

test("explicit wins over the environment, .env.local and .env, in this order", async (t) => {
  const cwd = folderFor(t);
  const [explicit, fromProcess, local, file] = URLS as [string, string, string, string];
  writeFileSync(join(cwd, ".env"), `DAYTONA_API_KEY=file-key\nDAYTONA_API_URL=${file}\nDAYTONA_TARGET=eu\n`);
  assert.equal((await resolved(t, cwd, {})).apiUrl, file);
  writeFileSync(join(cwd, ".env.local"), `DAYTONA_API_URL=${local}\n`);
  const merged = await resolved(t, cwd, {});
  assert.deepEqual([merged.apiUrl, merged.apiKey, merged.target], [local, "file-key", "eu"]);
  const vars = { DAYTONA_API_URL: fromProcess };
  assert.equal((await resolved(t, cwd, vars)).apiUrl, fromProcess);
  assert.equal((await resolved(t, cwd, vars, `{ apiUrl: ${JSON.stringify(explicit)} }`)).apiUrl, explicit);
});

test("serverUrl and DAYTONA_SERVER_URL work and warn", async (t) => {
  const cwd = folderFor(t);
  const explicit = await resolved(
    t,
    cwd,
    { DAYTONA_API_KEY: "k" },
    '{ serverUrl: "https://old.example/api" }',
  );
  assert.equal(explicit.apiUrl, "https://old.example/api");
  assert.match(explicit.stderr, /DeprecationWarning.*(serverUrl|server_url)/);
  const vars = { DAYTONA_API_KEY: "k", DAYTONA_SERVER_URL: "https://older.example/api" };
  const fromEnvironment = await resolved(t, cwd, vars);
  assert.equal(fromEnvironment.apiUrl, "https://older.example/api");
  assert.match(fromEnvironment.stderr, /DeprecationWarning.*DAYTONA_SERVER_URL/);
});

test("a key that is sent unencrypted is a warning, and not a deprecation", async (t) => {
  const cwd = folderFor(t);
  const risky = await resolved(
    t,
    cwd,
    { DAYTONA_API_KEY: "s3cret" },
    '{ apiUrl: "http://daytona.example/api" }',
  );
  assert.match(risky.stderr, /Warning: .*unencrypted/);
  assert.doesNotMatch(risky.stderr, /DeprecationWarning|s3cret/);
});

test("nothing configured: the error names both ways out", async (t) => {
  const cwd = folderFor(t);
  const entry = import.meta.resolve("@daytonaio/sdk");
  const source = `import(${JSON.stringify(entry)}).then(({ Daytona }) => new Daytona()).catch((error) => {
    console.log(JSON.stringify([error.name, error.code, error.message])); });`;
  const env = { PATH: process.env.PATH, HOME: cwd, XDG_CONFIG_HOME: join(cwd, "config") };
  const child = await node(["-e", source], { cwd, env });
  const [name, code, message] = JSON.parse(child.stdout);
  assert.deepEqual([name, code], ["DaytonaAuthenticationError", "AUTHENTICATION"]);
  assert.match(message, /DAYTONA_API_KEY/);
  assert.match(message, /DAYTONA_TARGET=local/);
});

test("constructing changes nothing in the process environment", () => {
  const before = { ...process.env };
  new Daytona({ apiKey: "k", apiUrl: "https://x.example/api" });
  assert.deepEqual({ ...process.env }, before);
});

test("printing a client shows no secret", () => {
  const daytona = new Daytona({ apiKey: "very-secret", apiUrl: "https://x.example/api" });
  assert.equal(daytona.apiKey, "very-secret");
  for (const text of [
    inspect(daytona, { showHidden: true, depth: 9 }),
    JSON.stringify(daytona),
    `${daytona}`,
  ]) {
    assert.ok(!text.includes("very-secret"), text);
  }
});

test("a wrong configuration is refused by name, without its value", () => {
  const cases: [unknown, RegExp][] = [
    ["my-secret-key", /^Invalid argument: invalid type: string, expected a DaytonaConfig$/],
    [{ apikey: "my-secret-key" }, /unknown field `apikey`.*`apiKey`/],
    [{ apiKey: 5 }, /apiKey: expected a string/],
    [{ apiKey: "my-secret-key", apiUrl: "not a url" }, /not a complete URL/],
  ];
  for (const [config, message] of cases) {
    assert.throws(
      () => new Daytona(config as object),
      (error) => {
        assert.ok(error instanceof DaytonaValidationError && error instanceof DaytonaError, inspect(error));
        assert.match(error.message, message);
        assert.ok(!inspect(error).includes("my-secret-key"), inspect(error));
        return true;
      },
    );
  }
});

test("a configuration file that cannot be read is not fatal to those who need none of it", async (t) => {
  const cwd = folderFor(t);
  mkdirSync(join(cwd, "config.json"));
  const vars = { DAYTONA_CONFIG_DIR: cwd, DAYTONA_API_KEY: "k", DAYTONA_API_URL: "https://x.example/api" };
  assert.equal((await resolved(t, cwd, vars)).apiKey, "k");
});

test("a folder named .env is no file of settings", async (t) => {
  const cwd = folderFor(t);
  mkdirSync(join(cwd, ".env"));
  const vars = { DAYTONA_API_KEY: "k", DAYTONA_API_URL: "https://x.example/api" };
  assert.equal((await resolved(t, cwd, vars)).apiKey, "k");
});
