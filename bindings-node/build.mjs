/**
 * Builds the npm package in place: the native module, the TypeScript, the binaries.
 *
 * `npm install` in a clone, `npm pack` and `npm install /path/to/clone` run it through `prepare`; who installs
 * the finished tarball never does. For work on the package itself, `--debug` takes cargo's dev profile and
 * naming parts (`binaries`, `native`, `typescript`) builds only those.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const debug = process.argv.includes("--debug");
const windows = process.platform === "win32";
const require = createRequire(import.meta.url);

/** Cargo's target folder, said once for all: the build script of the binaries takes it from here too. */
const target = targetFolder();
const env = { ...process.env, CARGO_TARGET_DIR: target };
// Another triple would put what is built elsewhere, and node could not load it.
delete env.CARGO_BUILD_TARGET;

function run(command, ...args) {
  execFileSync(command, args, { cwd: root, env, stdio: "inherit" });
}

function targetFolder() {
  const args = ["metadata", "--format-version=1", "--no-deps", "--locked"];
  const metadata = execFileSync("cargo", args, { cwd: root, maxBuffer: 64 << 20, encoding: "utf8" });
  return JSON.parse(metadata).target_directory;
}

/** An empty folder beside this file. */
function emptyFolder(name) {
  const path = join(here, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  return path;
}

/** The same names as `candidates` in ts/native.ts. */
function nativeName() {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform !== "linux") {
    return `daytona.${platform}.node`;
  }
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  return `daytona.${platform}-${glibc ? "gnu" : "musl"}.node`;
}

function buildNative() {
  run("cargo", "build", "--quiet", "--locked", "--package", "daytona-node", ...(debug ? [] : ["--release"]));
  const library = { win32: "daytona_node.dll", darwin: "libdaytona_node.dylib" }[process.platform];
  const built = join(target, debug ? "debug" : "release", library ?? "libdaytona_node.so");
  copyFileSync(built, join(emptyFolder("native"), nativeName()));
}

/** tsc writes CommonJS; the ES module re-exports its names, so that both kinds of import give the same classes. */
function buildTypeScript() {
  const dist = emptyFolder("dist");
  run(process.execPath, compiler(), "--project", here);
  const names = Object.keys(require(join(dist, "index.js"))).sort();
  const list = `{\n${names.map((name) => `  ${name},\n`).join("")}}`;
  writeFileSync(join(dist, "index.mjs"), `import sdk from "./index.js";\n\nexport const ${list} = sdk;\n`);
  writeFileSync(join(dist, "index.d.mts"), 'export * from "./index.js";\n');
}

/** npm installs no development dependencies for a linked folder: then they are installed here. */
function compiler() {
  const path = join(root, "node_modules", "typescript", "bin", "tsc");
  if (!existsSync(path)) {
    run(windows ? "npm.cmd" : "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
  }
  return path;
}

function buildBinaries() {
  const built = join(target, "bin");
  run(join("scripts", "build-binaries.sh"));
  const bin = emptyFolder("bin");
  for (const name of readdirSync(built)) {
    copyFileSync(join(built, name), join(bin, name));
    chmodSync(join(bin, name), 0o755);
  }
}

const parts = { binaries: buildBinaries, native: buildNative, typescript: buildTypeScript };
const named = process.argv.slice(2).filter((argument) => argument !== "--debug");
for (const part of named.length > 0 ? named : Object.keys(parts)) {
  parts[part]();
}
