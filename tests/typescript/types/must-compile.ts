/**
 * What users write must compile, in an ES module and in CommonJS alike. Never run; types.test.ts compiles it.
 */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import {
  type CallOptions,
  CodeLanguage,
  type CreateSandboxParams,
  type CreateWorkspaceParams,
  Daytona,
  type DaytonaConfig,
  DaytonaError,
  type DaytonaErrorCode,
  DaytonaRateLimitError,
  type ExecuteResponse,
  FileSystem,
  Process,
  ProcessExecutionError,
  Sandbox,
  type SandboxInstance,
  type SandboxResources,
  SandboxState,
  SandboxTargetRegion,
  Workspace,
  type WorkspaceResources,
  WorkspaceState,
  WorkspaceTargetRegion,
} from "@daytonaio/sdk";

const config: DaytonaConfig = {
  apiKey: process.env.DAYTONA_API_KEY,
  apiUrl: "https://app.daytona.io/api",
  target: "us",
  jwtToken: undefined,
  organizationId: undefined,
  serverUrl: undefined,
};

export async function everything(signal: AbortSignal, anyText: string): Promise<void> {
  const options: CallOptions = { signal };
  const daytona: Daytona = new Daytona(config);
  const other: Daytona = new Daytona({ target: SandboxTargetRegion.LOCAL });
  const readable: [string | undefined, string | undefined, string | undefined, string | undefined, string] = [
    other.apiKey,
    other.jwtToken,
    other.organizationId,
    other.apiUrl,
    other.target,
  ];

  const resources: SandboxResources = { cpu: 2, memory: 4, disk: 20, gpu: 0 };
  const params: CreateSandboxParams = {
    id: "my-sandbox",
    name: "my-sandbox",
    image: "debian:12",
    user: "daytona",
    language: CodeLanguage.PYTHON,
    envVars: { A: "b" },
    labels: { c: "d" },
    public: false,
    target: anyText,
    resources,
    async: false,
    timeout: 30,
    autoStopInterval: 0,
    volumes: [{ volumeId: "v", mountPath: "/data" }],
  };
  const sandbox: Sandbox = await daytona.create(params, 60, options);
  await daytona.create({ language: "typescript" });
  await daytona.create({ language: anyText });
  await daytona.create(undefined, 0);
  const found: Sandbox[] = await daytona.list({ c: "d" }, options);
  const again: Sandbox = await daytona.get(sandbox.id, options);
  await daytona.getCurrentSandbox("id");
  await daytona.getCurrentWorkspace("id");
  await daytona.start(again);
  await daytona.stop(again, 60, options);
  await daytona.remove(again, 60);
  await daytona.delete(again, null, options);

  const root: string = await sandbox.getUserRootDir();
  await sandbox.getSandboxRootDir(options);
  await sandbox.getWorkspaceRootDir();
  const labels: Record<string, string> = await sandbox.setLabels({ e: "f" }, options);
  await sandbox.start(60, options);
  await sandbox.stop();
  await sandbox.delete();
  await sandbox.archive();
  await sandbox.refreshData();
  await sandbox.waitUntilStarted(60);
  await sandbox.waitUntilStopped(60, options);
  await sandbox.setAutostopInterval(15);
  const instance: SandboxInstance = sandbox.instance;
  if (instance.state === SandboxState.STARTED || instance.state === "a state of tomorrow") {
    const numbers: number[] = [instance.cpu, instance.gpu, instance.memory, instance.disk];
    console.log(numbers, instance.name, instance.image, instance.errorReason, instance.snapshotState);
  }

  const response: ExecuteResponse = await sandbox.process.executeCommand("ls", "/", { A: "b" }, 5, options);
  const code: ExecuteResponse = await sandbox.process.codeRun(
    "print(1)",
    { argv: ["x"], env: {} },
    5,
    options,
  );
  const out: string = response.artifacts.stdout + code.check().result + code.stdout + code.stderr;
  const exitCode: number = response.exitCode;

  await sandbox.fs.uploadFile(`${root}/a`, new File(["text"], "a"), options);
  await sandbox.fs.uploadFile("a", new Blob(["text"]));
  await sandbox.fs.uploadFile("a", Buffer.from("text"));
  await sandbox.fs.uploadFile("a", new Uint8Array(3));
  await sandbox.fs.uploadFile("a", "text");
  await sandbox.fs.uploadFile("a", new Blob(["text"]).stream());
  await sandbox.fs.uploadFile("a", createReadStream("/etc/hostname"));
  await sandbox.fs.uploadFile(Buffer.from("today's order"), "a");
  await sandbox.fs.uploadFiles(
    [
      { path: "a", content: "text" },
      { destination: "b", source: "local.txt" },
    ],
    options,
  );
  const content: Buffer = await sandbox.fs.downloadFile("a", options);
  const stream: Readable = await sandbox.fs.downloadFileStream("a", options);
  for await (const piece of stream) {
    console.log(piece);
  }

  const handles: [FileSystem, Process] = [sandbox.fs, sandbox.process];
  const old: CreateWorkspaceParams = params;
  const oldResources: WorkspaceResources = resources;
  const workspace: Workspace = sandbox;
  const oldState: WorkspaceState = WorkspaceState.STARTED;
  const oldRegion: WorkspaceTargetRegion = WorkspaceTargetRegion.EU;
  console.log(
    readable,
    found,
    labels,
    out,
    exitCode,
    content,
    handles,
    old,
    oldResources,
    oldState,
    oldRegion,
  );
  console.log(workspace instanceof Workspace, sandbox instanceof Sandbox, FileSystem, Process);
}

export function explain(error: unknown): string {
  if (error instanceof DaytonaRateLimitError) {
    return `again in ${error.retryAfter?.toFixed(1)} s`;
  }
  if (error instanceof ProcessExecutionError) {
    return `${error.exitCode?.toFixed()} ${error.stderr?.trim()}`;
  }
  if (error instanceof DaytonaError) {
    const code: DaytonaErrorCode = error.code;
    return `${code} ${error.status?.toFixed()} ${error.requestId} ${error.message} ${error.cause}`;
  }
  return "not ours";
}
