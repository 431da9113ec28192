/**
 * `Process`: commands and code in a sandbox.
 */
import { call, callSync } from "./call";
import type { NativeExecution, NativeProcess } from "./native";
import type { CallOptions, CodeRunParams, ExecutionArtifacts } from "./types";

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
    this.artifacts = { stdout: this.stdout, charts: execution.charts };
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

/**
 * Runs commands and code in one sandbox: `sandbox.process`.
 *
 * @example
 * ```ts
 * import { Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create({ language: "python" });
 * console.log((await sandbox.process.executeCommand("echo $HOME")).result);
 * console.log((await sandbox.process.codeRun("print(6 * 7)")).result);
 * await daytona.remove(sandbox);
 * ```
 */
export class Process {
  readonly #native: NativeProcess;

  /** @internal */
  constructor(process: NativeProcess) {
    this.#native = process;
  }

  /**
   * Runs a shell command to its end: pipes, variables, quotes and `&&` all work.
   *
   * @param command - the command line
   * @param cwd - the folder to run in; the user's home when left out
   * @param env - environment variables to add
   * @param timeout - seconds it may take; 0 or nothing for no limit
   * @param options - `signal` to give up waiting
   * @throws {ProcessExecutionError} when it was stopped at the timeout or killed
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const response = await sandbox.process.executeCommand("echo $NAME | tr a-z A-Z", "/tmp", { NAME: "daytona" }, 5);
   * console.log(response.exitCode, response.result);
   * await daytona.remove(sandbox);
   * ```
   */
  async executeCommand(
    command: string,
    cwd?: string,
    env?: Record<string, string>,
    timeout?: number | null,
    options?: CallOptions,
  ): Promise<ExecuteResponse> {
    return new ExecuteResponse(
      await call((cancel) => this.#native.exec(command, cwd, env, timeout, cancel), options),
    );
  }

  /**
   * Runs code in the sandbox's language to its end.
   *
   * @param code - the source text
   * @param params - its arguments and environment
   * @param timeout - seconds it may take; 0 or nothing for no limit
   * @param options - `signal` to give up waiting
   * @throws {ProcessExecutionError} when it was stopped at the timeout or killed, or the interpreter is missing
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create({ language: "python" });
   * const response = await sandbox.process.codeRun("import sys; print(sys.argv[1])", { argv: ["hello"] }, 10);
   * console.log(response.result);
   * await daytona.remove(sandbox);
   * ```
   */
  async codeRun(
    code: string,
    params?: CodeRunParams,
    timeout?: number | null,
    options?: CallOptions,
  ): Promise<ExecuteResponse> {
    return new ExecuteResponse(
      await call((cancel) => this.#native.codeRun(code, params, timeout, cancel), options),
    );
  }
}
