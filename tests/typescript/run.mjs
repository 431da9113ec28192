/**
 * Runs the TypeScript tests against an installed package: the tarball in `target/test-node` (made by
 * `make test-node`), or the folder named by DAYTONA_TEST_ENV. Arguments pick test files by part of their name.
 *
 * The tests are copied beside the installed package, so that `@daytonaio/sdk` cannot resolve to this clone. They
 * share one local server of their own, which this file ends with everything it ran, however the tests went.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..", "..");
const environment = resolve(process.env.DAYTONA_TEST_ENV ?? join(root, "target", "test-node"));
const installed = join(environment, "node_modules", "@daytonaio", "sdk");
if (!existsSync(installed)) {
  console.error(`run.mjs: no package is installed in ${environment}; run \`make test-node\``);
  process.exit(2);
}

for (const [from, to] of [
  [here, "tests"],
  [join(root, "examples", "typescript"), "examples"],
]) {
  rmSync(join(environment, to), { recursive: true, force: true });
  cpSync(from, join(environment, to), { recursive: true });
}

const wanted = process.argv.slice(2);
const files = readdirSync(join(environment, "tests"))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => basename(name).includes(part)))
  .map((name) => join("tests", name));

// A short path: the sandboxes' unix sockets lie below it.
const data = mkdtempSync(join(tmpdir(), "dtn-"));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const env = {
  ...process.env,
  DAYTONA_TARGET: "local",
  DAYTONA_DATA_DIR: data,
  DAYTONA_TEST_ROOT: root,
  DAYTONA_TEST_TSX: tsx,
};
for (const name of ["DAYTONA_API_KEY", "DAYTONA_API_URL", "DAYTONA_JWT_TOKEN", "DAYTONA_ORGANIZATION_ID"]) {
  delete env[name];
}

function daytona(...args) {
  return spawnSync(join(installed, "bindings-node", "bin", "daytona"), args, { env, encoding: "utf8" });
}

// The tools layer of local sandboxes. Where DAYTONA_TOOLS_DIR names one that is there, as in `make test`, it is done.
const setup = daytona("setup");
if (setup.status !== 0) {
  rmSync(data, { recursive: true, force: true });
  console.error(`run.mjs: \`daytona setup\` failed: ${setup.stderr}`);
  process.exit(1);
}

const args = [
  "--enable-source-maps",
  "--import",
  tsx,
  "--test",
  "--test-concurrency=2",
  // For a file as a whole too, and the examples of the comments are more than a hundred.
  "--test-timeout=900000",
  "--test-reporter=spec",
  ...files,
];
const tests = spawn(process.execPath, args, { cwd: environment, env, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => tests.kill(signal));
}
tests.on("exit", (code) => {
  const stopped = daytona("stop", "--all");
  rmSync(data, { recursive: true, force: true });
  if (stopped.status !== 0) {
    console.error(`run.mjs: \`daytona stop --all\` failed: ${stopped.stderr}`);
  }
  process.exitCode = (code ?? 1) || (stopped.status ?? 1);
});
