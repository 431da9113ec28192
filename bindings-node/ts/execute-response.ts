/**
 * `ExecuteResponse`: what a command or code left behind.
 */
import { callSync } from "./call";
import type { NativeExecution } from "./native-types";
import { parseChart } from "./parse-chart";
import type { ExecutionArtifacts } from "./types";

/**
 * What a process left behind. A non-zero exit code is a result like any other; {@link ExecuteResponse.check}
 * makes it an error.
 *
 * @example
 * ```ts
 * import { Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const response = await sandbox.process.executeCommand("echo out; echo err >&2; exit 3");
 * console.log(response.exitCode, response.stdout, response.stderr);
 * await daytona.remove(sandbox);
 * ```
 */
export class ExecuteResponse {
  readonly #native: NativeExecution;
  /** 0 for success. */
  readonly exitCode: number;
  /** Standard output and standard error as they came, interleaved. */
  readonly result: string;
  /** The standard output alone. */
  readonly stdout: string;
  /** The standard error alone. */
  readonly stderr: string;
  /** The standard output again, and the figures the code showed. */
  readonly artifacts: ExecutionArtifacts;

  /** @internal */
  constructor(execution: NativeExecution) {
    this.#native = execution;
    this.exitCode = execution.exitCode;
    this.result = execution.result;
    this.stdout = execution.stdout;
    this.stderr = execution.stderr;
    const charts = execution.charts.map((chart) => parseChart(JSON.parse(chart)));
    this.artifacts = { stdout: this.stdout, charts };
  }

  /**
   * Throws a `ProcessExecutionError` when the exit code is not 0; else answers the response itself.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const response = (await sandbox.process.executeCommand("echo fine")).check();
   * console.log(response.result);
   * await daytona.remove(sandbox);
   * ```
   */
  check(): this {
    callSync(() => this.#native.check());
    return this;
  }
}
