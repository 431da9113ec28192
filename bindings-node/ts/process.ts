/**
 * `Process`: commands and code in a sandbox, at once or in sessions.
 */
import { call, callSync } from "./call";
import { ExecuteResponse } from "./execute-response";
import { each, type LogCallback, logs } from "./logs";
import type { NativeProcess } from "./native-types";
import { withOlderNames } from "./older-names";
import type {
  Command,
  Session,
  SessionExecuteRequest,
  SessionExecuteResponse,
  SessionLogChunk,
} from "./session-types";
import type { CallOptions, CodeRunParams } from "./types";

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

  /**
   * Starts a session: a shell in which commands run one after another, each finding the folder, the variables and
   * the functions the one before it left.
   *
   * @param sessionId - what to call it; any text
   * @param options - `signal` to give up
   * @throws {DaytonaConflictError} when a session has this id already
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("build");
   * await sandbox.process.executeSessionCommand("build", { command: "cd /tmp && export STEP=one" });
   * const response = await sandbox.process.executeSessionCommand("build", { command: "pwd; echo $STEP" });
   * console.log(response.output, response.exitCode);
   * await sandbox.process.deleteSession("build");
   * await daytona.remove(sandbox);
   * ```
   */
  async createSession(sessionId: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.createSession(sessionId, cancel), options);
  }

  /**
   * A session and the commands that ran in it.
   *
   * @param sessionId - its id
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is none
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * await sandbox.process.executeSessionCommand("work", { command: "true" });
   * const session = await sandbox.process.getSession("work");
   * for (const command of session.commands) {
   *   console.log(`Command: ${command.command}, Exit Code: ${command.exitCode}`);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async getSession(sessionId: string, options?: CallOptions): Promise<Session> {
    const session = await call((cancel) => this.#native.getSession(sessionId, cancel), options);
    return withOlderNames(session, { id: "sessionId" });
  }

  /**
   * All sessions of the sandbox.
   *
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * for (const session of await sandbox.process.listSessions()) {
   *   console.log(session.sessionId, session.commands.length);
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  async listSessions(options?: CallOptions): Promise<Session[]> {
    const sessions = await call((cancel) => this.#native.listSessions(cancel), options);
    return sessions.map((session) => withOlderNames(session, { id: "sessionId" }));
  }

  /**
   * Ends a session, with everything that still runs in it.
   *
   * @param sessionId - its id
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is none
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("server");
   * await sandbox.process.executeSessionCommand("server", { command: "sleep 600", async: true });
   * await sandbox.process.deleteSession("server");
   * await daytona.remove(sandbox);
   * ```
   */
  async deleteSession(sessionId: string, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.deleteSession(sessionId, cancel), options);
  }

  /**
   * One command of a session; it has an `exitCode` when it has ended.
   *
   * @param sessionId - the session's id
   * @param commandId - the command's id: `cmdId` of what `executeSessionCommand` answered
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such session or command
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * const { cmdId } = await sandbox.process.executeSessionCommand("work", { command: "exit 3" });
   * const command = await sandbox.process.getSessionCommand("work", cmdId);
   * console.log(command.command, command.exitCode);
   * await daytona.remove(sandbox);
   * ```
   */
  async getSessionCommand(sessionId: string, commandId: string, options?: CallOptions): Promise<Command> {
    return call((cancel) => this.#native.getSessionCommand(sessionId, commandId, cancel), options);
  }

  /**
   * Runs a command in a session: to its end, or with `async` (or `runAsync`) in the background.
   *
   * @param sessionId - the session's id
   * @param request - the command, and whether to wait for it
   * @param timeout - seconds to wait for it at most; 0 or nothing for no limit
   * @param options - `signal` to give up waiting
   * @throws {DaytonaNotFoundError} when there is no such session
   * @throws {DaytonaTimeoutError} when it has not ended in time
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * const done = await sandbox.process.executeSessionCommand("work", { command: "echo done" }, 30);
   * console.log(done.exitCode, done.output);
   * const running = await sandbox.process.executeSessionCommand("work", { command: "sleep 600", runAsync: true });
   * console.log(running.cmdId);
   * await daytona.remove(sandbox);
   * ```
   */
  async executeSessionCommand(
    sessionId: string,
    request: SessionExecuteRequest,
    timeout?: number | null,
    options?: CallOptions,
  ): Promise<SessionExecuteResponse> {
    return call((cancel) => this.#native.executeSessionCommand(sessionId, request, timeout, cancel), options);
  }

  /**
   * What a command has written so far.
   *
   * @param sessionId - the session's id
   * @param commandId - the command's id
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such session or command
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * const { cmdId } = await sandbox.process.executeSessionCommand("work", { command: "echo one; echo two" });
   * console.log(await sandbox.process.getSessionCommandLogs("work", cmdId));
   * await daytona.remove(sandbox);
   * ```
   */
  async getSessionCommandLogs(sessionId: string, commandId: string, options?: CallOptions): Promise<string>;
  /**
   * Follows what a command writes, from its beginning to its end.
   *
   * A callback that answers with a promise is awaited: nothing more is read meanwhile, and the command waits when it
   * has written much. A callback that throws ends the stream, and the promise rejects with what it threw.
   *
   * @param onLogs - called with each piece of text that either stream gets
   * @param options - `signal` to stop following
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * const command = "for i in 1 2 3; do echo step $i; done";
   * const { cmdId } = await sandbox.process.executeSessionCommand("work", { command, async: true });
   * await sandbox.process.getSessionCommandLogs("work", cmdId, (chunk) => {
   *   console.log("Log chunk:", chunk);
   * });
   * await daytona.remove(sandbox);
   * ```
   */
  async getSessionCommandLogs(
    sessionId: string,
    commandId: string,
    onLogs: LogCallback,
    options?: CallOptions,
  ): Promise<void>;
  /**
   * The same with a callback for each stream.
   *
   * @param onStdout - called with each piece of the standard output
   * @param onStderr - called with each piece of the standard error
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * const command = "echo fine; echo trouble >&2";
   * const { cmdId } = await sandbox.process.executeSessionCommand("work", { command, async: true });
   * await sandbox.process.getSessionCommandLogs("work", cmdId, console.log, console.error);
   * await daytona.remove(sandbox);
   * ```
   */
  async getSessionCommandLogs(
    sessionId: string,
    commandId: string,
    onStdout: LogCallback,
    onStderr: LogCallback,
    options?: CallOptions,
  ): Promise<void>;
  async getSessionCommandLogs(
    sessionId: string,
    commandId: string,
    ...rest: (LogCallback | CallOptions | undefined)[]
  ): Promise<unknown> {
    const callbacks = rest.filter((argument) => typeof argument === "function");
    const options = rest.find((argument) => typeof argument === "object" && argument !== null);
    const [onStdout, onStderr = onStdout] = callbacks;
    if (onStdout === undefined || onStderr === undefined) {
      return call((cancel) => this.#native.getSessionCommandLogs(sessionId, commandId, cancel), options);
    }
    return each(this.streamSessionCommandLogs(sessionId, commandId, options), onStdout, onStderr);
  }

  /**
   * Follows what a command writes, from its beginning to its end, for `for await`. Each piece says which stream it
   * comes from; it is read when it is asked for. Leaving the loop closes the connection.
   *
   * @param sessionId - the session's id
   * @param commandId - the command's id
   * @param options - `signal` to stop following
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("work");
   * const command = "while true; do echo tick; sleep 0.1; done";
   * const { cmdId } = await sandbox.process.executeSessionCommand("work", { command, async: true });
   * for await (const { source, text } of sandbox.process.streamSessionCommandLogs("work", cmdId)) {
   *   console.log(source, text);
   *   break;
   * }
   * await daytona.remove(sandbox);
   * ```
   */
  streamSessionCommandLogs(
    sessionId: string,
    commandId: string,
    options?: CallOptions,
  ): AsyncIterableIterator<SessionLogChunk> {
    return logs(
      callSync(() => this.#native.streamSessionCommandLogs(sessionId, commandId)),
      options,
    );
  }

  /**
   * Writes to the standard input of a command that runs in the background; a newline is added when there is none.
   *
   * @param sessionId - the session's id
   * @param commandId - the command's id
   * @param data - what to write
   * @param options - `signal` to give up
   * @throws {DaytonaNotFoundError} when there is no such session or command
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.process.createSession("talk");
   * const command = "read name; echo Hello, $name";
   * const { cmdId } = await sandbox.process.executeSessionCommand("talk", { command, async: true });
   * await sandbox.process.sendSessionCommandInput("talk", cmdId, "Daytona");
   * await sandbox.process.getSessionCommandLogs("talk", cmdId, console.log);
   * await daytona.remove(sandbox);
   * ```
   */
  async sendSessionCommandInput(
    sessionId: string,
    commandId: string,
    data: string,
    options?: CallOptions,
  ): Promise<void> {
    await call((cancel) => this.#native.sendSessionCommandInput(sessionId, commandId, data, cancel), options);
  }
}
