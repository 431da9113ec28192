/**
 * `Sandbox`: one sandbox's life, and the way to its processes and files.
 */
import { call } from "./call";
import { FileSystem } from "./filesystem";
import type { NativeSandbox } from "./native";
import { Process } from "./process";
import type { CallOptions, SandboxInstance } from "./types";
import { warnDeprecated } from "./warn";

/** Seconds that calls which wait for a state take at most, unless they are told. */
const DEFAULT_TIMEOUT = 60;

/**
 * A sandbox: an isolated machine of its own. Made by {@link Daytona.create} and found by {@link Daytona.get}.
 *
 * @example
 * ```ts
 * import { Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const response = await sandbox.process.executeCommand("uname -s");
 * console.log(sandbox.id, response.result);
 * await sandbox.delete();
 * ```
 */
export class Sandbox {
  readonly #native: NativeSandbox;
  /** Runs commands and code in it. */
  readonly process: Process;
  /** Moves files in and out of it. */
  readonly fs: FileSystem;

  /** @internal */
  constructor(sandbox: NativeSandbox) {
    this.#native = sandbox;
    this.process = new Process(sandbox.process());
    this.fs = new FileSystem(sandbox.files());
  }

  /** Its id. */
  get id(): string {
    return this.#native.id;
  }

  /**
   * The sandbox as the server last described it; {@link Sandbox.refreshData} asks anew.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const { name, image, state } = sandbox.instance;
   * console.log(name, image, state);
   * await sandbox.delete();
   * ```
   */
  get instance(): SandboxInstance {
    return this.#native.instance;
  }

  /**
   * The home folder of the sandbox's user.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * console.log(await sandbox.getUserRootDir());
   * await sandbox.delete();
   * ```
   */
  async getUserRootDir(options?: CallOptions): Promise<string> {
    return call((cancel) => this.#native.userRootDir(cancel), options);
  }

  /**
   * The same as {@link Sandbox.getUserRootDir}.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * console.log(await sandbox.getSandboxRootDir());
   * await sandbox.delete();
   * ```
   */
  async getSandboxRootDir(options?: CallOptions): Promise<string> {
    return this.getUserRootDir(options);
  }

  /** @deprecated Use {@link Sandbox.getUserRootDir}. */
  async getWorkspaceRootDir(options?: CallOptions): Promise<string> {
    warnDeprecated("Sandbox.getWorkspaceRootDir is deprecated: use getUserRootDir");
    return this.getUserRootDir(options);
  }

  /**
   * Replaces the labels; answers those the sandbox has afterwards.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * console.log(await sandbox.setLabels({ project: "demo" }));
   * await sandbox.delete();
   * ```
   */
  async setLabels(labels: Record<string, string>, options?: CallOptions): Promise<Record<string, string>> {
    return call((cancel) => this.#native.setLabels(labels, cancel), options);
  }

  /**
   * Starts the sandbox and waits until it has started.
   *
   * @param timeout - seconds to wait at most; 0 or null for no limit
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.stop();
   * await sandbox.start(30);
   * console.log(sandbox.instance.state);
   * await sandbox.delete();
   * ```
   */
  async start(timeout: number | null = DEFAULT_TIMEOUT, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.start(timeout, cancel), options);
  }

  /**
   * Stops the sandbox and waits until it has stopped. Its files are kept.
   *
   * @param timeout - seconds to wait at most; 0 or null for no limit
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.stop();
   * console.log(sandbox.instance.state);
   * await sandbox.delete();
   * ```
   */
  async stop(timeout: number | null = DEFAULT_TIMEOUT, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.stop(timeout, cancel), options);
  }

  /**
   * Removes the sandbox with everything in it.
   *
   * @param timeout - seconds to wait at most; 0 or null for no limit
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.delete();
   * ```
   */
  async delete(timeout: number | null = DEFAULT_TIMEOUT, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.delete(timeout, cancel), options);
  }

  /**
   * Moves a stopped sandbox into the archive, where it takes no disk of yours. Not every server has one.
   *
   * @example
   * ```ts
   * import { Daytona, DaytonaError } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.stop();
   * await sandbox.archive().catch((error) => {
   *   if (!(error instanceof DaytonaError)) throw error;
   *   console.log(error.message);
   * });
   * await sandbox.delete();
   * ```
   */
  async archive(options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.archive(cancel), options);
  }

  /**
   * Asks the server for the latest {@link Sandbox.instance}.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.refreshData();
   * console.log(sandbox.instance.state);
   * await sandbox.delete();
   * ```
   */
  async refreshData(options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.refresh(cancel), options);
  }

  /**
   * Waits until the sandbox has started, whoever starts it.
   *
   * @param timeout - seconds to wait at most; 0 or null for no limit
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.waitUntilStarted(10);
   * await sandbox.delete();
   * ```
   */
  async waitUntilStarted(timeout: number | null = DEFAULT_TIMEOUT, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.waitUntilStarted(timeout, cancel), options);
  }

  /**
   * Waits until the sandbox has stopped, whoever stops it.
   *
   * @param timeout - seconds to wait at most; 0 or null for no limit
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await Promise.all([sandbox.stop(), sandbox.waitUntilStopped(30)]);
   * await sandbox.delete();
   * ```
   */
  async waitUntilStopped(timeout: number | null = DEFAULT_TIMEOUT, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.waitUntilStopped(timeout, cancel), options);
  }

  /**
   * Sets after how many minutes without activity the sandbox is stopped; 0 never.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * await sandbox.setAutostopInterval(60);
   * console.log(sandbox.instance.autoStopInterval);
   * await sandbox.delete();
   * ```
   */
  async setAutostopInterval(interval: number, options?: CallOptions): Promise<void> {
    await call((cancel) => this.#native.setAutoStopInterval(interval, cancel), options);
  }

  /** What printing shows: no environment variables, which may be secret. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const { state, target } = this.instance;
    return `Sandbox { id: '${this.id}', state: '${state}', target: '${target}' }`;
  }
}
