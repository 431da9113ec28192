/**
 * Every error of the package, and the one function that makes them.
 *
 * Native errors carry a JSON payload as their message. `decodeError` reads it and picks the class by code from
 * a table that knows every code there is; nothing here looks at prose.
 */

/**
 * What went wrong, the same text in every language.
 *
 * @example
 * ```ts
 * import type { DaytonaErrorCode } from "@daytonaio/sdk";
 *
 * const WORTH_ANOTHER_TRY: DaytonaErrorCode[] = ["CONNECTION", "RATE_LIMIT", "TIMEOUT"];
 * console.log(WORTH_ANOTHER_TRY.includes("NOT_FOUND"));
 * ```
 */
export type DaytonaErrorCode =
  | "AUTHENTICATION"
  | "AUTHORIZATION"
  | "NOT_FOUND"
  | "CONFLICT"
  | "VALIDATION"
  | "RATE_LIMIT"
  | "TIMEOUT"
  | "CONNECTION"
  | "QUOTA"
  | "PROCESS_EXECUTION"
  | "SANDBOX_STATE"
  | "LOCAL_SERVER"
  | "SERVER"
  | "CANCELLED";

/**
 * What an error knows besides its message.
 *
 * @example
 * ```ts
 * import { DaytonaError, type DaytonaErrorDetails } from "@daytonaio/sdk";
 *
 * const details: DaytonaErrorDetails = { status: 502, requestId: "a1b2" };
 * console.log(new DaytonaError("a stand-in for a test", details).status);
 * ```
 */
export interface DaytonaErrorDetails {
  /** What kind of failure this is. */
  code?: DaytonaErrorCode;
  /** The HTTP status, when a server answered. */
  status?: number;
  /** The id the server's log knows the request by. */
  requestId?: string;
  /** Seconds to wait before trying again. */
  retryAfter?: number;
  /** The exit code of the process. */
  exitCode?: number;
  /** What the process wrote to its standard error. */
  stderr?: string;
  /** The error underneath. */
  cause?: unknown;
}

/**
 * The base of every error this package throws.
 *
 * @example
 * ```ts
 * import { Daytona, DaytonaError } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * try {
 *   await daytona.get("no-such-sandbox");
 * } catch (error) {
 *   if (!(error instanceof DaytonaError)) throw error;
 *   console.log(error.code, error.status, error.message);
 * }
 * ```
 */
export class DaytonaError extends Error {
  /** The code of errors of this class, unless they say otherwise. */
  static readonly code: DaytonaErrorCode = "SERVER";
  /** What kind of failure this is, the same text in every language. */
  readonly code: DaytonaErrorCode;
  /** The HTTP status, when a server answered. */
  declare readonly status?: number;
  /** The id the server's log knows the request by. */
  declare readonly requestId?: string;

  /** Made by the package; public so that tests can make one too. */
  constructor(message: string, details: DaytonaErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    // Not enumerable, as `name` is on the errors of the language.
    Object.defineProperty(this, "name", { value: new.target.name, configurable: true, writable: true });
    this.code = details.code ?? new.target.code;
    setKnown(this, "status", details.status);
    setKnown(this, "requestId", details.requestId);
  }
}

/**
 * No credential was given, or one the server does not know.
 *
 * @example
 * ```ts
 * import { DaytonaAuthenticationError } from "@daytonaio/sdk";
 *
 * const hint = (error: unknown) =>
 *   error instanceof DaytonaAuthenticationError ? "check DAYTONA_API_KEY" : undefined;
 * console.log(hint(new DaytonaAuthenticationError("Failed to list sandboxes: invalid API key")));
 * ```
 */
export class DaytonaAuthenticationError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "AUTHENTICATION";
}

/**
 * The credential is known but may not do this.
 *
 * @example
 * ```ts
 * import { DaytonaAuthorizationError } from "@daytonaio/sdk";
 *
 * const hint = (error: unknown) =>
 *   error instanceof DaytonaAuthorizationError ? "ask for a key with this scope" : undefined;
 * console.log(hint(new DaytonaAuthorizationError("Failed to delete sandbox: forbidden")));
 * ```
 */
export class DaytonaAuthorizationError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "AUTHORIZATION";
}

/**
 * The sandbox or file does not exist.
 *
 * @example
 * ```ts
 * import { Daytona, DaytonaNotFoundError } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.get("my-sandbox").catch((error) => {
 *   if (error instanceof DaytonaNotFoundError) return undefined;
 *   throw error;
 * });
 * console.log(sandbox ? sandbox.id : "not there yet");
 * ```
 */
export class DaytonaNotFoundError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "NOT_FOUND";
}

/**
 * It exists already, or is changing its state just now.
 *
 * @example
 * ```ts
 * import { DaytonaConflictError } from "@daytonaio/sdk";
 *
 * const taken = (error: unknown) => error instanceof DaytonaConflictError;
 * console.log(taken(new DaytonaConflictError("Failed to create sandbox: the name is taken")));
 * ```
 */
export class DaytonaConflictError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "CONFLICT";
}

/**
 * An argument or a setting is wrong; the message says which and why.
 *
 * @example
 * ```ts
 * import { Daytona, DaytonaValidationError } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * try {
 *   await daytona.create({ language: "python" }, -1);
 * } catch (error) {
 *   if (!(error instanceof DaytonaValidationError)) throw error;
 *   console.log(error.message);
 * }
 * ```
 */
export class DaytonaValidationError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "VALIDATION";
}

/**
 * Too many requests; try again after `retryAfter` seconds.
 *
 * @example
 * ```ts
 * import { DaytonaRateLimitError } from "@daytonaio/sdk";
 *
 * const error = new DaytonaRateLimitError("Failed to create sandbox: too many requests", { retryAfter: 2 });
 * console.log(`again in ${error.retryAfter} s`);
 * ```
 */
export class DaytonaRateLimitError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "RATE_LIMIT";
  /** Seconds to wait before trying again, when the server said so. */
  declare readonly retryAfter?: number;

  /** Made by the package; public so that tests can make one too. */
  constructor(message: string, details: DaytonaErrorDetails = {}) {
    super(message, details);
    setKnown(this, "retryAfter", details.retryAfter);
  }
}

/**
 * The deadline passed before the operation was done.
 *
 * @example
 * ```ts
 * import { DaytonaTimeoutError } from "@daytonaio/sdk";
 *
 * const slow = (error: unknown) => error instanceof DaytonaTimeoutError;
 * console.log(slow(new DaytonaTimeoutError("Failed to start sandbox: not started within 60 s")));
 * ```
 */
export class DaytonaTimeoutError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "TIMEOUT";
}

/**
 * The server could not be reached, or the connection broke.
 *
 * @example
 * ```ts
 * import { Daytona, DaytonaConnectionError } from "@daytonaio/sdk";
 *
 * try {
 *   await new Daytona({ apiKey: "key", apiUrl: "http://127.0.0.1:9/api" }).list();
 * } catch (error) {
 *   if (!(error instanceof DaytonaConnectionError)) throw error;
 *   console.log(error.message);
 * }
 * ```
 */
export class DaytonaConnectionError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "CONNECTION";
}

/**
 * The organization's or the machine's limit is reached.
 *
 * @example
 * ```ts
 * import { DaytonaQuotaError } from "@daytonaio/sdk";
 *
 * const full = (error: unknown) => error instanceof DaytonaQuotaError;
 * console.log(full(new DaytonaQuotaError("Failed to create sandbox: the memory quota is used up")));
 * ```
 */
export class DaytonaQuotaError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "QUOTA";
}

/**
 * A process could not be run to its end: it ran out of time, was killed, or its interpreter is missing.
 * A non-zero exit code alone is not an error, unless `check()` is asked.
 *
 * @example
 * ```ts
 * import { Daytona, ProcessExecutionError } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * try {
 *   const response = await sandbox.process.executeCommand("ls /no/such/folder");
 *   response.check();
 * } catch (error) {
 *   if (!(error instanceof ProcessExecutionError)) throw error;
 *   console.log(error.exitCode, error.stderr);
 * } finally {
 *   await daytona.remove(sandbox);
 * }
 * ```
 */
export class ProcessExecutionError extends DaytonaError {
  static override readonly code: DaytonaErrorCode = "PROCESS_EXECUTION";
  /** The exit code of the process, when it had one. */
  declare readonly exitCode?: number;
  /** What the process wrote to its standard error. */
  declare readonly stderr?: string;

  /** Made by the package; public so that tests can make one too. */
  constructor(message: string, details: DaytonaErrorDetails = {}) {
    super(message, details);
    setKnown(this, "exitCode", details.exitCode);
    setKnown(this, "stderr", details.stderr);
  }
}

/**
 * The class of each code. A code without an entry does not compile; tests check it against the core's list.
 *
 * @internal
 */
export const ERROR_CLASSES: Readonly<Record<DaytonaErrorCode, typeof DaytonaError>> = {
  AUTHENTICATION: DaytonaAuthenticationError,
  AUTHORIZATION: DaytonaAuthorizationError,
  NOT_FOUND: DaytonaNotFoundError,
  CONFLICT: DaytonaConflictError,
  VALIDATION: DaytonaValidationError,
  RATE_LIMIT: DaytonaRateLimitError,
  TIMEOUT: DaytonaTimeoutError,
  CONNECTION: DaytonaConnectionError,
  QUOTA: DaytonaQuotaError,
  PROCESS_EXECUTION: ProcessExecutionError,
  SANDBOX_STATE: DaytonaError,
  LOCAL_SERVER: DaytonaError,
  SERVER: DaytonaError,
  CANCELLED: DaytonaError,
};

/** What a native error carries as its message: absent values are null. */
type Payload = { code: DaytonaErrorCode; message: string } & {
  [Fact in Exclude<keyof DaytonaErrorDetails, "code" | "cause">]: DaytonaErrorDetails[Fact] | null;
};

/**
 * Turns what a native call threw into the error users catch.
 *
 * @internal
 */
export function decodeError(error: unknown): DaytonaError {
  const text = error instanceof Error ? error.message : String(error);
  const payload = parse(text);
  if (payload === undefined) {
    return new DaytonaError(text, { cause: error });
  }
  const details: DaytonaErrorDetails = {
    status: payload.status ?? undefined,
    requestId: payload.requestId ?? undefined,
    retryAfter: payload.retryAfter ?? undefined,
    exitCode: payload.exitCode ?? undefined,
    stderr: payload.stderr ?? undefined,
  };
  return errorFor(payload.code, payload.message, details);
}

/**
 * An error of the class that belongs to `code`.
 *
 * @internal
 */
export function errorFor(
  code: DaytonaErrorCode,
  message: string,
  details: DaytonaErrorDetails,
): DaytonaError {
  return new ERROR_CLASSES[code](message, { ...details, code });
}

function parse(text: string): Payload | undefined {
  try {
    const payload = JSON.parse(text);
    return Object.hasOwn(ERROR_CLASSES, payload.code) ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** Leaves a field out when it is not known, so that a printed error shows no empty ones. */
function setKnown<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) {
    target[key] = value;
  }
}
