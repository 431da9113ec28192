// Runs the scenarios through the installed TypeScript package: `run.mjs SCENARIOS`; a JSON line for each.
import { Daytona, DaytonaError } from "@daytonaio/sdk";

/** More than the kernel takes from a client whose server reads nothing. */
const BIG = new Uint8Array(16 << 20);
let late = 0;
let last = performance.now();
// How late this process is woken at worst: what a deadline cannot be blamed for.
setInterval(() => {
  const now = performance.now();
  late = Math.max(late, (now - last) / 1000 - 0.01);
  last = now;
}, 10);

/** What a call in a sandbox is, and what of its result is reported. */
const TOOLBOX = {
  exec: async ({ process: p }, timeout) =>
    (await p.executeCommand("true", undefined, undefined, timeout)).result,
  check: async ({ process: p }, timeout) =>
    (await p.executeCommand("false", undefined, undefined, timeout)).check().result,
  code_run: async ({ process: p }, timeout) => (await p.codeRun("pass", undefined, timeout)).result,
  session_exec: async ({ process: p }, timeout) =>
    (await p.executeSessionCommand("s", { command: "true" }, timeout)).output,
  logs: ({ process: p }, _, options) => p.getSessionCommandLogs("s", "c", options),
  follow: async ({ process: p }, _, options) => {
    const text = { stdout: "", stderr: "" };
    for await (const chunk of p.streamSessionCommandLogs("s", "c", options)) text[chunk.source] += chunk.text;
    return `${text.stdout}|${text.stderr}`;
  },
  upload: async ({ fs }, _, options) => (await fs.uploadFile("big", BIG, options)) ?? "",
  download: async ({ fs }, _, options) => (await fs.downloadFile("a", options)).toString(),
  list_files: async ({ fs }, _, options) =>
    (await fs.listFiles("a", options)).map((file) => file.name).join(" "),
  git_status: async ({ git }, _, options) => (await git.status("a", options)).currentBranch,
};

async function call(client, box, name, timeout, options) {
  if (box) return TOOLBOX[name](box, timeout, options);
  if (name === "create") await client.create({}, timeout);
  else await (name === "list" ? client.list() : client.get("box"));
  return "";
}

for (const scenario of JSON.parse(process.argv[2])) {
  const client = new Daytona({ apiKey: "dtn_key", apiUrl: scenario.url });
  const box = scenario.call in TOOLBOX ? await client.get("box") : undefined;
  late = 0;
  let [code, name, exitCode, value] = ["ok", "", null, ""];
  let start = performance.now();
  try {
    for (const each of scenario.call.split(", ")) {
      start = performance.now();
      const signal = scenario.limit ? AbortSignal.timeout(scenario.limit * 1000) : undefined;
      value = await call(client, box, each, scenario.timeout, { signal });
    }
  } catch (error) {
    if (error instanceof DaytonaError) {
      code = error.code;
      name = error.constructor.name;
      exitCode = error.exitCode ?? null;
    } else if (error?.name === "TimeoutError") code = "given up";
    else throw error;
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ name: scenario.name, code, class: name, exitCode, value, seconds, late }));
}
process.exit(0);
