/**
 * The enumerations of the public API. Each value may be given as its plain text too.
 */

/**
 * The languages `codeRun` understands.
 *
 * @example
 * ```ts
 * import { CodeLanguage, Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create({ language: CodeLanguage.TYPESCRIPT });
 * const response = await sandbox.process.codeRun("const n: number = 7; console.log(n)");
 * console.log(response.result);
 * await daytona.remove(sandbox);
 * ```
 */
export enum CodeLanguage {
  PYTHON = "python",
  TYPESCRIPT = "typescript",
  JAVASCRIPT = "javascript",
}

/**
 * Where sandboxes run. `local` is this machine.
 *
 * @example
 * ```ts
 * import { Daytona, SandboxTargetRegion } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona({ target: SandboxTargetRegion.LOCAL });
 * console.log(daytona.target);
 * ```
 */
export enum SandboxTargetRegion {
  EU = "eu",
  US = "us",
  ASIA = "asia",
  LOCAL = "local",
}

/**
 * Where a sandbox is in its life. A newer server may name states that are not listed here.
 *
 * @example
 * ```ts
 * import { Daytona, SandboxState } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * for (const sandbox of await daytona.list()) {
 *   if (sandbox.instance.state === SandboxState.STARTED) console.log(sandbox.id);
 * }
 * ```
 */
export enum SandboxState {
  CREATING = "creating",
  RESTORING = "restoring",
  DESTROYED = "destroyed",
  DESTROYING = "destroying",
  STARTED = "started",
  STOPPED = "stopped",
  STARTING = "starting",
  STOPPING = "stopping",
  RESIZING = "resizing",
  ERROR = "error",
  UNKNOWN = "unknown",
  PULLING_IMAGE = "pulling_image",
  ARCHIVING = "archiving",
  ARCHIVED = "archived",
  PENDING_BUILD = "pending_build",
  BUILDING_SNAPSHOT = "building_snapshot",
  BUILD_FAILED = "build_failed",
  PULLING_SNAPSHOT = "pulling_snapshot",
  SNAPSHOTTING = "snapshotting",
  FORKING = "forking",
  PAUSING = "pausing",
  PAUSED = "paused",
  RESUMING = "resuming",
}

/**
 * The languages `createLspServer` has servers for.
 *
 * @example
 * ```ts
 * import { Daytona, LspLanguageId } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const server = sandbox.createLspServer(LspLanguageId.PYTHON, await sandbox.getUserRootDir());
 * console.log(server);
 * await daytona.remove(sandbox);
 * ```
 */
export enum LspLanguageId {
  PYTHON = "python",
  TYPESCRIPT = "typescript",
  JAVASCRIPT = "javascript",
}
