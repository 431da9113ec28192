/**
 * Runs the behaviour scenarios through the TypeScript package: `run.ts node|bun|deno PLAN REPORT`.
 *
 * The plan is what `plan.py` made of the scenarios; the report says of each scenario whether it held. Only what
 * Node, Bun and Deno all have is used here.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import process from "node:process";
import { Daytona, DaytonaError, DaytonaNotFoundError, Sandbox } from "@daytonaio/sdk";
import { argument, data, joined } from "./canonical.ts";
import { type Data, mismatch, resolve, type Table } from "./matching.ts";

interface Step {
  call: string;
  on?: string;
  args: Table;
  expect?: Data;
  error?: Data;
  save?: string;
  eventually: boolean;
}

interface Scenario {
  name: string;
  slug: string;
  sandbox: boolean;
  exclude: Record<string, string>;
  steps: Step[];
  cleanup: Step[];
}

interface Plan {
  deadline: number;
  scenarios: Scenario[];
  typescript: Record<string, { name: string; parameters: string[] } | null>;
}

type Method = (...args: unknown[]) => unknown;

/** How long a step that waits for something tries again, in milliseconds, and how often. */
const PATIENCE = 30_000;
const PAUSE = 50;

/** A step did not go as its scenario says. */
class Unexpected extends Error {}

class Runner {
  readonly #kind: string;
  readonly #plan: Plan;
  readonly #daytona = new Daytona();
  #shared: Sandbox | undefined;
  #known: Table = {};
  #handles = new Map<string, unknown>();

  constructor(kind: string, plan: Plan) {
    this.#kind = kind;
    this.#plan = plan;
  }

  /** Runs the steps; the cleanup steps and the removal of sandboxes follow however they went. */
  async scenario(scenario: Scenario): Promise<void> {
    this.#known = { runner: this.#kind, scenario: scenario.slug };
    this.#handles = new Map();
    if (scenario.sandbox) await this.#share();
    try {
      await this.#steps(scenario.steps, "step");
    } finally {
      await this.#steps(scenario.cleanup, "cleanup step");
      for (const handle of this.#handles.values()) {
        if (handle instanceof Sandbox && handle !== this.#shared) await removed(handle);
      }
    }
  }

  async close(): Promise<void> {
    await this.#shared?.delete();
  }

  async #share(): Promise<void> {
    this.#shared ??= await this.#daytona.create({ language: "python", labels: { suite: this.#kind } });
    const home = await this.#shared.getUserRootDir();
    const folder = `${home}/${this.#known.scenario}`;
    await this.#shared.process.executeCommand(`mkdir -p ${folder}`);
    Object.assign(this.#known, { home, dir: folder, sandbox: data(this.#shared) });
    this.#handles.set("sandbox", this.#shared);
  }

  async #steps(steps: Step[], what: string): Promise<void> {
    for (const [index, step] of steps.entries()) {
      const deadline = Date.now() + (step.eventually ? PATIENCE : 0);
      for (;;) {
        const wrong = await this.#try(step);
        if (wrong === undefined) break;
        if (Date.now() >= deadline) throw new Unexpected(`${what} ${index + 1}, ${step.call}: ${wrong}`);
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    }
  }

  /** Makes the call and says what is wrong with its outcome, or undefined. */
  async #try(step: Step): Promise<string | undefined> {
    const expected = step.error === undefined ? undefined : resolve(step.error, this.#known);
    let result: Data;
    let handle: unknown;
    try {
      [result, handle] = await this.#call(step);
    } catch (error) {
      if (!(error instanceof DaytonaError)) throw error;
      if (expected === undefined) return `threw ${error.name} ${error.code}: ${error.message}`;
      const { name, code, status, message } = error;
      return mismatch(expected, { class: name, code, status: status ?? null, message }, "error");
    }
    if (expected !== undefined) {
      return `an error is expected: ${JSON.stringify(expected)}; the result is ${JSON.stringify(result).slice(0, 300)}`;
    }
    if (step.save !== undefined) {
      this.#known[step.save] = result;
      this.#handles.set(step.save, handle);
    }
    return step.expect === undefined ? undefined : mismatch(resolve(step.expect, this.#known), result);
  }

  async #call(step: Step): Promise<[Data, unknown]> {
    const [noun = "", name = ""] = step.call.split(".");
    const args = resolve(step.args, this.#known) as Table;
    if (noun === "test") return [await testCall(name, args), undefined];
    const target = this.#target(noun, step.on ?? "sandbox") as Record<string, unknown>;
    if (name === "get_session_command_logs_async") return [await this.#follow(target, args), undefined];
    const method = this.#plan.typescript[step.call];
    if (!method) return [data(target[name]), undefined];
    const result = await (target[method.name] as Method)(
      ...this.#positional(step.call, method.parameters, args),
    );
    if (isAsyncIterable(result)) return [await joined(result), undefined];
    // Labels are the user's own names, not fields of ours.
    return [step.call === "sandbox.set_labels" ? (result as Table) : data(result), result];
  }

  /** The arguments in the order TypeScript takes them. */
  #positional(call: string, parameters: string[], args: Table): unknown[] {
    const given = (name: string) => {
      const value = args[name];
      return value === undefined ? undefined : argument(call, name, value, this.#handles);
    };
    const together = TOGETHER[call];
    if (together) {
      const { path, ...options } = args;
      return together === "all" ? [args] : [path, options];
    }
    const unknown = Object.keys(args).filter((name) => !parameters.includes(name));
    if (unknown.length > 0) throw new Error(`${call} has no ${unknown.join(", ")}`);
    return parameters.map(given);
  }

  #target(noun: string, on: string): unknown {
    if (noun === "daytona") return this.#daytona;
    const handle = this.#handles.get(on);
    if (handle === undefined) throw new Error(`nothing was saved as ${on}`);
    return ["sandbox", "lsp", "response"].includes(noun) ? handle : (handle as Record<string, unknown>)[noun];
  }

  /** The log as callbacks got it: both streams through one, or each through its own. */
  async #follow(target: Record<string, unknown>, args: Table): Promise<Data> {
    const follow = (target.getSessionCommandLogs as Method).bind(target);
    const { session_id, command_id, separate } = args;
    let [out, err] = ["", ""];
    const onOut = (text: string) => {
      out += text;
    };
    const onErr = (text: string) => {
      err += text;
    };
    if (separate) {
      await follow(session_id, command_id, onOut, onErr);
      return { stdout: out, stderr: err };
    }
    await follow(session_id, command_id, onOut);
    return { output: out };
  }
}

/** Methods that take several of the contract's parameters in one object: all of them, or all but the path. */
const TOGETHER: Record<string, "all" | "rest"> = {
  "fs.set_file_permissions": "rest",
  "git.push": "rest",
  "git.pull": "rest",
  "lsp.get_completions": "all",
};

/** Calls of the suite's own, the same in every interpreter. */
async function testCall(name: string, args: Table): Promise<Data> {
  if (name === "value") return args.value ?? null;
  if (name === "http_get")
    return httpGet(String(args.url), args.headers as Record<string, string> | undefined);
  throw new Error(`there is no call test.${name}`);
}

/** What a URL serves. Connects to this machine whatever the host's name, as a browser does for *.localhost. */
function httpGet(url: string, headers: Record<string, string> = {}): Promise<Data> {
  const { hostname, host: authority, port, pathname, search } = new URL(url);
  const host = hostname.endsWith("localhost") ? "127.0.0.1" : hostname;
  const options = {
    host,
    port: port || 80,
    path: pathname + search,
    headers: { host: authority, ...headers },
  };
  return new Promise((done, failed) => {
    get({ ...options, agent: false, timeout: 30_000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => {
        body += text;
      });
      answer.on("end", () => done({ status: answer.statusCode ?? 0, body }));
      answer.on("error", failed);
    }).on("error", failed);
  });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

async function removed(sandbox: Sandbox): Promise<void> {
  try {
    await sandbox.delete();
  } catch (error) {
    if (!(error instanceof DaytonaNotFoundError)) throw error;
  }
}

/** What hangs is given up, and the scenarios after it run. */
function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(
      () => failed(new Unexpected("the scenario did not end by its deadline")),
      seconds * 1000,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function main(): Promise<void> {
  const [runtime, planPath = "", report = ""] = process.argv.slice(2);
  const kind = `typescript-${runtime}`;
  const plan: Plan = JSON.parse(readFileSync(planPath, "utf8"));
  const runner = new Runner(kind, plan);
  const outcomes: Table[] = [];
  for (const scenario of plan.scenarios) {
    if (kind in scenario.exclude) continue;
    console.log(scenario.name);
    const started = Date.now();
    let wrong: string | null = null;
    try {
      await within(plan.deadline, runner.scenario(scenario));
    } catch (error) {
      wrong = error instanceof Unexpected ? error.message : String((error as Error).stack ?? error);
    }
    outcomes.push({ name: scenario.name, wrong, seconds: (Date.now() - started) / 1000 });
  }
  await runner.close();
  writeFileSync(report, JSON.stringify(outcomes, null, 1));
  // A scenario that was given up must not keep the process.
  process.exit();
}

await main();
