/**
 * The plain values of sessions: what goes into their calls and what comes back.
 */

/** A command that was run in a session. */
export interface Command {
  /** Its id. */
  readonly id: string;
  /** The command line. */
  readonly command: string;
  /** Its exit code; not there while it runs. */
  readonly exitCode?: number;
}

/** A shell that lives on between commands. */
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

/** What running a command in a session gave. */
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

/** A piece of what a command wrote. A character is never split between two. */
export interface SessionLogChunk {
  /** What it wrote. Bytes that are no UTF-8 are U+FFFD. */
  readonly text: string;
  /** Which stream it wrote it to. */
  readonly source: "stdout" | "stderr";
}
