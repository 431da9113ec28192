/**
 * The plain values of sessions: what goes into their calls and what comes back.
 */

/**
 * A command that was run in a session.
 *
 * @example
 * ```ts
 * import type { Command } from "@daytonaio/sdk";
 *
 * const running = (commands: Command[]) => commands.filter((command) => command.exitCode === undefined);
 * console.log(running([{ id: "1", command: "make" }]).length);
 * ```
 */
export interface Command {
  /** Its id. */
  readonly id: string;
  /** The command line. */
  readonly command: string;
  /** Its exit code; not there while it runs. */
  readonly exitCode?: number;
}

/**
 * A shell that lives on between commands.
 *
 * @example
 * ```ts
 * import { Daytona, type Session } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * await sandbox.process.createSession("build");
 * const session: Session = await sandbox.process.getSession("build");
 * console.log(session.id, session.commands.map((command) => command.command));
 * await daytona.remove(sandbox);
 * ```
 */
export interface Session {
  /** Its id. */
  readonly sessionId: string;
  /** The same as `sessionId`. */
  readonly id: string;
  /** What ran in it. */
  readonly commands: Command[];
}

/**
 * A command to run in a session.
 *
 * @example
 * ```ts
 * import type { SessionExecuteRequest } from "@daytonaio/sdk";
 *
 * const request: SessionExecuteRequest = { command: "python server.py", async: true };
 * console.log(request.command);
 * ```
 */
export interface SessionExecuteRequest {
  /** The command line; a script of several lines is fine. */
  command: string;
  /** Whether to return at once while it runs on. */
  runAsync?: boolean | undefined;
  /** The same as `runAsync`. */
  async?: boolean | undefined;
}

/**
 * What running a command in a session gave.
 *
 * @example
 * ```ts
 * import { Daytona, type SessionExecuteResponse } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * await sandbox.process.createSession("build");
 * const response: SessionExecuteResponse = await sandbox.process.executeSessionCommand("build", {
 *   command: "pwd",
 * });
 * if (response.exitCode === 0) console.log(response.stdout);
 * await daytona.remove(sandbox);
 * ```
 */
export interface SessionExecuteResponse {
  /** The command's id, by which its logs are found. */
  readonly cmdId: string;
  /** Both streams; not there while it runs on. */
  readonly output?: string;
  /** The standard output alone; not there while it runs on. */
  readonly stdout?: string;
  /** The standard error alone; not there while it runs on. */
  readonly stderr?: string;
  /** Its exit code; not there while it runs on. */
  readonly exitCode?: number;
}

/**
 * A piece of what a command wrote. A character is never split between two.
 *
 * @example
 * ```ts
 * import type { SessionLogChunk } from "@daytonaio/sdk";
 *
 * const shown = ({ source, text }: SessionLogChunk) => (source === "stderr" ? `! ${text}` : text);
 * console.log(shown({ source: "stdout", text: "built" }));
 * ```
 */
export interface SessionLogChunk {
  /** What it wrote. Bytes that are no UTF-8 are U+FFFD. */
  readonly text: string;
  /** Which stream it wrote it to. */
  readonly source: "stdout" | "stderr";
}
