/**
 * `Sandbox`: one sandbox's life, and the way to its processes, files, repositories and language servers.
 */
import { call, callSync } from "./call";
import type { LspLanguageId } from "./enums";
import { FileSystem } from "./filesystem";
import { Git } from "./git";
import { LspServer } from "./lsp-server";
import type { NativeSandbox } from "./native-types";
import { withOlderNames } from "./older-names";
import { Process } from "./process";
import type { CallOptions, PortPreviewUrl, SandboxInfo, SandboxInstance } from "./types";
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
  /** Works on its files. */
  readonly fs: FileSystem;
  /** Works on its repositories. */
  readonly git: Git;

  /** @internal */
  constructor(sandbox: NativeSandbox) {
    this.#native = sandbox;
    this.process = new Process(sandbox.process());
    this.fs = new FileSystem(sandbox.files());
    this.git = new Git(sandbox.git());
  }

  /**
   * Its id.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const same = await daytona.get(sandbox.id);
   * await same.delete();
   * ```
   */
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
   * Asks the server about the sandbox, and gives what it said.
   *
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const info = await sandbox.info();
   * console.log(`Sandbox ${info.name} is ${info.state}: ${info.resources.cpu} CPU, ${info.resources.memory} GB`);
   * await sandbox.delete();
   * ```
   */
  async info(options?: CallOptions): Promise<SandboxInfo> {
    await this.refreshData(options);
    const instance = this.instance;
    const { cpu, gpu, memory, disk } = instance;
    return withOlderNames({ ...instance, resources: { cpu, gpu, memory, disk } }, { class: "className" });
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
   * A language server for a project in the sandbox. Nothing is sent yet: `start`, or the first call, starts it.
   *
   * @param languageId - `python`, `typescript` or `javascript`
   * @param pathToProject - the project's folder in the sandbox
   * @throws {DaytonaValidationError} when there is no server for the language
   * @example
   * ```ts
   * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const server = sandbox.createLspServer(LspLanguageId.PYTHON, await sandbox.getUserRootDir());
   * await server.start();
   * await sandbox.delete();
   * ```
   */
  createLspServer(
    languageId: `${LspLanguageId}` | LspLanguageId | (string & {}),
    pathToProject: string,
  ): LspServer {
    return new LspServer(callSync(() => this.#native.createLspServer(languageId, pathToProject)));
  }

  /**
   * Where what listens on a port of the sandbox is reached from outside.
   *
   * @param port - from 3000 to 9999
   * @param options - `signal` to give up
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const preview = await sandbox.getPreviewLink(3000);
   * console.log(`Preview link url: ${preview.url}`);
   * console.log(`Preview link token: ${preview.token}`);
   * await sandbox.delete();
   * ```
   */
  async getPreviewLink(port: number, options?: CallOptions): Promise<PortPreviewUrl> {
    return call((cancel) => this.#native.previewLink(port, cancel), options);
  }

  /**
   * The same as {@link Sandbox.getPreviewLink}.
   *
   * @example
   * ```ts
   * import { Daytona } from "@daytonaio/sdk";
   *
   * const daytona = new Daytona();
   * const sandbox = await daytona.create();
   * const { url, token } = await sandbox.getPreviewUrl(3000);
   * console.log(url, token.length);
   * await sandbox.delete();
   * ```
   */
  async getPreviewUrl(port: number, options?: CallOptions): Promise<PortPreviewUrl> {
    return this.getPreviewLink(port, options);
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
