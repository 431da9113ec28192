/**
 * The plain values of the public API: what goes into the calls and what comes back. Those of files, sessions, git
 * and language servers are in `*-types.ts`; handles are classes, each in a file of its own.
 */
import type { Chart } from "./charts";
import type { CodeLanguage, SandboxState, SandboxTargetRegion } from "./enums";

/** A member of an enumeration, its text, or a text this version does not know yet. */
type Open<E extends string> = E | `${E}` | (string & {});

/**
 * How to reach Daytona. Whatever is left out comes from the environment (`DAYTONA_API_KEY`,
 * `DAYTONA_API_URL`, `DAYTONA_TARGET`, `DAYTONA_JWT_TOKEN`, `DAYTONA_ORGANIZATION_ID`), from `.env.local` and
 * `.env` in the working folder, or from the configuration file of the `daytona` command, in this order.
 *
 * @example
 * ```ts
 * import { Daytona, type DaytonaConfig } from "@daytonaio/sdk";
 *
 * const config: DaytonaConfig = { target: "local" };
 * const daytona = new Daytona(config);
 * console.log(daytona.target);
 * ```
 */
export interface DaytonaConfig {
  /** Your API key. */
  apiKey?: string | undefined;
  /** URL of the Daytona API. */
  apiUrl?: string | undefined;
  /** Where to create sandboxes; `local` is this machine. */
  target?: Open<SandboxTargetRegion> | undefined;
  /** A JWT, in place of an API key; needs `organizationId`. */
  jwtToken?: string | undefined;
  /** The organization a JWT acts for. */
  organizationId?: string | undefined;
  /** @deprecated Use `apiUrl`. */
  serverUrl?: string | undefined;
}

/**
 * What a sandbox may use. Sizes are in GB.
 *
 * @example
 * ```ts
 * import { Daytona, type SandboxResources } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const resources: SandboxResources = { cpu: 1, memory: 1 };
 * const sandbox = await daytona.create({ resources });
 * console.log(sandbox.instance.memory);
 * await daytona.remove(sandbox);
 * ```
 */
export interface SandboxResources {
  /** Cores. */
  cpu?: number | undefined;
  /** GPUs. */
  gpu?: number | undefined;
  /** Memory in GB. */
  memory?: number | undefined;
  /** Disk in GB. */
  disk?: number | undefined;
}

/**
 * A volume mounted into a sandbox.
 *
 * @example
 * ```ts
 * import type { CreateSandboxParams, SandboxVolume } from "@daytonaio/sdk";
 *
 * const data: SandboxVolume = { volumeId: "volume-id", mountPath: "/data", subpath: "training" };
 * const params: CreateSandboxParams = { volumes: [data] };
 * console.log(params);
 * ```
 */
export interface SandboxVolume {
  /** Its id or name. */
  volumeId: string;
  /** Where it appears in the sandbox. */
  mountPath: string;
  /** The folder of it that appears there, when not all of it. */
  subpath?: string | undefined;
}

/**
 * What sandbox to create. Everything is optional.
 *
 * @example
 * ```ts
 * import { type CreateSandboxParams, Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const params: CreateSandboxParams = {
 *   language: "python",
 *   envVars: { GREETING: "hello" },
 *   labels: { purpose: "example" },
 *   autoStopInterval: 0,
 * };
 * const sandbox = await daytona.create(params);
 * const response = await sandbox.process.executeCommand("echo $GREETING");
 * console.log(response.result);
 * await daytona.remove(sandbox);
 * ```
 */
export interface CreateSandboxParams {
  /** The id it shall have; chosen by the server when left out. */
  id?: string | undefined;
  /** Its name. */
  name?: string | undefined;
  /** The image to make it from. */
  image?: string | undefined;
  /** The user that commands run as. */
  user?: string | undefined;
  /** The language of `codeRun`. */
  language?: Open<CodeLanguage> | undefined;
  /** Environment of every process in it. */
  envVars?: Record<string, string> | undefined;
  /** Labels to find it by. */
  labels?: Record<string, string> | undefined;
  /** Whether preview links need no token. */
  public?: boolean | undefined;
  /** Where to create it, when not where the client does by default. */
  target?: Open<SandboxTargetRegion> | undefined;
  /** What it may use. */
  resources?: SandboxResources | undefined;
  /** @deprecated `create` always returns a sandbox that has started; do not await it to go on meanwhile. */
  async?: boolean | undefined;
  /** @deprecated Use the second argument of `create`. */
  timeout?: number | undefined;
  /** Minutes without activity until it is stopped; 0 never. */
  autoStopInterval?: number | undefined;
  /** Volumes to mount. */
  volumes?: SandboxVolume[] | undefined;
}

/**
 * A sandbox as the server knows it.
 *
 * @example
 * ```ts
 * import { Daytona, type SandboxInstance } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const instance: SandboxInstance = sandbox.instance;
 * console.log(instance.state, instance.cpu, instance.memory, instance.createdAt);
 * await daytona.remove(sandbox);
 * ```
 */
export interface SandboxInstance {
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** The image it was made from. */
  readonly image?: string;
  /** The user that commands run as. */
  readonly user: string;
  /** Environment of every process in it. */
  readonly env: Record<string, string>;
  /** Its labels. */
  readonly labels: Record<string, string>;
  /** Whether preview links need no token. */
  readonly public: boolean;
  /** Where it runs. */
  readonly target: string;
  /** Cores. */
  readonly cpu: number;
  /** GPUs. */
  readonly gpu: number;
  /** Memory in GB. */
  readonly memory: number;
  /** Disk in GB. */
  readonly disk: number;
  /** Where it is in its life. */
  readonly state?: Open<SandboxState>;
  /** Why it is in the error state. */
  readonly errorReason?: string;
  /** State of its last backup. */
  readonly snapshotState?: string;
  /** When it was last backed up, ISO 8601. */
  readonly snapshotCreatedAt?: string;
  /** Minutes without activity until it is stopped; 0 never. */
  readonly autoStopInterval?: number;
  /** When it was made, ISO 8601. */
  readonly createdAt?: string;
  /** When it last changed, ISO 8601. */
  readonly updatedAt?: string;
  /** Its class. */
  readonly className?: string;
}

/**
 * A sandbox as the server knows it, with every field of the 0.14.0 documents.
 *
 * @example
 * ```ts
 * import { Daytona, type SandboxInfo } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const info: SandboxInfo = await sandbox.info();
 * console.log(info.resources.memory, info.labels);
 * await daytona.remove(sandbox);
 * ```
 */
export interface SandboxInfo extends SandboxInstance {
  /** What it may use. */
  readonly resources: { readonly [Resource in keyof SandboxResources]-?: number };
  /** The same as `className`. */
  readonly class?: string;
  /** Where its machine is reached; servers no longer say. */
  readonly nodeDomain?: string;
  /** Where its machine is; servers no longer say it apart from `target`. */
  readonly region?: string;
  /** When it was last backed up; servers now say `snapshotCreatedAt`. */
  readonly lastSnapshot?: string;
  /** @deprecated Servers no longer say. */
  readonly providerMetadata?: string;
}

/**
 * Where a port of a sandbox is reached.
 *
 * @example
 * ```ts
 * import type { PortPreviewUrl } from "@daytonaio/sdk";
 *
 * const headers = (preview: PortPreviewUrl) => ({ "x-daytona-preview-token": preview.token });
 * console.log(headers({ url: "https://3000-sandbox.example", token: "token" }));
 * ```
 */
export interface PortPreviewUrl {
  /** The URL. */
  readonly url: string;
  /** Opens it when sent as the header `x-daytona-preview-token`; not needed when the sandbox is public. */
  readonly token: string;
}

/**
 * How code is run.
 *
 * @example
 * ```ts
 * import { type CodeRunParams, Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create({ language: "python" });
 * const params: CodeRunParams = { argv: ["Daytona"], env: { MARK: "!" } };
 * const response = await sandbox.process.codeRun(
 *   "import os, sys; print('Hello, ' + sys.argv[1] + os.environ['MARK'])",
 *   params,
 * );
 * console.log(response.result);
 * await daytona.remove(sandbox);
 * ```
 */
export interface CodeRunParams {
  /** Its command-line arguments. */
  argv?: string[] | undefined;
  /** Environment variables to add. */
  env?: Record<string, string> | undefined;
}

/**
 * What code left behind besides its exit code.
 *
 * @example
 * ```ts
 * import { Daytona, type ExecutionArtifacts } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandbox = await daytona.create();
 * const response = await sandbox.process.codeRun("print(6 * 7)");
 * const { stdout, charts }: ExecutionArtifacts = response.artifacts;
 * console.log(stdout, charts.length);
 * await daytona.remove(sandbox);
 * ```
 */
export interface ExecutionArtifacts {
  /** The standard output. */
  readonly stdout: string;
  /** The figures it showed. */
  readonly charts: Chart[];
}

/**
 * What every call that touches the network takes as its last argument.
 *
 * @example
 * ```ts
 * import { Daytona } from "@daytonaio/sdk";
 *
 * const daytona = new Daytona();
 * const sandboxes = await daytona.list(undefined, { signal: AbortSignal.timeout(30_000) });
 * console.log(sandboxes.length);
 * ```
 */
export interface CallOptions {
  /** Aborts the request; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}
