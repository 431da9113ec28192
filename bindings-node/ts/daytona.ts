/**
 * `Daytona`: the client. Creates sandboxes and finds them again.
 */
import { call, callSync } from "./call";
import { variables, workingFolder } from "./environment";
import { native, shippedBinary } from "./native";
import type { NativeClient } from "./native-types";
import { Sandbox } from "./sandbox";
import type { CallOptions, CreateSandboxParams, DaytonaConfig } from "./types";
import { warn, warnDeprecated } from "./warn";

/** Seconds that calls which wait for a sandbox take at most, unless they are told. */
const DEFAULT_TIMEOUT = 60;

/**
 * The client for a Daytona API: a server's, or with `target: "local"` this machine's own.
 *
 * @example
 * ```ts
 * import { Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona({ target: "local" });
 * const sandbox = await daytona.create({ language: "python" });
 * try {
 *   const response = await sandbox.process.codeRun('print("Sum of 3 and 4 is " + str(3 + 4))');
 *   console.log(response.result);
 * } finally {
 *   await daytona.remove(sandbox);
 * }
 * ```
 */
export class Daytona {
  readonly #native: NativeClient;

  /**
   * Resolves the configuration; nothing is sent yet.
   *
   * @throws {DaytonaAuthenticationError} when nothing says how to reach Daytona
   * @throws {DaytonaValidationError} when a setting is wrong
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const fromEnvironment = new Daytona();
   * const explicit = new Daytona({ apiKey: "your-api-key", apiUrl: "https://app.daytona.io/api", target: "us" });
   * console.log(fromEnvironment.target, explicit.target);
   * ```
   */
  constructor(config?: DaytonaConfig) {
    this.#native = callSync(() => new native.Client(config, shippedBinary(), variables(), workingFolder()));
    this.#native.warnings.forEach(warn);
    this.#native.deprecations.forEach(warnDeprecated);
  }

  /**
   * The API key in use.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * if (daytona.apiKey === undefined) console.log("signed in with a JWT, or local");
   * ```
   */
  get apiKey(): string | undefined {
    return this.#native.apiKey ?? undefined;
  }

  /**
   * The JWT in use.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * console.log(daytona.jwtToken ? "a JWT" : "an API key");
   * ```
   */
  get jwtToken(): string | undefined {
    return this.#native.jwtToken ?? undefined;
  }

  /**
   * The organization a JWT acts for.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * console.log(`acting for ${daytona.organizationId}`);
   * ```
   */
  get organizationId(): string | undefined {
    return this.#native.organizationId ?? undefined;
  }

  /**
   * The URL of the API; undefined for the local target, whose server has a URL only while it runs.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * console.log(daytona.apiUrl ?? "sandboxes run on this machine");
   * ```
   */
  get apiUrl(): string | undefined {
    return this.#native.apiUrl ?? undefined;
  }

  /**
   * Where sandboxes are created.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * console.log(`sandboxes are made in ${daytona.target}`);
   * ```
   */
  get target(): string {
    return this.#native.target;
  }

  /**
   * Creates a sandbox and waits until it has started.
   *
   * @param params - what to create; a plain Python sandbox when left out
   * @param timeout - seconds to wait at most, 60 when left out; 0 or null for no limit. Given here, it wins over the
   *   deprecated `params.timeout`. When it passes, nothing is left behind.
   * @param options - `signal` to give up early
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create({ language: "typescript", labels: { purpose: "example" } }, 30);
   * console.log(sandbox.id, sandbox.instance.state);
   * await daytona.remove(sandbox);
   * ```
   */
  async create(
    params?: CreateSandboxParams | null,
    timeout?: number | null,
    options?: CallOptions,
  ): Promise<Sandbox> {
    const { async: _, timeout: within, ...rest } = params ?? {};
    if (within !== undefined) {
      warnDeprecated("CreateSandboxParams.timeout is deprecated: use the second argument of create");
    }
    // Left out and null are different here: null is no limit.
    const seconds = timeout === null ? 0 : timeout;
    try {
      const made = await call((cancel) => this.#native.create(rest, seconds, within, cancel), options);
      return new Sandbox(made.take());
    } catch (error) {
      // Not awaited: the caller hears at once; the process waits until what was made half-way is removed.
      void this.#native.settle();
      throw error;
    }
  }

  /**
   * The sandbox with this id or name.
   *
   * @throws {DaytonaNotFoundError} when there is none
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const created = await daytona.create();
   * const sandbox = await daytona.get(created.id);
   * console.log(sandbox.instance.state);
   * await daytona.remove(sandbox);
   * ```
   */
  async get(id: string, options?: CallOptions): Promise<Sandbox> {
    return new Sandbox(await call((cancel) => this.#native.get(id, cancel), options));
  }

  /**
   * The same as {@link Daytona.get}.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const created = await daytona.create();
   * const sandbox = await daytona.getCurrentSandbox(created.id);
   * await daytona.remove(sandbox);
   * ```
   */
  async getCurrentSandbox(id: string, options?: CallOptions): Promise<Sandbox> {
    return this.get(id, options);
  }

  /** @deprecated Use {@link Daytona.getCurrentSandbox}. */
  async getCurrentWorkspace(id: string, options?: CallOptions): Promise<Sandbox> {
    warnDeprecated("Daytona.getCurrentWorkspace is deprecated: use getCurrentSandbox");
    return this.get(id, options);
  }

  /**
   * Your sandboxes, or those that carry all the given labels.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * for (const sandbox of await daytona.list({ purpose: "example" })) {
   *   console.log(sandbox.id, sandbox.instance.state);
   * }
   * ```
   */
  async list(labels?: Record<string, string> | null, options?: CallOptions): Promise<Sandbox[]> {
    const found = await call((cancel) => this.#native.list(labels ?? undefined, cancel), options);
    return found.map((sandbox) => new Sandbox(sandbox));
  }

  /**
   * Starts a stopped sandbox and waits until it has started.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await daytona.stop(sandbox);
   * await daytona.start(sandbox);
   * await daytona.remove(sandbox);
   * ```
   */
  async start(
    sandbox: Sandbox,
    timeout: number | null = DEFAULT_TIMEOUT,
    options?: CallOptions,
  ): Promise<void> {
    await sandbox.start(timeout, options);
  }

  /**
   * Stops a sandbox and waits until it has stopped. Its files are kept.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await daytona.stop(sandbox, 30);
   * console.log(sandbox.instance.state);
   * await daytona.remove(sandbox);
   * ```
   */
  async stop(
    sandbox: Sandbox,
    timeout: number | null = DEFAULT_TIMEOUT,
    options?: CallOptions,
  ): Promise<void> {
    await sandbox.stop(timeout, options);
  }

  /**
   * Removes a sandbox with everything in it.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await daytona.remove(sandbox);
   * ```
   */
  async remove(
    sandbox: Sandbox,
    timeout: number | null = DEFAULT_TIMEOUT,
    options?: CallOptions,
  ): Promise<void> {
    await sandbox.delete(timeout, options);
  }

  /**
   * The same as {@link Daytona.remove}.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await daytona.delete(sandbox);
   * ```
   */
  async delete(
    sandbox: Sandbox,
    timeout: number | null = DEFAULT_TIMEOUT,
    options?: CallOptions,
  ): Promise<void> {
    await sandbox.delete(timeout, options);
  }

  /** What printing shows: never a secret. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Daytona { target: '${this.target}', apiUrl: ${this.apiUrl ? `'${this.apiUrl}'` : "undefined"} }`;
  }
}
